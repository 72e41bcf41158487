import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { scanPairs } from './key-value.ts';
import { learnPairs, type LearnedPairs } from './learned-pairs.ts';

type Pair = readonly [key: string, value: string];

function collect(read: LearnedPairs<string>, text: string): { readonly pairs: Pair[]; readonly rest: string } {
  const pairs: Pair[] = [];
  const rest = read(text, (key, value) => void pairs.push([key, value]));
  return { pairs, rest };
}

const key = fc.constantFrom('a', 'ab', 'srcip', 'msg', '源IP', 'x-1', 'a.b');
const value = fc.oneof(
  fc.constantFrom('', '1', '10.0.0.9', '"quoted word"', '"a\\"b"', '"open', 'C:\\x', '"end\\\\"', '=', 'a=b'),
  fc.string({ maxLength: 6, unit: fc.constantFrom('a', '=', '"', '\\', ' ', '1') }),
);
const line = fc
  .array(fc.oneof(fc.tuple(key, value), fc.tuple(fc.constant(''), fc.constant('word'))), { maxLength: 12 })
  .map((pairs) => pairs.map(([name, text]) => (name === '' ? text : `${name}=${text}`)).join(' '));

describe('learnPairs()', () => {
  it('answers as scanPairs() does, whatever lines came before', () => {
    const read = learnPairs((name) => name);
    fc.assert(
      fc.property(line, (text) => {
        // Single quotes are an ordinary character to the devices this reader is for.
        fc.pre(!text.includes("'"));
        const pairs: Pair[] = [];
        const rest = scanPairs(text, (name, found) => void pairs.push([name, found]));
        expect(collect(read, text)).toEqual({ pairs, rest });
      }),
      { numRuns: 2000 },
    );
  });

  it('asks for the plan of a key once', () => {
    let asked = 0;
    const read = learnPairs((name) => {
      asked++;
      return name;
    });
    for (let i = 0; i < 5; i++) collect(read, 'a=1 b=2 a=3');
    expect(asked).toBe(2);
  });

  it('reads on when there are more keys than it remembers', () => {
    const read = learnPairs((name) => name);
    const text = Array.from({ length: 5000 }, (_, i) => `k${i}=${i}`).join(' ');
    expect(collect(read, text).pairs).toHaveLength(5000);
    expect(collect(read, text).pairs.at(-1)).toEqual(['k4999', '4999']);
  });
});
