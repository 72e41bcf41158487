import { describe, expect, it } from 'vitest';
import { describeSamples, fieldsOf, parseWith } from '../testing/samples.ts';
import { fortigate } from './parser.ts';
import samples from './samples.ndjson?raw';

describeSamples(fortigate, samples);

describe('fortinet.fortigate', () => {
  it('reads the time from eventtime when date and time are missing', () => {
    const fields = fieldsOf(
      '<189>eventtime=1795313472123456789 logid="1" type="traffic" subtype="forward" srcip=10.0.0.1',
      { dataset: 'fortinet.fortigate' },
    );
    expect(fields['@timestamp']).toBe('2026-11-22T02:11:12.123Z');
  });

  it('keeps escaped quotes in values and unknown keys under its prefix', () => {
    const fields = fieldsOf(
      'date=2026-11-22 time=10:11:12 devid="F" logid="1" type="utm" subtype="x" msg="a \\"b\\" c" brandnew=7',
    );
    expect(fields['message']).toBe('a "b" c');
    expect(fields['fortinet.firewall.brandnew']).toBe('7');
  });

  it('returns words that are no pair', () => {
    expect(
      parseWith('date=2026-11-22 time=10:11:12 devid="F" logid="1" type="event" subtype="x" oops tail').remainder,
    ).toBe('oops tail');
  });
});
