import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { conditionsFrom, draftFromAlert } from './exception-draft.ts';
import { shadeByHits, shadeByRules } from './heat.ts';
import { lineDiff } from './line-diff.ts';

describe('draftFromAlert()', () => {
  it('takes who and where from the evidence, two fields at most', () => {
    const fields = { 'user.name': 'zhang', 'host.name': 'pc-1', 'source.ip': ['10.0.0.1', '10.0.0.2'], message: 'm' };
    expect(draftFromAlert({ tenant: 'cn.h1', explanation: {}, evidence: [{ fields } as never] })).toEqual({
      tenant: 'cn.h1',
      conditions: [
        { field: 'user.name', op: 'equals', values: ['zhang'] },
        { field: 'source.ip', op: 'equals', values: ['10.0.0.1', '10.0.0.2'] },
      ],
    });
  });
  it('falls back to what made the rule fire, and gives nothing without evidence', () => {
    const explanation = {
      matched: { because: [{ path: 'detection.sel.event.code', key: 'event.code', wanted: 'x' }] },
    };
    expect(conditionsFrom({ 'event.code': 4625 }, explanation)).toEqual([
      { field: 'event.code', op: 'equals', values: ['4625'] },
    ]);
    expect(draftFromAlert({ tenant: 't', explanation: {}, evidence: [] }).conditions).toEqual([]);
  });
});

describe('lineDiff()', () => {
  it('marks what is gone and what is new', () => {
    expect(lineDiff('a\nb\nc', 'a\nx\nc\nd').map(({ kind, text }) => `${kind} ${text}`)).toEqual(
      ['same a', 'gone b', 'same c', 'new d'].toSpliced(2, 0, 'new x'),
    );
  });
  it('both texts can be read back from it', () => {
    const text = fc.array(fc.constantFrom('a', 'b', 'c', ''), { maxLength: 12 }).map((lines) => lines.join('\n'));
    fc.assert(
      fc.property(text, text, (before, after) => {
        const lines = lineDiff(before, after);
        const read = (skip: string): string =>
          lines
            .filter(({ kind }) => kind !== skip)
            .map((line) => line.text)
            .join('\n');
        expect(read('new')).toBe(before);
        expect(read('gone')).toBe(after);
      }),
    );
  });
});

describe('shades', () => {
  it('rise with rules and with the order of magnitude of hits', () => {
    expect([0, 1, 5, 10].map((rules) => shadeByRules(rules, 10))).toEqual([0, 1, 2, 4]);
    expect([0, 1, 9, 10, 100, 1_000_000].map(shadeByHits)).toEqual([0, 1, 1, 2, 3, 4]);
  });
});
