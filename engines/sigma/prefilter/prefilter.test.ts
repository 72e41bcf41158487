import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PredicateMemo } from '../compile/closures.ts';
import { Frame, Slots } from '../compile/frame.ts';
import type { Node } from '../compile/lower.ts';
import { KEYWORD, Predicates } from '../compile/predicates.ts';
import { parseGlob } from '../text/glob.ts';
import { fold } from '../text/fold.ts';
import type { ValueTest } from '../types.ts';
import { CLASSES, SMALL_CLASSES } from './alphabet.ts';
import { atomsOf, type Atom } from './atoms.ts';
import { BigramFinder } from './bigram-finder.ts';
import { EndIndex } from './end-index.ts';
import { FieldMatcher } from './field-matcher.ts';
import { GramCounts, guessedCounts } from './gram-counts.ts';
import { GroupIndex } from './group-index.ts';
import { necessaryAtoms } from './necessary.ts';
import { guessedRarity, LearnedRarity } from './rarity.ts';
import { bestSampling, Sieve, tiersOf } from './sieve.ts';
import { wideCharacters } from './wide-characters.ts';

const unit = fc.constantFrom('a', 'b', 'c', 'A', 'B', '\\', '.', ' ');
const needle = fc.string({ unit, minLength: 1, maxLength: 4 }).map(fold);
const needles = fc.uniqueArray(needle, { minLength: 1, maxLength: 12 });
const hay = fc.string({
  unit: fc.oneof({ weight: 9, arbitrary: unit }, { weight: 1, arbitrary: fc.constantFrom('é', '病', 'K') }),
  maxLength: 20,
});
const emitted = (match: (value: string, emit: (id: number) => void) => void, value: string): number[] => {
  const ids = new Set<number>();
  match(value, (id) => ids.add(id));
  return [...ids].toSorted((left, right) => left - right);
};
const expected = (texts: readonly string[], holds: (text: string) => boolean): number[] =>
  texts.flatMap((text, id) => (holds(text) ? [id] : []));

describe('the character classes', () => {
  test('put both cases of a letter, and what folds to it, into one class', () => {
    expect(CLASSES['A'.charCodeAt(0)]).toBe(CLASSES['a'.charCodeAt(0)]);
    expect(CLASSES['\u212a'.charCodeAt(0)]).toBe(CLASSES['k'.charCodeAt(0)]);
    expect(CLASSES['ſ'.charCodeAt(0)]).toBe(CLASSES['s'.charCodeAt(0)]);
    expect(CLASSES['病'.charCodeAt(0)]).toBe(CLASSES['é'.charCodeAt(0)]);
    expect(new Set(CLASSES.slice(0, 128)).size).toBe(128 - 26);
    expect(Math.max(...SMALL_CLASSES)).toBeLessThan(64);
    expect(SMALL_CLASSES['A'.charCodeAt(0)]).toBe(SMALL_CLASSES['a'.charCodeAt(0)]);
  });
});

describe('EndIndex', () => {
  test('finds the texts at the end, or the start, or that are the whole value', () => {
    const long = fc.array(needle, { maxLength: 4 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(
        fc.oneof(needles, fc.uniqueArray(long, { minLength: 1, maxLength: 8 })),
        fc.oneof(hay, long),
        fc.boolean(),
        fc.boolean(),
        (texts, value, backwards, whole) => {
          const index = new EndIndex(
            texts.map((text, id) => ({ text, id, whole })),
            backwards,
          );
          const folded = fold(value);
          const holds = (text: string): boolean =>
            whole ? folded === text : backwards ? folded.endsWith(text) : folded.startsWith(text);
          expect(emitted((own, emit) => index.match(own, emit), value)).toEqual(expected(texts, holds));
          expect(index.has(folded)).toBe(texts.some(holds));
        },
      ),
      { numRuns: 1500 },
    );
  });

  test('finds the empty text only in the empty value', () => {
    const index = new EndIndex([{ text: '', id: 0, whole: true }], true);
    expect(index.has('')).toBe(true);
    expect(index.has('a')).toBe(false);
  });
});

describe('Sieve', () => {
  const outputsOf = (texts: readonly string[]) => texts.map((text, id) => ({ text, id, whole: false }));
  const sampled = fc
    .record({ size: fc.integer({ min: 2, max: 5 }), stride: fc.integer({ min: 1, max: 8 }) })
    .chain(({ size, stride }) =>
      fc.record({
        sampling: fc.constant({ size, stride, cost: 0 }),
        texts: fc.uniqueArray(fc.string({ unit, minLength: size + stride - 1, maxLength: 15 }).map(fold), {
          minLength: 1,
          maxLength: 12,
        }),
      }),
    );
  const around = fc.tuple(hay, fc.nat({ max: 11 }), hay);

  test('finds every text anywhere, without regard to case, however values are sampled', () => {
    fc.assert(
      fc.property(sampled, around, ({ sampling, texts }, [before, which, after]) => {
        const value = before + (texts[which % texts.length] as string).toUpperCase() + after;
        const sieve = new Sieve(outputsOf(texts), sampling, guessedCounts());
        for (const own of [value, before]) {
          expect(emitted((text, emit) => sieve.match(text, emit), own)).toEqual(
            expected(texts, (text) => fold(own).includes(text)),
          );
        }
      }),
      { numRuns: 1000 },
    );
  });

  test('finds texts that are part of others, and the same text for several ids', () => {
    const texts = outputsOf(['he', 'she', 'hers', 'he']);
    const sieve = new Sieve(texts, bestSampling(texts, guessedCounts()), guessedCounts());
    expect(emitted((value, emit) => sieve.match(value, emit), 'uSHErs')).toEqual([0, 1, 2, 3]);
  });

  test('bestSampling() steps as far as the shortest text allows; tiersOf() keeps short texts apart when that pays', () => {
    const long = outputsOf(['mimikatz.exe', 'sekurlsa::logonpasswords', 'privilege::debug']);
    const alone = bestSampling(long, guessedCounts());
    expect(alone.size + alone.stride - 1).toBeLessThanOrEqual(12);
    expect(alone.stride).toBeGreaterThan(4);
    const short = outputsOf(['arp', '-f']);
    expect(bestSampling([...long, ...short], guessedCounts())).toMatchObject({ size: 2, stride: 1 });
    const tiers = tiersOf([...long, ...short], guessedCounts());
    expect(tiers.flatMap(({ texts }) => texts)).toHaveLength(5);
  });

  test('learned counts move the marks to what is rare here', () => {
    const counts = new GramCounts();
    for (let at = 0; at < 100; at++) counts.add('mimikatz mimikatz mimikatz');
    const gram = (text: string): number =>
      text.split('').reduce((sum, letter) => (sum << 6) | (SMALL_CLASSES[letter.charCodeAt(0)] as number), 0);
    expect(counts.frequency(gram('mi'), 2)).toBeGreaterThan(0.1);
    expect(counts.frequency(gram('mik'), 3)).toBeGreaterThan(0.05);
    expect(counts.frequency(gram('qx'), 2)).toBeLessThan(0.01);
  });
});

describe('wideCharacters()', () => {
  test('finds every character whose folded form has one of the units', () => {
    const pattern = wideCharacters(['é', 'σ', '病']);
    for (const character of ['é', 'É', 'Σ', 'ς', 'σ', '病']) expect(pattern.test(`a${character}`)).toBe(true);
    for (const character of ['a', 'è', '院', '']) expect(pattern.test(character)).toBe(false);
    expect(wideCharacters([]).test('é')).toBe(false);
    expect(wideCharacters(['😀'[0] as string]).test('😀')).toBe(true);
  });
});

describe('BigramFinder', () => {
  test('tells whether one of the texts occurs', () => {
    const wide = fc.uniqueArray(
      fc.string({ unit: fc.oneof(unit, fc.constant('病')), minLength: 1, maxLength: 4 }).map(fold),
      { minLength: 1, maxLength: 12 },
    );
    fc.assert(
      fc.property(wide, hay, (texts, value) => {
        const folded = fold(value);
        expect(new BigramFinder(texts).has(folded)).toBe(texts.some((text) => folded.includes(text)));
      }),
      { numRuns: 2000 },
    );
  });
});

describe('FieldMatcher', () => {
  test('misses no atom, ASCII or not; without İ it reports no other', () => {
    const text = fc
      .string({ unit: fc.constantFrom('a', 'b', 'é', '病', 'k', 'i'), minLength: 1, maxLength: 3 })
      .map(fold);
    const atom = fc.record({
      kind: fc.constantFrom<Atom['kind']>('equals', 'prefix', 'suffix', 'contains'),
      text,
      slot: fc.constant(0),
    });
    const value = fc.string({ unit: fc.constantFrom('a', 'B', 'É', '病', '\u212a', 'I', 'İ'), maxLength: 6 });
    const holds = ({ kind, text: own }: Atom, folded: string): boolean =>
      kind === 'equals'
        ? folded === own
        : kind === 'prefix'
          ? folded.startsWith(own)
          : kind === 'suffix'
            ? folded.endsWith(own)
            : folded.includes(own);
    fc.assert(
      fc.property(fc.array(atom, { minLength: 1, maxLength: 10 }), value, (atoms, own) => {
        const matcher = new FieldMatcher(
          atoms.map((one, id) => ({ atom: one, id })),
          guessedCounts(),
        );
        const found = emitted((text_, emit) => matcher.match(text_, emit), own);
        const wanted = atoms.flatMap((one, id) => (holds(one, fold(own)) ? [id] : []));
        if (own.includes('İ')) expect(found).toEqual(expect.arrayContaining(wanted));
        else expect(found).toEqual(wanted);
      }),
      { numRuns: 2000 },
    );
  });
});

const stringTest = (pattern: string): ValueTest => ({ kind: 'string', glob: parseGlob(pattern), cased: false });
function predicate(slot: number, test_: ValueTest) {
  return new Predicates().of(slot, test_, 0);
}

describe('atomsOf()', () => {
  test.each<[ValueTest, Partial<Atom>[] | undefined]>([
    [stringTest('Abc'), [{ kind: 'equals', text: 'abc' }]],
    [stringTest('Abc*'), [{ kind: 'prefix', text: 'abc' }]],
    [stringTest('*Abc'), [{ kind: 'suffix', text: 'abc' }]],
    [stringTest('*Abc*'), [{ kind: 'contains', text: 'abc' }]],
    [stringTest('ab*cdef*g'), [{ kind: 'contains', text: 'cdef' }]],
    [stringTest('abcd*ef'), [{ kind: 'prefix', text: 'abcd' }]],
    [stringTest('ab*cdef'), [{ kind: 'suffix', text: 'cdef' }]],
    [stringTest('*'), [{ kind: 'present' }]],
    [stringTest('?*'), [{ kind: 'present' }]],
    [{ kind: 'regex', source: '(foo|bar)\\d+', flags: '' }, [{ kind: 'contains', text: 'foo' }, { text: 'bar' }]],
    [{ kind: 'regex', source: '\\d+', flags: '' }, [{ kind: 'present' }]],
    [{ kind: 'null' }, undefined],
    [{ kind: 'exists', expected: true }, undefined],
    [{ kind: 'compare', operator: 'gt', value: 1 }, [{ kind: 'present' }]],
    [{ kind: 'cidr', network: '10.0.0.0/8' }, [{ kind: 'present' }]],
    [{ kind: 'fieldref', field: 'G', mode: 'equals', cased: false }, [{ kind: 'present' }]],
  ])('of %j: %j', (own, atoms) => {
    const found = atomsOf(predicate(0, own));
    if (atoms === undefined) expect(found).toBeUndefined();
    else expect(found?.atoms).toMatchObject(atoms);
  });

  test('a keyword may stand anywhere', () => {
    expect(atomsOf(predicate(KEYWORD, stringTest('Abc')))?.atoms).toMatchObject([
      { slot: KEYWORD, kind: 'contains', text: 'abc' },
    ]);
  });

  test('are exact when they say all that the test says', () => {
    for (const exact of ['Abc', 'Abc*', '*Abc', '*Abc*', '*', ''])
      expect(atomsOf(predicate(0, stringTest(exact)))?.exact).toBe(true);
    expect(atomsOf(predicate(0, stringTest('a*b')))?.exact).toBe(false);
    expect(atomsOf(predicate(0, { ...stringTest('Abc'), cased: true } as ValueTest))?.exact).toBe(false);
    expect(atomsOf(predicate(0, { kind: 'regex', source: 'foo', flags: '' }))?.exact).toBe(false);
    expect(atomsOf(predicate(0, { kind: 'cidr', network: '10.0.0.0/8' }))?.exact).toBe(false);
  });
});

describe('necessaryAtoms()', () => {
  const predicates = new Predicates();
  const leaf = (pattern: string, slot = 0): Node => ({
    op: 'test',
    predicate: predicates.of(slot, stringTest(pattern)),
  });
  const choose = (node: Node): string[] | undefined =>
    necessaryAtoms(node, ({ predicate: own }) => atomsOf(own), guessedRarity)?.predicates.flatMap(({ atoms }) =>
      atoms.map(({ text }) => text),
    );

  test('of an and the rarest child, of an or all children, of a not nothing', () => {
    expect(choose({ op: 'and', kids: [leaf('*.exe'), leaf('*quite-rare-text*')] })).toEqual(['quite-rare-text']);
    expect(choose({ op: 'or', kids: [leaf('*abc*'), leaf('def')] })).toEqual(['abc', 'def']);
    expect(choose({ op: 'or', kids: [leaf('*abc*'), leaf('*')] })).toEqual(['abc', '']);
    expect(choose({ op: 'or', kids: [leaf('*abc*'), { op: 'not', kid: leaf('x') }] })).toBeUndefined();
    expect(choose({ op: 'not', kid: leaf('abc') })).toBeUndefined();
    expect(choose({ op: 'and', kids: [{ op: 'not', kid: leaf('abc') }, leaf('x')] })).toEqual(['x']);
    expect(choose({ op: 'atLeast', count: 2, kids: [leaf('abc'), leaf('def')] })).toEqual(['abc', 'def']);
    expect(choose({ op: 'or', kids: [] })).toEqual([]);
    expect(choose({ op: 'and', kids: [] })).toBeUndefined();
  });

  test('avoids keywords when a field will do', () => {
    expect(choose({ op: 'and', kids: [leaf('a very rare keyword', KEYWORD), leaf('abcdefghijkl')] })).toEqual([
      'abcdefghijkl',
    ]);
  });

  test('learned frequencies replace the guess', () => {
    const common: Atom = { slot: 0, kind: 'contains', text: 'a very long and special text' };
    const rare: Atom = { slot: 0, kind: 'contains', text: '.exe' };
    expect(guessedRarity(common)).toBeLessThan(guessedRarity(rare));
    const learned = new LearnedRarity(100);
    for (let at = 0; at < 100; at++) learned.count('0 contains a very long and special text');
    const rarity = learned.rarity();
    expect(rarity(common)).toBeGreaterThan(0.9);
    expect(rarity(rare)).toBeLessThan(0.05);
  });
});

describe('GroupIndex', () => {
  function index(members: readonly (readonly Atom[] | undefined)[], keys: readonly (readonly string[])[]) {
    const slots = new Slots();
    for (const own of keys) slots.of(own);
    const frame = new Frame(slots.keys);
    const memo = new PredicateMemo(members.length);
    const group = new GroupIndex(
      members.map((atoms, member) => ({
        member,
        predicates: atoms === undefined ? undefined : [{ id: member, atoms, exact: true }],
      })),
      frame,
      memo,
      guessedCounts(),
    );
    return Object.assign(
      (event: Record<string, unknown>): number[] => {
        frame.begin(event);
        const count = group.find();
        return [...group.always, ...Array.from({ length: count }, (_, at) => group.candidate(at))].toSorted(
          (left, right) => left - right,
        );
      },
      { group, memo, frame },
    );
  }
  const contains = (slot: number, text: string): Atom => ({ slot, kind: 'contains', text });

  test('gives each candidate once, and those without atoms always', () => {
    const find = index([[contains(0, 'a'), contains(0, 'b')], [contains(0, 'x')], undefined], [['F']]);
    expect(find({ F: 'ab ab' })).toEqual([0, 2]);
    expect(find({ F: 'ABX' })).toEqual([0, 1, 2]);
    expect(find({})).toEqual([2]);
    expect(find({ F: null, G: 'abx' })).toEqual([2]);
  });

  test('reads numbers, lists and nested events', () => {
    const find = index(
      [[{ slot: 0, kind: 'equals', text: '7' }], [contains(1, 'deep')], [contains(KEYWORD, 'word')]],
      [['N'], ['a.b']],
    );
    expect(find({ N: 7 })).toEqual([0]);
    expect(find({ N: [1, '7'] })).toEqual([0]);
    expect(find({ a: { b: 'so deep' } })).toEqual([1]);
    expect(find({ 'a.b': ['x', 'deep'], K: 'Word' })).toEqual([1, 2]);
    expect(find({ list: [{ text: 'a word' }] })).toEqual([2]);
    expect(find({ K: 5 })).toEqual([]);
  });

  test('finds rules that only need a field to have a value', () => {
    const find = index([[{ slot: 0, kind: 'present', text: '' }]], [['F']]);
    expect(find({ F: '' })).toEqual([0]);
    expect(find({ F: 0 })).toEqual([0]);
    expect(find({ F: null })).toEqual([]);
    expect(find({ F: [] })).toEqual([]);
    expect(find({ G: 'x' })).toEqual([]);
  });

  test('finds keywords in numbers when a keyword is one', () => {
    const find = index([[contains(KEYWORD, '44')]], []);
    expect(find({ K: 1445 })).toEqual([0]);
    expect(find({ K: '1445' })).toEqual([0]);
    expect(find({ K: 1 })).toEqual([]);
  });

  test('finds keywords in fields that are read for other texts too', () => {
    const own = ['aa', 'bb', 'cc', 'dd'].map((text) => contains(0, text));
    const find = index([own, [contains(KEYWORD, 'word')]], [['F']]);
    expect(find({ F: 'x dd a word' })).toEqual([0, 1]);
    expect(find({ G: 'word' })).toEqual([1]);
    expect(find({ F: ['word'] })).toEqual([1]);
  });

  test('a field with several keys is read under the first that is there', () => {
    const find = index([[contains(0, 'x')], [contains(1, 'x')]], [['first', 'second'], ['second']]);
    expect(find({ first: 'x' })).toEqual([0]);
    expect(find({ second: 'x' })).toEqual([0, 1]);
    expect(find({ second: 'x', first: 'y' })).toEqual([1]);
  });

  test('decides the predicates it looks for, unless İ makes it doubtful', () => {
    const find = index([[contains(0, 'ik')], [contains(0, 'other')]], [['F']]);
    const { group, memo, frame } = find;
    find({ F: 'IK' });
    expect([...group.decided]).toEqual([1, 1]);
    expect(memo.stamp[0]).toBe(frame.generation);
    expect(memo.stamp[1]).not.toBe(frame.generation);
    expect(group.sure).toBe(true);
    find({ F: '\u0130k' });
    expect(group.sure).toBe(false);
    find({ F: 'x' });
    expect(group.sure).toBe(true);
  });

  test('knows the keys of events that come in any order and shape', () => {
    const find = index([[contains(0, 'x')], [contains(1, 'x')]], [['A'], ['B']]);
    fc.assert(
      fc.property(fc.array(fc.uniqueArray(fc.constantFrom('A', 'B', 'C', 'D'), { maxLength: 4 })), (shapes) => {
        for (const keys of shapes) {
          const event = Object.fromEntries(keys.map((key) => [key, 'x']));
          expect(find(event)).toEqual(
            ['A', 'B'].flatMap((key, member) => ((keys as readonly string[]).includes(key) ? [member] : [])),
          );
        }
      }),
    );
  });

  test('restart() forgets the stamps', () => {
    const find = index([[contains(0, 'x')]], [['F']]);
    expect(find({ F: 'x' })).toEqual([0]);
    find.frame.restart();
    find.group.restart();
    expect(find.frame.generation).toBe(0);
    expect(find({ F: 'x' })).toEqual([0]);
    expect(find({ F: 'y' })).toEqual([]);
  });
});
