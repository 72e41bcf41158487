import { sql } from 'kysely';
import type { Tx } from '@xinglin/platform/state';
import type { BookData, Booking, Channel, Entry, HandOver, PastBooking, SessionDraw, Slot } from '../core/index.ts';
import type { BookingState } from '../core/index.ts';
import { earliestDue } from '../core/index.ts';
import '../tables.ts';

type Json = Record<string, unknown>;
const ms = (time: Date | string): number => new Date(time).getTime();
const at = (time: number): Date => new Date(time);
const origin = (row: {
  person: string;
  account: string;
  channel: string;
  device: string | null;
  contact: string | null;
}) => ({
  person: row.person,
  account: row.account,
  channel: row.channel as Channel,
  ...(row.device === null ? {} : { device: row.device }),
  ...(row.contact === null ? {} : { contact: row.contact }),
});

/** A session's book and the rows as they were, so that only what changed is written. */
export interface LoadedBook {
  readonly data: BookData;
  readonly tenant: string;
  readonly before: ReadonlyMap<string, string>;
}

/**
 * Loads a session, locked until the transaction ends, or nothing when it does not exist or lies outside the actor's scope. `seeds` are
 * those of draws that fall due; without them no draw of the session may be due.
 */
export async function loadBook(
  tx: Tx,
  id: string,
  options: { readonly lock: boolean; readonly seeds?: ReadonlyMap<string, string> },
): Promise<LoadedBook | undefined> {
  let query = tx
    .selectFrom('release_session')
    .selectAll()
    .select(sql<string>`date::text`.as('day'))
    .where('id', '=', id);
  if (options.lock) query = query.forUpdate();
  const row = await query.executeTakeFirst();
  if (row === undefined) return undefined;
  // One connection: one after the other.
  const slots = await tx
    .selectFrom('release_slot')
    .selectAll()
    .where('session_id', '=', id)
    .orderBy('start_at')
    .orderBy('id')
    .execute();
  const entries = await tx.selectFrom('release_entry').selectAll().where('session_id', '=', id).orderBy('id').execute();
  const bookings = await tx
    .selectFrom('release_booking')
    .selectAll()
    .where('session_id', '=', id)
    .orderBy('id')
    .execute();
  const draws = await tx.selectFrom('release_draw').selectAll().where('session_id', '=', id).orderBy('id').execute();
  const pairs = await tx.selectFrom('release_hand_over').selectAll().where('session_id', '=', id).execute();
  const data: BookData = {
    session: {
      id,
      hospital: row.tenant,
      department: row.department,
      doctor: row.doctor,
      date: row.day,
      publishAt: ms(row.publish_at),
      releaseAt: ms(row.release_at),
      closeAt: ms(row.close_at),
    },
    policy: row.policy,
    published: row.published,
    slots: slots.map((slot) => ({
      id: slot.id,
      startAt: ms(slot.start_at),
      state: slot.state as Slot['state'],
      ...(slot.open_at === null ? {} : { openAt: ms(slot.open_at) }),
      ...(slot.draw_id === null ? {} : { draw: slot.draw_id }),
      ...(slot.booking_id === null ? {} : { booking: slot.booking_id }),
      ...(slot.freed_by === null ? {} : { freedBy: slot.freed_by }),
    })),
    entries: entries.map((entry) => ({
      ...origin(entry),
      id: entry.id,
      session: id,
      enteredAt: ms(entry.entered_at),
      lostBefore: entry.lost_before,
      state: entry.state as Entry['state'],
      losses: entry.losses,
    })),
    bookings: bookings.map((booking) => ({
      ...origin(booking),
      id: booking.id,
      session: id,
      slot: booking.slot_id,
      createdAt: ms(booking.created_at),
      ...(booking.draw_id === null ? {} : { draw: booking.draw_id }),
      state: booking.state as BookingState,
      holdUntil: ms(booking.hold_until),
      changedAt: ms(booking.changed_at),
    })),
    draws: draws.map((draw) => ({
      id: draw.id,
      main: draw.main,
      closesAt: ms(draw.closes_at),
      phase: draw.phase,
      record: draw.record,
      seed: draw.record.seed ?? options.seeds?.get(draw.id) ?? '',
      slots: draw.slots,
      entryOf: draw.entry_of,
    })),
    handOvers: pairs.map((pair) => ({
      session: id,
      slot: pair.slot_id,
      from: pair.from_person,
      to: pair.to_person,
      fromBooking: pair.from_booking,
      toBooking: pair.to_booking,
      seconds: pair.seconds,
      chance: pair.chance,
      shared: pair.shared as HandOver['shared'],
    })),
  };
  return { data, tenant: row.tenant, before: rowTexts(data) };
}

/** Writes what the command changed. */
export async function saveBook(tx: Tx, { data, tenant, before }: LoadedBook): Promise<void> {
  const session_id = data.session.id;
  const changed = <T extends { id: string }>(kind: string, items: readonly T[]): T[] =>
    items.filter((item) => before.get(`${kind} ${item.id}`) !== JSON.stringify(item));
  const due = earliestDue(data);
  await tx
    .updateTable('release_session')
    .set({ published: data.published, due_at: due === Infinity ? null : at(due) })
    .where('id', '=', session_id)
    .execute();
  // Bookings that ended are written first: the unique indexes then see one live booking of a place at any time.
  const bookings = changed<Booking>('booking', data.bookings).toSorted((a, b) => live(a) - live(b));
  for (const one of bookings) {
    const row = {
      ...columns(one),
      tenant,
      session_id,
      slot_id: one.slot,
      draw_id: one.draw ?? null,
      state: one.state,
      hold_until: at(one.holdUntil),
      changed_at: at(one.changedAt),
    };
    await tx
      .insertInto('release_booking')
      .values({ id: one.id, created_at: at(one.createdAt), ...row })
      .onConflict((conflict) => conflict.column('id').doUpdateSet(row))
      .execute();
  }
  for (const slot of changed<Slot>('slot', data.slots))
    await tx
      .updateTable('release_slot')
      .set({
        state: slot.state,
        open_at: slot.openAt === undefined ? null : at(slot.openAt),
        draw_id: slot.draw ?? null,
        booking_id: slot.booking ?? null,
        freed_by: slot.freedBy === undefined ? null : JSON.stringify(slot.freedBy),
      })
      .where('id', '=', slot.id)
      .execute();
  for (const entry of changed<Entry>('entry', data.entries)) {
    const row = { state: entry.state, losses: entry.losses };
    await tx
      .insertInto('release_entry')
      .values({
        id: entry.id,
        tenant,
        session_id,
        ...columns(entry),
        lost_before: entry.lostBefore,
        entered_at: at(entry.enteredAt),
        ...row,
      })
      .onConflict((conflict) => conflict.column('id').doUpdateSet(row))
      .execute();
  }
  for (const draw of changed<SessionDraw>('draw', data.draws)) await saveDraw(tx, draw, tenant, session_id, before);
  for (const pair of data.handOvers.slice(Number(before.get('pairs') ?? 0)))
    await tx
      .insertInto('release_hand_over')
      .values({
        tenant,
        session_id,
        slot_id: pair.slot,
        from_person: pair.from,
        to_person: pair.to,
        from_booking: pair.fromBooking,
        to_booking: pair.toBooking,
        seconds: pair.seconds,
        chance: pair.chance,
        shared: [...pair.shared],
        at: at(data.bookings.find(({ id }) => id === pair.toBooking)!.createdAt),
      })
      .execute();
}

async function saveDraw(
  tx: Tx,
  draw: SessionDraw,
  tenant: string,
  session_id: string,
  before: ReadonlyMap<string, string>,
): Promise<void> {
  const row = {
    phase: draw.phase,
    record: JSON.stringify(draw.record),
    slots: draw.slots,
    entry_of: JSON.stringify(draw.entryOf),
  };
  if (before.has(`draw ${draw.id}`)) {
    await tx.updateTable('release_draw').set(row).where('id', '=', draw.id).execute();
    return;
  }
  const { id, main } = draw;
  await tx
    .insertInto('release_draw')
    .values({ id, tenant, session_id, main, closes_at: at(draw.closesAt), ...row })
    .execute();
  await tx.insertInto('release_draw_secret').values({ draw_id: id, tenant, seed: draw.seed }).execute();
}

/** Bookings that the limits look at: of these persons, and of these accounts for their relatives, in the last 400 days. */
export async function loadHistory(
  tx: Tx,
  tenant: string,
  who: { readonly persons: readonly string[]; readonly accounts: readonly string[] },
  now: number,
): Promise<PastBooking[]> {
  if (who.persons.length === 0) return [];
  const rows = await tx
    .selectFrom('release_booking as b')
    .innerJoin('release_session as s', 's.id', 'b.session_id')
    .select(['b.person', 'b.account', 'b.state', 'b.changed_at', 'b.draw_id', 'b.session_id', 's.doctor'])
    .select(sql<string>`s.date::text`.as('day'))
    .where('b.tenant', '=', tenant)
    .where('b.changed_at', '>', at(now - 400 * 86_400_000))
    .where((expression) =>
      expression.or([
        expression('b.person', '=', sql<string>`any(${[...who.persons]}::text[])`),
        expression('b.account', '=', sql<string>`any(${[...who.accounts]}::text[])`),
      ]),
    )
    .execute();
  return rows.map((row) => ({
    person: row.person,
    account: row.account,
    session: row.session_id,
    doctor: row.doctor,
    date: row.day,
    state: row.state as BookingState,
    changedAt: ms(row.changed_at),
    excused: row.state === 'expired' && row.draw_id !== null,
  }));
}

function columns(one: Booking | Entry) {
  const { person, account, channel, device, contact } = one;
  return { person, account, channel, device: device ?? null, contact: contact ?? null };
}

function live({ state }: Booking): number {
  return state === 'cancelled' || state === 'expired' ? 0 : 1;
}

function rowTexts(data: BookData): Map<string, string> {
  const texts = new Map<string, string>([['pairs', String(data.handOvers.length)]]);
  const add = (kind: string, items: readonly ({ id: string } & object)[]): void => {
    for (const item of items) texts.set(`${kind} ${item.id}`, JSON.stringify(item satisfies Json | object));
  };
  add('slot', data.slots);
  add('entry', data.entries);
  add('booking', data.bookings);
  add('draw', data.draws);
  return texts;
}
