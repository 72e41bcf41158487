import { describe, expect, it } from 'vitest';
import { describeSamples, fieldsOf } from '../testing/samples.ts';
import { apache } from './parser.ts';
import samples from './samples.ndjson?raw';

describeSamples(apache, samples);

describe('apache', () => {
  it('reads the error log of 2.2 and 2.4 in the zone of the context', () => {
    const fields = fieldsOf('[Sun Nov 22 10:11:12 2026] [error] [client 10.0.0.9] x', { timezone: '+09:00' });
    expect(fields['@timestamp']).toBe('2026-11-22T01:11:12.000Z');
    expect(fields['event.timezone']).toBe('+09:00');
  });

  it('keeps brackets that begin the message', () => {
    const fields = fieldsOf('[Sun Nov 22 10:11:12.5 2026] [core:warn] [pid 1] [client 10.0.0.9:1] [unusual] text');
    expect(fields['message']).toBe('[unusual] text');
  });

  it('reads an IPv6 client', () => {
    const fields = fieldsOf('[Sun Nov 22 10:11:12.5 2026] [core:warn] [pid 1] [client 2001:db8::9:51000] x');
    expect(fields['log.level']).toBe('warn');
    expect(fields['message']).toBe('x');
  });
});
