import { describe, expect, it } from 'vitest';
import { describeSamples, parseWith } from '../testing/samples.ts';
import { ruijie } from './parser.ts';
import samples from './samples.ndjson?raw';

describeSamples(ruijie, samples);

describe('ruijie', () => {
  it('leaves lines that name neither model nor maker', () => {
    expect(
      parseWith('<189>Nov 22 10:11:12 sw1: %SYS-5-CONFIG_I: Configured from console by admin on vty0 (10.0.0.9)')
        .dataset,
    ).toBe('cisco.ios');
  });
});
