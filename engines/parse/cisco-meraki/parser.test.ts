import { describe, expect, it } from 'vitest';
import { describeSamples, fieldsOf } from '../testing/samples.ts';
import { ciscoMeraki } from './parser.ts';
import samples from './samples.ndjson?raw';

describeSamples(ciscoMeraki, samples);

describe('cisco-meraki', () => {
  it('reads both wordings of a verdict', () => {
    const line = (pattern: string): string =>
      `<134>1 1795313472.038687615 MX84 flows src=10.0.0.9 dst=10.0.0.8 protocol=tcp sport=1 dport=2 pattern: ${pattern}`;
    expect(fieldsOf(line('1 all'))['event.outcome']).toBe('success');
    expect(fieldsOf(line('0 (dst 10.0.0.8/32)'))['event.outcome']).toBe('failure');
    expect(fieldsOf(line('Group Policy Allow'))['event.outcome']).toBeUndefined();
  });
});
