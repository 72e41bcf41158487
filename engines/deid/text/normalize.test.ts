import { describe, expect, it } from 'vitest';
import { endOf, foldInto, newFolded } from './normalize.ts';

function fold(text: string): { text: string; pos: number[]; gap: number[] } {
  const into = newFolded();
  foldInto(into, text);
  return {
    text: String.fromCharCode(...into.code.subarray(0, into.n)),
    pos: [...into.pos.subarray(0, into.n)],
    gap: [...into.gap.subarray(0, into.n)],
  };
}

describe('foldInto', () => {
  it('foldInto() makes full width half width and traditional simplified', () => {
    expect(fold('\uFF11\uFF13\uFF18\uFF1A張醫師\uFF08\uFF21\uFF09').text).toBe('138:张医师(A)');
  });

  it('foldInto() drops invisible characters and keeps the way back', () => {
    const folded = fold('张\u200B三');
    expect(folded.text).toBe('张三');
    expect(folded.pos).toEqual([0, 2]);
  });

  it('foldInto() drops blanks between Chinese characters and remembers how wide they were', () => {
    const folded = fold('张 三\n李  四 A');
    expect(folded.text).toBe('张三李四 A');
    expect(folded.gap.slice(0, 4)).toEqual([0, 1, 3, 2]);
  });

  it('foldInto() reads digits outside the basic plane', () => {
    const into = newFolded();
    foldInto(into, '\u{1D7CF}2');
    expect(String.fromCharCode(...into.code.subarray(0, into.n))).toBe('12');
    expect(endOf(into, 0)).toBe(2);
  });

  it('foldInto() grows for a long text and forgets it for a short one', () => {
    const into = newFolded();
    foldInto(into, '张'.repeat(20_000));
    expect(into.n).toBe(20_000);
    foldInto(into, '李');
    expect([into.n, into.code[1]]).toEqual([1, 0]);
  });
});
