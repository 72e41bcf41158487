import { awardPlaces, commitmentOf, drawOrder, entrantsText } from './draw.ts';
import { digest } from '#release-hash';
import { CHANNELS } from './types.ts';
import type { DrawRecord } from './types.ts';

export interface DrawCheck {
  readonly name: 'format' | 'times' | 'commitment' | 'entrants' | 'beacon' | 'order' | 'winners';
  readonly ok: boolean;
  readonly detail: string;
}

export interface DrawVerdict {
  readonly valid: boolean;
  readonly checks: readonly DrawCheck[];
  /** Asked for a key: its place in the order from 1, or 0 when it is not in the list. */
  readonly rank?: number;
  readonly won?: boolean;
}

/** Together they keep the sum of weights below 2^48. */
const MOST_WEIGHT = 1_000_000;
const MOST_ENTRANTS = 1_000_000;
const HEX64 = /^[0-9a-f]{64}$/;

/**
 * Recomputes a published draw from nothing but its record. `expected` are values noted before (the commitment seen when entries were
 * open, the list hash seen at the close): a record made up afterwards is consistent in itself and fails only against them.
 */
export function verifyDraw(
  record: unknown,
  options: { readonly commitment?: string; readonly entrantsHash?: string; readonly key?: string } = {},
): DrawVerdict {
  const shape = shapeProblem(record);
  if (shape !== undefined) return { valid: false, checks: [{ name: 'format', ok: false, detail: shape }] };
  const draw = record as Required<DrawRecord>;
  const checks: DrawCheck[] = [{ name: 'format', ok: true, detail: draw.format }];
  const check = (name: DrawCheck['name'], ok: boolean, detail: string): void => void checks.push({ name, ok, detail });

  const times = [draw.committedAt, draw.closedAt, draw.revealedAt].map((time) => Date.parse(time));
  const ordered =
    times.every((time) => !Number.isNaN(time)) &&
    times[0]! < times[1]! &&
    times[1]! <= times[2]! &&
    times[1]! >= Date.parse(draw.closesAt);
  check('times', ordered, `${draw.committedAt} → ${draw.closedAt} → ${draw.revealedAt}`);

  const commitment = commitmentOf(draw, draw.seed);
  const asNoted = options.commitment === undefined || options.commitment === draw.commitment;
  check('commitment', commitment === draw.commitment && asNoted, commitment);

  const sorted = draw.entrants.every((entrant, at) => at === 0 || draw.entrants[at - 1]!.key < entrant.key);
  const entrantsHash = digest(draw.algorithm, entrantsText(draw));
  const listAsNoted = options.entrantsHash === undefined || options.entrantsHash === draw.entrantsHash;
  check('entrants', sorted && entrantsHash === draw.entrantsHash && listAsNoted, entrantsHash);

  const beaconThere = (draw.beaconSource === '') === (draw.beacon === '');
  check('beacon', beaconThere, draw.beaconSource === '' ? 'none' : `${draw.beaconSource}: ${draw.beacon}`);

  const order = drawOrder(draw, draw.seed, draw.beacon);
  check('order', same(order, draw.order), `${order.length} entrants`);
  const winners = awardPlaces(draw, order);
  check('winners', same(winners, draw.winners), winners.join(', '));

  return {
    valid: checks.every(({ ok }) => ok),
    checks,
    ...(options.key === undefined ? {} : { rank: order.indexOf(options.key) + 1, won: winners.includes(options.key) }),
  };
}

function same(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((value, at) => value === b[at]);
}

/** What keeps the record from being checked at all, or undefined. The record comes from anywhere, so nothing is taken for granted. */
function shapeProblem(record: unknown): string | undefined {
  if (typeof record !== 'object' || record === null) return 'not an object';
  const draw = record as Partial<Record<keyof DrawRecord, unknown>>;
  if (draw.format !== 'xinglin-draw/1') return `unknown format ${String(draw.format)}`;
  if (draw.algorithm !== 'sha256' && draw.algorithm !== 'sm3') return `unknown algorithm ${String(draw.algorithm)}`;
  if (draw.seed === undefined) return 'the seed is not published yet';
  for (const name of ['seed', 'commitment', 'entrantsHash'] as const)
    if (typeof draw[name] !== 'string' || !HEX64.test(draw[name])) return `${name} is not 64 hex digits`;
  for (const name of ['id', 'beaconSource', 'beacon', 'committedAt', 'closesAt', 'closedAt', 'revealedAt'] as const)
    if (typeof draw[name] !== 'string') return `${name} is missing`;
  const reserved = draw.reserved as { places?: unknown; channels?: unknown } | undefined;
  if (!count(draw.places) || !count(reserved?.places)) return 'places is not a whole number';
  if (!Array.isArray(reserved?.channels)) return 'reserved.channels is not a list';
  for (const name of ['entrants', 'order', 'winners'] as const)
    if (!Array.isArray(draw[name])) return `${name} is not a list`;
  for (const [at, entrant] of (draw.entrants as unknown[]).entries()) {
    const { key, channel, weight } = (entrant ?? {}) as Record<string, unknown>;
    const good =
      typeof key === 'string' &&
      /^[^\s]+$/.test(key) &&
      CHANNELS.includes(channel as never) &&
      count(weight) &&
      weight >= 1 &&
      weight <= MOST_WEIGHT;
    if (!good) return `entrants[${at}] is not {key, channel, weight}`;
  }
  if ((draw.entrants as unknown[]).length > MOST_ENTRANTS) return `more than ${MOST_ENTRANTS} entrants`;
  return undefined;
}

function count(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
