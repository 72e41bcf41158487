import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  awardPlaces,
  chiSquare,
  chiSquareTail,
  closeDraw,
  digest,
  drawOrder,
  hmacDrbg,
  planDraw,
  revealDraw,
  seededRandom,
  verifyDraw,
} from './index.ts';
import type { Channel, DrawAlgorithm, DrawEntrant, DrawRecord } from './index.ts';

const T0 = Date.parse('2026-11-23T07:00:00+08:00');
const seedOf = (label: string): Uint8Array => Uint8Array.from(Buffer.from(digest('sha256', label), 'hex'));

function held(
  entrants: readonly DrawEntrant[],
  options: { seed?: string; places?: number; algorithm?: DrawAlgorithm; share?: number; beacon?: string } = {},
): DrawRecord {
  const { seed, record } = planDraw(
    {
      id: 'd1',
      session: 's1',
      algorithm: options.algorithm ?? 'sha256',
      beaconSource: options.beacon === undefined ? '' : 'stock index at close',
      closesAt: T0 + 600_000,
    },
    seedOf(options.seed ?? 'one'),
    T0,
  );
  const closed = closeDraw(
    record,
    {
      places: options.places ?? 2,
      reserved: { channels: ['phone', 'window'], share: options.share ?? 0 },
      entrants,
    },
    T0 + 600_000,
  );
  return revealDraw(closed, seed, T0 + 601_000, options.beacon);
}

const people = (count: number, channel: Channel = 'web'): DrawEntrant[] =>
  Array.from({ length: count }, (_, at) => ({ key: `k${String(at).padStart(4, '0')}`, channel, weight: 1 }));

test('hmacDrbg() gives the bits of the CAVP vector for HMAC_DRBG with SHA-256', () => {
  const entropy = 'ca851911349384bffe89de1cbdc46e6831e44d34a4fb935ee285dd14b71a7488';
  const nonce = '659ba96c601dc69fc902940805ec0ca8';
  const drbg = hmacDrbg('sha256', Uint8Array.from(Buffer.from(entropy + nonce, 'hex')));
  drbg.bytes(128);
  expect(Buffer.from(drbg.bytes(128)).toString('hex')).toBe(
    'e528e9abf2dece54d47c7e75e5fe302149f817ea9fb4bee6f4199697d04d5b89d54fbb978a15b5c443c9ec21036d2460b6f73ebad0dc2aba6e624abf07745bc107694bb7547bb0995f70de25d6b29e2d3011bb19d27676c07162c8b5ccde0668961df86803482cb37ed6d5c0bb8d50cf1f50d476aa0458bdaba806f48be9dcb8',
  );
});

test('hmacDrbg().below() refuses a limit it cannot serve and keeps inside it', () => {
  const drbg = hmacDrbg('sm3', seedOf('limits'));
  expect(() => drbg.below(0)).toThrow(RangeError);
  expect(() => drbg.below(2 ** 48 + 1)).toThrow(RangeError);
  for (let i = 0; i < 500; i += 1) expect(drbg.below(7)).toBeLessThan(7);
  expect(drbg.below(1)).toBe(0);
});

test('digest() is SM3 of GB/T 32905-2016 appendix A', () => {
  expect(digest('sm3', 'abc')).toBe('66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0');
});

test('verifyDraw() accepts what was drawn, for both hashes, weights, reserved places and a beacon', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.stringMatching(/^[0-9a-f]{8}$/), { maxLength: 40 }),
      fc.constantFrom<DrawAlgorithm>('sha256', 'sm3'),
      fc.nat({ max: 12 }),
      fc.constantFrom(0, 0.25, 1),
      fc.option(fc.stringMatching(/^[0-9]{1,9}$/), { nil: undefined }),
      (keys, algorithm, places, share, beacon) => {
        const entrants = keys.map((key, at) => ({
          key,
          channel: at % 3 === 0 ? ('phone' as const) : ('web' as const),
          weight: 1 + (at % 4),
        }));
        const record = held(entrants, { algorithm, places, share, ...(beacon === undefined ? {} : { beacon }) });
        const verdict = verifyDraw(JSON.parse(JSON.stringify(record)));
        expect(verdict.checks.filter(({ ok }) => !ok)).toEqual([]);
        expect(record.order?.toSorted()).toEqual(keys.toSorted());
        expect(record.winners).toHaveLength(Math.min(places, keys.length));
      },
    ),
    { numRuns: 60 },
  );
});

test('verifyDraw() names the part that was tampered with', () => {
  const record = held(people(12), { places: 3, beacon: '3312.77' });
  const failing = (change: Partial<DrawRecord>): string[] =>
    verifyDraw({ ...record, ...change })
      .checks.filter(({ ok }) => !ok)
      .map(({ name }) => name);
  expect(failing({ seed: 'f'.repeat(64) })).toEqual(expect.arrayContaining(['commitment', 'order']));
  expect(failing({ entrants: record.entrants!.slice(1) })).toEqual(expect.arrayContaining(['entrants', 'order']));
  expect(failing({ places: 4 })).toContain('entrants');
  expect(failing({ winners: record.order!.slice(-3) })).toEqual(['winners']);
  expect(failing({ beacon: '3312.78' })).toContain('order');
  expect(failing({ beacon: '' })).toContain('beacon');
  expect(failing({ committedAt: record.revealedAt! })).toEqual(['times']);
  expect(failing({ closesAt: record.revealedAt! })).toEqual(['times']);
});

test('verifyDraw() finds a record made up afterwards by the values noted before', () => {
  const honest = held(people(12));
  const forged = held(people(12), { seed: 'a seed tried until the friend won' });
  expect(verifyDraw(forged).valid).toBe(true);
  expect(verifyDraw(forged, { commitment: honest.commitment }).valid).toBe(false);
  const fewer = held(people(11));
  expect(verifyDraw(fewer, { entrantsHash: honest.entrantsHash! }).valid).toBe(false);
});

test('verifyDraw() tells an entrant the rank, and refuses what is not a record', () => {
  const record = held(people(5));
  const key = record.order![3]!;
  expect(verifyDraw(record, { key })).toMatchObject({ rank: 4, won: false });
  expect(verifyDraw(record, { key: 'nobody' })).toMatchObject({ rank: 0, won: false });
  const unreadable: unknown[] = [
    null,
    7,
    [],
    { format: 'x' },
    { ...record, algorithm: 'md5' },
    { ...record, seed: undefined },
    { ...record, entrants: [{ key: 'a b', channel: 'web', weight: 1 }] },
    { ...record, entrants: [{ key: 'a', channel: 'web', weight: 1e9 }] },
    { ...record, entrants: [null] },
    { ...record, order: 'k0001' },
    { ...record, places: -1 },
  ];
  for (const bad of unreadable) {
    const verdict = verifyDraw(bad);
    expect(verdict.valid).toBe(false);
    expect(verdict.checks.map(({ name }) => name)).toEqual(['format']);
  }
});

test('closeDraw() refuses an identity that stands twice and a weight below one', () => {
  const { record } = planDraw(
    { id: 'd', session: 's', algorithm: 'sha256', beaconSource: '', closesAt: T0 },
    seedOf('x'),
    T0,
  );
  const terms = { places: 1, reserved: { channels: [], share: 0 } };
  const twice = [...people(2), people(1)[0]!];
  expect(() => closeDraw(record, { ...terms, entrants: twice }, T0)).toThrow(/twice/);
  expect(() => closeDraw(record, { ...terms, entrants: [{ ...people(1)[0]!, weight: 0 }] }, T0)).toThrow(RangeError);
});

test('the draw depends on nothing but seed, list and beacon: the order of arrival changes nothing', () => {
  const shuffle = seededRandom(5);
  const entrants = people(30);
  const mixed = entrants.toSorted(() => shuffle.next() - 0.5);
  expect(held(mixed).winners).toEqual(held(entrants).winners);
  expect(held(entrants, { seed: 'two' }).winners).not.toEqual(held(entrants).winners);
  expect(held(entrants, { beacon: '1' }).order).not.toEqual(held(entrants, { beacon: '2' }).order);
});

test('the draw is fair: over 4,000 seeds every entrant wins, and stands at every rank, equally often (chi-square)', () => {
  const size = 10;
  const wins = Array.from({ length: size }, () => 0);
  const firstRank = Array.from({ length: size }, () => 0);
  const draws = 4000;
  for (let i = 0; i < draws; i += 1) {
    const record = held(people(size), { seed: `fair ${i}`, places: 3 });
    for (const key of record.winners!) wins[Number(key.slice(1))]! += 1;
    firstRank[Number(record.order![0]!.slice(1))]! += 1;
  }
  // Winners are drawn without replacement, which narrows the spread of counts by (n - places) / (n - 1).
  const narrowed = (size - 1) / (size - 3);
  expect(chiSquareTail(chiSquare(wins) * narrowed, size - 1)).toBeGreaterThan(0.001);
  expect(chiSquareTail(chiSquare(firstRank), size - 1)).toBeGreaterThan(0.001);
  // The test has teeth: a draw that favours one entrant by a fifth is found.
  const biased = wins.map((count, at) => (at === 0 ? count * 1.2 : count));
  expect(chiSquareTail(chiSquare(biased) * narrowed, size - 1)).toBeLessThan(0.001);
});

test('weights hold: who has weight 3 is drawn first three times as often as who has weight 1', () => {
  const entrants = people(4).map((entrant, at) => ({ ...entrant, weight: at === 0 ? 3 : 1 }));
  const first = Array.from({ length: 4 }, () => 0);
  const draws = 3000;
  for (let i = 0; i < draws; i += 1) first[Number(held(entrants, { seed: `weight ${i}` }).order![0]!.slice(1))]! += 1;
  const expected = [3, 1, 1, 1].map((weight) => (draws * weight) / 6);
  expect(chiSquareTail(chiSquare(first, expected), 3)).toBeGreaterThan(0.001);
});

test('awardPlaces() keeps the reserved share for its channels, in the same draw, and gives what they leave to all', () => {
  const entrants = [...people(20), { key: 'p1', channel: 'phone' as const, weight: 1 }];
  const order = entrants.map(({ key }) => key);
  const draw = { entrants, places: 4, reserved: { channels: ['phone' as const], places: 2 } };
  // One telephone entrant for two reserved places: it wins although it was drawn last, the other place goes to the next in order.
  expect(awardPlaces(draw, order)).toEqual(['k0000', 'k0001', 'k0002', 'p1']);
  expect(awardPlaces({ ...draw, reserved: { channels: [], places: 0 } }, order)).toEqual(order.slice(0, 4));
  expect(awardPlaces({ ...draw, places: 0 }, order)).toEqual([]);
});

test('drawOrder() agrees with a plain walk along the list', () => {
  const record = held(
    people(25).map((entrant, at) => ({ ...entrant, weight: 1 + ((at * 7) % 5) })),
    { algorithm: 'sm3' },
  ) as Required<DrawRecord>;
  const material = `xinglin-draw/1\ndraw\n${record.id}\n${record.entrantsHash}\n\n${record.seed}\n`;
  const random = hmacDrbg('sm3', new TextEncoder().encode(material));
  const left = [...record.entrants];
  const plain: string[] = [];
  while (left.length > 0) {
    let rest = random.below(left.reduce((sum, { weight }) => sum + weight, 0));
    const at = left.findIndex(({ weight }) => {
      rest -= weight;
      return rest < 0;
    });
    plain.push(left.splice(at, 1)[0]!.key);
  }
  expect(drawOrder(record, record.seed, '')).toEqual(plain);
});
