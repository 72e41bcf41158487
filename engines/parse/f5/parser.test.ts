import { describe, expect, it } from 'vitest';
import { describeSamples, fieldsOf } from '../testing/samples.ts';
import { f5 } from './parser.ts';
import samples from './samples.ndjson?raw';

describeSamples(f5, samples);

describe('f5', () => {
  it('keeps commas and quotes inside a value', () => {
    const fields = fieldsOf(
      'ASM:unit_hostname="b1",violations="Illegal URL,Attack signature \\"x\\"",attack_type="SQL-Injection",request_status="alerted",ip_client="203.0.113.9"',
    );
    expect(fields['rule.name']).toBe('Illegal URL,Attack signature "x"');
    expect(fields['event.type']).toEqual(['allowed']);
  });
});
