import { describe, expect, it } from 'vitest';
import { describeSamples, fieldsOf, parseWith } from '../testing/samples.ts';
import { asiainfo } from './parser.ts';
import samples from './samples.ndjson?raw';

describeSamples(asiainfo, samples);

describe('asiainfo', () => {
  it('leaves the CEF of other makers', () => {
    expect(parseWith('CEF:0|Acme|Virus|1|1|Virus found|5|src=10.0.0.9').dataset).toBe('cef.log');
  });

  it('does not make an alert of an ordinary system event', () => {
    const fields = fieldsOf(
      'CEF:0|Asiainfo Security|Deep Security Manager|10|600|User signed in|3|src=10.0.0.9 suser=admin',
    );
    expect(fields['event.kind']).toBe('event');
    expect(fields['event.dataset']).toBe('asiainfo.deep_security');
  });
});
