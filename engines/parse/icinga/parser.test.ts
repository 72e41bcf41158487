import { describe, expect, it } from 'vitest';
import { describeSamples, fieldsOf, parseWith } from '../testing/samples.ts';
import { icinga } from './parser.ts';
import samples from './samples.ndjson?raw';

describeSamples(icinga, samples);

describe('icinga', () => {
  it('tells main and debug log apart by level, or by what the source is configured for', () => {
    const line = '[2026-11-22 10:11:12 +0800] information/ApiListener: x';
    expect(parseWith(line).dataset).toBe('icinga.main');
    expect(parseWith(line.replace('information', 'debug')).dataset).toBe('icinga.debug');
    const pinned = parseWith(line, { dataset: 'icinga.debug' });
    expect(pinned.fields['icinga.debug.facility']).toBe('ApiListener');
    expect(pinned.fields['icinga.main.facility']).toBeUndefined();
  });

  it('takes the zone the line names, not that of the source', () => {
    expect(fieldsOf('[2026-11-22 10:11:12 -0200] warning/x: y')['@timestamp']).toBe('2026-11-22T12:11:12.000Z');
  });
});
