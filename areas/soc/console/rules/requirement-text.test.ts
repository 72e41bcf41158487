import { describe, expect, it } from 'vitest';
import { groupWanted, parseSamples, selectionOf, shownValue, wantedOf } from './requirement-text.ts';

describe('wantedOf()', () => {
  it("reads the engine's words, quotes and all", () => {
    expect(wantedOf('endswith "\\cmd.exe"')).toEqual({ verb: 'endswith', value: '\\cmd.exe' });
    expect(wantedOf('equals "say "hi"" (case-sensitive)')).toEqual({ verb: 'equals', value: 'say "hi"' });
    expect(wantedOf('re /a b/i')).toEqual({ verb: 're', value: '/a b/i' });
    expect(wantedOf('does not exist')).toEqual({ verb: 'absent', value: '' });
  });
  it('leaves what it does not know as it is', () => {
    expect(wantedOf('≥ 5')).toEqual({ verb: '', value: '≥ 5' });
  });
});

describe('groupWanted()', () => {
  it('puts alternatives under their verb', () => {
    expect(groupWanted({ wanted: ['equals "a"', 'equals "b"', 'contains "c"'] })).toEqual([
      { verb: 'equals', values: ['a', 'b'] },
      { verb: 'contains', values: ['c'] },
    ]);
  });
});

describe('selectionOf(), shownValue(), parseSamples()', () => {
  it('name the selection, print lists, and tell JSON from raw lines', () => {
    expect(selectionOf('detection.sel.event.action|contains')).toBe('sel');
    expect(shownValue(['a', 1])).toBe('a, 1');
    expect(shownValue(undefined)).toBe('');
    expect(parseSamples('{"a":1}\n\n[1]\nplain {')).toEqual([{ a: 1 }, '[1]', 'plain {']);
  });
});
