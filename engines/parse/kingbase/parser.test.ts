import { describe, expect, it } from 'vitest';
import { describeSamples, parseWith } from '../testing/samples.ts';
import { kingbase } from './parser.ts';
import samples from './samples.ndjson?raw';

describeSamples(kingbase, samples);

describe('kingbase', () => {
  it('leaves an ordinary PostgreSQL line, unless the source is pinned', () => {
    const line = '2026-11-22 10:11:12.123 CST [4711] LOG:  database system is ready';
    expect(parseWith(line).dataset).toBe('postgresql.log');
    expect(parseWith(line, { dataset: 'kingbase.log' }).dataset).toBe('kingbase.log');
  });
});
