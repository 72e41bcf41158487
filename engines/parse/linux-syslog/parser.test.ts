import { describe, expect, it } from 'vitest';
import { describeSamples, parseWith } from '../testing/samples.ts';
import { linuxSyslog } from './parser.ts';
import samples from './samples.ndjson?raw';

describeSamples(linuxSyslog, samples);

describe('linux.syslog', () => {
  it('is the last resort only for lines with a header', () => {
    expect(parseWith('<13>free text without anything').dataset).toBe('linux.syslog');
    expect(parseWith('free text without anything').dataset).toBe('unknown');
  });
});
