/**
 * The verifiable draw: commit, close, reveal. The rules below are all there is; docs/guide/slots.md repeats them in prose and
 * verifier/verify-draw.html is a second implementation that shares no line with this one.
 */
import { digest } from '#release-hash';
import { hmacDrbg } from './hmac-drbg.ts';
import type { Channel, DrawAlgorithm, DrawEntrant, DrawRecord } from './types.ts';

export interface PlannedDraw {
  readonly record: DrawRecord;
  /** 64 hex digits; kept secret until the reveal. */
  readonly seed: string;
}

export function commitmentOf(draw: Pick<DrawRecord, 'algorithm' | 'id' | 'beaconSource'>, seed: string): string {
  return digest(draw.algorithm, `xinglin-draw/1\ncommit\n${draw.id}\n${draw.beaconSource}\n${seed}\n`);
}

/** Plans a draw and commits to its seed. Publish the record before entries close. */
export function planDraw(
  terms: {
    readonly id: string;
    readonly session: string;
    readonly algorithm: DrawAlgorithm;
    readonly beaconSource: string;
    readonly closesAt: number;
  },
  seed: Uint8Array,
  now: number,
): PlannedDraw {
  if (seed.length !== 32) throw new RangeError('a draw needs a seed of 32 bytes');
  const hex = Buffer.from(seed).toString('hex');
  const { id, session, algorithm, beaconSource } = terms;
  return {
    seed: hex,
    record: {
      format: 'xinglin-draw/1',
      id,
      session,
      algorithm,
      beaconSource,
      commitment: commitmentOf(terms, hex),
      committedAt: new Date(now).toISOString(),
      closesAt: new Date(terms.closesAt).toISOString(),
    },
  };
}

export type ClosedDraw = DrawRecord & Required<Pick<DrawRecord, 'places' | 'reserved' | 'entrants' | 'entrantsHash'>>;

/** The text whose hash is published when entries close: the terms and every entrant, in the order of their keys. */
export function entrantsText(draw: Pick<ClosedDraw, 'id' | 'places' | 'reserved' | 'entrants'>): string {
  const { id, places, reserved, entrants } = draw;
  const head = `xinglin-draw/1\nentrants\n${id}\n${places}\n${reserved.places}\n${reserved.channels.join(',')}\n`;
  return head + entrants.map(({ key, channel, weight }) => `${key}\t${channel}\t${weight}\n`).join('');
}

/** Fixes who takes part and for how many places. A key given twice is an error: one entry per real-name identity. */
export function closeDraw(
  record: DrawRecord,
  terms: {
    readonly places: number;
    readonly reserved: { readonly channels: readonly Channel[]; readonly share: number };
    readonly entrants: readonly DrawEntrant[];
  },
  now: number,
): ClosedDraw {
  const entrants = terms.entrants.toSorted((a, b) => (a.key < b.key ? -1 : 1));
  for (const [at, entrant] of entrants.entries()) {
    if (entrant.key === entrants[at - 1]?.key) throw new Error(`entrant ${entrant.key} stands twice in ${record.id}`);
    if (!Number.isInteger(entrant.weight) || entrant.weight < 1) throw new RangeError(`weight ${entrant.weight}`);
  }
  const reserved = {
    channels: terms.reserved.channels,
    places: Math.floor(terms.places * terms.reserved.share + 1e-9),
  };
  const closed = {
    ...record,
    closedAt: new Date(now).toISOString(),
    places: terms.places,
    reserved,
    entrants,
  };
  return { ...closed, entrantsHash: digest(record.algorithm, entrantsText(closed)) };
}

/** Publishes the seed and what follows from it. */
export function revealDraw(record: ClosedDraw, seed: string, now: number, beacon = ''): DrawRecord {
  const order = drawOrder(record, seed, beacon);
  return {
    ...record,
    beacon,
    revealedAt: new Date(now).toISOString(),
    seed,
    order,
    winners: awardPlaces(record, order),
  };
}

/**
 * All entrants in the order drawn: again and again take a random number below the weight that is left and walk along the list, in the
 * order of keys, to the entrant in whose weight it falls. A Fenwick tree makes each step logarithmic.
 */
export function drawOrder(
  draw: Pick<ClosedDraw, 'id' | 'algorithm' | 'entrants' | 'entrantsHash'>,
  seed: string,
  beacon: string,
): string[] {
  const { entrants } = draw;
  const material = `xinglin-draw/1\ndraw\n${draw.id}\n${draw.entrantsHash}\n${beacon}\n${seed}\n`;
  const random = hmacDrbg(draw.algorithm, new TextEncoder().encode(material));
  const size = entrants.length;
  const tree = new Float64Array(size + 1);
  let left = 0;
  for (const [at, { weight }] of entrants.entries()) {
    left += weight;
    for (let i = at + 1; i <= size; i += i & -i) tree[i]! += weight;
  }
  const top = 2 ** Math.floor(Math.log2(Math.max(1, size)));
  const order: string[] = [];
  while (order.length < size) {
    let rest = random.below(left);
    let at = 0;
    for (let step = top; step >= 1; step /= 2) {
      const next = at + step;
      if (next <= size && tree[next]! <= rest) {
        at = next;
        rest -= tree[next]!;
      }
    }
    const { key, weight } = entrants[at]!;
    order.push(key);
    left -= weight;
    for (let i = at + 1; i <= size; i += i & -i) tree[i]! -= weight;
  }
  return order;
}

/** Who gets a place: first the reserved places to entrants of the reserved channels in draw order, then the rest to everybody in draw order. */
export function awardPlaces(
  draw: Pick<ClosedDraw, 'places' | 'reserved' | 'entrants'>,
  order: readonly string[],
): string[] {
  const channelOf = new Map(draw.entrants.map(({ key, channel }) => [key, channel]));
  const favoured = order.filter((key) => draw.reserved.channels.includes(channelOf.get(key)!));
  const winners = new Set(favoured.slice(0, Math.min(draw.reserved.places, draw.places)));
  for (const key of order) {
    if (winners.size >= draw.places) break;
    winners.add(key);
  }
  // In draw order, so that the first drawn gets the first place.
  return order.filter((key) => winners.has(key));
}
