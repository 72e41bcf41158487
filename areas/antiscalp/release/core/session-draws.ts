import type { BookContext, BookData, SessionDraw } from './book-data.ts';
import { closeDraw, planDraw, revealDraw } from './draw.ts';
import type { ClosedDraw } from './draw.ts';
import { hmac } from './hash.ts';
import { weightOf } from './policy.ts';
import type { DrawRecord, Entry } from './types.ts';

/** The name an entrant bears in one draw: it can be published, and does not link two draws. */
export function pseudonym(salt: Uint8Array, drawId: string, person: string): string {
  const mac = hmac('sha256', salt, new TextEncoder().encode(`xinglin-entrant\n${drawId}\n${person}\n`));
  return Buffer.from(mac).toString('hex').slice(0, 24);
}

export function planSessionDraw(
  { session, policy }: BookData,
  context: Pick<BookContext, 'newId' | 'random'>,
  closesAt: number,
  main: boolean,
  now: number,
): SessionDraw {
  const id = context.newId();
  const { algorithm, beaconSource } = policy;
  const planned = planDraw({ id, session: session.id, algorithm, beaconSource, closesAt }, context.random(32), now);
  return { id, main, closesAt, phase: 'committed', ...planned, slots: [], entryOf: {} };
}

/** Fixes the entrants. Returns those whom a limit of another session has since excluded. */
export function closeSessionDraw(
  data: BookData,
  context: Pick<BookContext, 'salt' | 'eligible'>,
  draw: SessionDraw,
  at: number,
): Entry[] {
  const excluded: Entry[] = [];
  const entrants: { key: string; channel: Entry['channel']; weight: number }[] = [];
  for (const entry of data.entries) {
    if (entry.state !== 'waiting') continue;
    if (context.eligible?.(entry, data.session, at).ok === false) {
      entry.state = 'lapsed';
      excluded.push(entry);
      continue;
    }
    const key = pseudonym(context.salt, draw.id, entry.person);
    draw.entryOf[key] = entry.id;
    entrants.push({ key, channel: entry.channel, weight: weightOf(data.policy, entry.lostBefore + entry.losses) });
  }
  draw.phase = 'closed';
  draw.record = closeDraw(draw.record, { places: draw.slots.length, reserved: data.policy.reserved, entrants }, at);
  return excluded;
}

/** Reveals the seed; answers who won, in draw order. Everybody else keeps waiting with one loss more. */
export function revealSessionDraw(
  data: BookData,
  draw: SessionDraw,
  at: number,
  beacon: string,
): { readonly entry: Entry; readonly key: string }[] {
  draw.phase = 'revealed';
  draw.record = revealDraw(draw.record as ClosedDraw, draw.seed, at, beacon);
  const entries = new Map(data.entries.map((entry) => [entry.id, entry]));
  const winners = new Set(draw.record.winners);
  const won: { entry: Entry; key: string }[] = [];
  for (const key of draw.record.order ?? []) {
    const entry = entries.get(draw.entryOf[key] ?? '');
    if (entry?.state !== 'waiting') continue;
    if (winners.has(key)) won.push({ entry, key });
    else entry.losses += 1;
  }
  return won;
}

/** How likely the draw gave this entrant a place, to first order: its share of the weight times the places. */
export function chanceOf(record: DrawRecord, key: string): number {
  const entrants = record.entrants ?? [];
  const total = entrants.reduce((sum, { weight }) => sum + weight, 0);
  const own = entrants.find((entrant) => entrant.key === key)?.weight ?? 0;
  return total === 0 ? 0 : Math.min(1, (own / total) * (record.places ?? 0));
}
