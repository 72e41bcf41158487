import { earliestDue, emptyBook, viewOf } from './book-data.ts';
import type { BookContext, BookData, BookEvent, SessionView } from './book-data.ts';
import { handOver } from './hand-over.ts';
import { makeBooking } from './make-booking.ts';
import { drawsAtRelease, entriesFrom, freedDrawAt, mainDrawAt } from './policy.ts';
import { chanceOf, closeSessionDraw, planSessionDraw, revealSessionDraw } from './session-draws.ts';
import type { Booking, BookingState, Entry, Origin, Outcome, Refusal, Session, Slot } from './types.ts';

const LIVE: readonly BookingState[] = ['held', 'booked'];
const no = (reason: Refusal, until?: number) =>
  until === undefined ? ({ ok: false, reason } as const) : ({ ok: false, reason, until } as const);

/**
 * One doctor's session: places, entries, draws and bookings, from publication to the visit. Synchronous and single-threaded, so a place
 * is never held twice; a store loads the data, runs one command and keeps the result in one transaction. Every command first does what
 * had become due (`advance`), in the order of time.
 */
export class SessionBook {
  readonly data: BookData;
  readonly #context: BookContext;
  #events: BookEvent[] = [];
  #due: number | undefined;

  constructor(data: BookData, context: BookContext) {
    this.data = data;
    this.#context = context;
  }

  static create(
    session: Session,
    policy: BookData['policy'],
    slots: readonly { id: string; startAt: number }[],
    context: BookContext,
  ): SessionBook {
    return new SessionBook(emptyBook(session, policy, slots), context);
  }

  /** What happened since the last call. */
  takeEvents(): BookEvent[] {
    const events = this.#events;
    this.#events = [];
    return events;
  }

  /** When something is due next without anybody asking, or undefined. */
  nextDue(): number | undefined {
    this.#due ??= earliestDue(this.data);
    return this.#due === Infinity ? undefined : this.#due;
  }

  view(): SessionView {
    return viewOf(this.data, this.data.published);
  }

  /** Does everything that is due up to `now`, earliest first. */
  advance(now: number): void {
    for (let due = this.nextDue(); due !== undefined && due <= now; due = this.nextDue()) {
      this.#due = undefined;
      this.#step(due);
    }
  }

  /** Registers for the draw, or for the next one. One entry per real-name identity. */
  enter(origin: Origin, now: number, lostBefore = 0): Outcome<Entry> {
    this.advance(now);
    const { session, policy, entries } = this.data;
    if (!this.data.published || now < entriesFrom(policy, session)) return no('session.not-published');
    if (now >= session.closeAt) return no('session.closed');
    const known = entries.find(({ person }) => person === origin.person);
    if (known !== undefined && known.state !== 'withdrawn') return no('entry.exists');
    const refused = this.#refusal(origin, now);
    if (refused !== undefined) return refused;
    if (known !== undefined) {
      known.state = 'waiting';
      this.#log(now, 'entry.added', known.id, origin.person);
      return { ok: true, value: known };
    }
    const entry: Entry = {
      ...origin,
      id: this.#context.newId(),
      session: session.id,
      enteredAt: now,
      lostBefore,
      state: 'waiting',
      losses: 0,
    };
    entries.push(entry);
    this.#log(now, 'entry.added', entry.id, origin.person, origin.channel);
    return { ok: true, value: entry };
  }

  withdraw(person: string, now: number): Outcome<Entry> {
    this.advance(now);
    const entry = this.data.entries.find((one) => one.person === person && one.state === 'waiting');
    if (entry === undefined) return no('entry.unknown');
    entry.state = 'withdrawn';
    this.#log(now, 'entry.withdrawn', entry.id, person);
    return { ok: true, value: entry };
  }

  /** Takes an open place, the earliest when none is named. */
  book(origin: Origin, now: number, slotId?: string): Outcome<Booking> {
    this.advance(now);
    if (!this.data.published) return no('session.not-published');
    if (now >= this.data.session.closeAt) return no('session.closed');
    const refused = this.#refusal(origin, now);
    if (refused !== undefined) return refused;
    const { slots } = this.data;
    const slot =
      slotId === undefined ? slots.find(({ state }) => state === 'open') : slots.find(({ id }) => id === slotId);
    if (slot === undefined) return no(slotId === undefined ? 'slot.none-open' : 'slot.unknown');
    if (slot.state !== 'open') return no('slot.not-open');
    const waiting = this.data.entries.find(({ person, state }) => person === origin.person && state === 'waiting');
    if (waiting !== undefined) waiting.state = 'won';
    return { ok: true, value: this.#hold(slot, origin, now, undefined, 1) };
  }

  /** Pays or otherwise confirms; only the account that holds the booking may. */
  confirm(bookingId: string, now: number): Outcome<Booking> {
    return this.#change(bookingId, ['held'], 'booked', now);
  }

  /** Gives the place back. It goes into a draw, never straight to whoever asks first. */
  cancel(bookingId: string, now: number): Outcome<Booking> {
    return this.#change(bookingId, LIVE, 'cancelled', now);
  }

  arrive(bookingId: string, now: number): Outcome<Booking> {
    return this.#change(bookingId, ['booked'], 'visited', now);
  }

  miss(bookingId: string, now: number): Outcome<Booking> {
    return this.#change(bookingId, ['booked'], 'missed', now);
  }

  /** Supplies the announced public value of a closed draw, which is then revealed. */
  beacon(drawId: string, value: string, now: number): boolean {
    this.advance(now);
    const draw = this.data.draws.find(({ id }) => id === drawId);
    if (draw?.phase !== 'closed' || value === '') return false;
    this.#reveal(draw.id, now, value);
    return true;
  }

  #refusal(origin: Origin, now: number): ReturnType<typeof no> | undefined {
    const own = this.data.bookings.filter(({ person }) => person === origin.person);
    if (own.some(({ state }) => state !== 'cancelled' && state !== 'expired')) return no('booking.exists');
    if (own.length > 0) return no('booking.cancelled-here');
    const answer = this.#context.eligible?.(origin, this.data.session, now);
    return answer === undefined || answer.ok ? undefined : answer;
  }

  #change(bookingId: string, from: readonly BookingState[], to: BookingState, now: number): Outcome<Booking> {
    this.advance(now);
    const booking = this.data.bookings.find(({ id }) => id === bookingId);
    if (booking === undefined) return no('booking.unknown');
    if (!from.includes(booking.state)) return no('booking.state');
    booking.state = to;
    booking.changedAt = now;
    const slot = this.data.slots.find(({ id }) => id === booking.slot)!;
    const type = to === 'booked' ? 'confirmed' : (to as 'cancelled' | 'visited' | 'missed');
    this.#log(now, `booking.${type}`, bookingId, booking.person);
    if (to === 'cancelled') this.#free(slot, booking, now);
    else slot.state = to as 'booked' | 'visited' | 'missed';
    return { ok: true, value: booking };
  }

  #hold(slot: Slot, origin: Origin, now: number, draw: string | undefined, chance: number): Booking {
    const { bookings, handOvers } = this.data;
    const booking = makeBooking(this.data, this.#context, slot, origin, now, draw);
    bookings.push(booking);
    slot.state = 'held';
    slot.booking = booking.id;
    this.#log(now, 'booking.held', booking.id, origin.person, draw);
    const pair = handOver(
      slot,
      bookings.find(({ id }) => id === slot.freedBy?.booking),
      booking,
      chance,
    );
    if (pair !== undefined) {
      handOvers.push(pair);
      this.#log(now, 'hand-over.flagged', booking.id, origin.person, pair.from);
    }
    delete slot.freedBy;
    return booking;
  }

  /** Puts a place that came back into the session's next draw of free places. */
  #free(slot: Slot, by: Booking, now: number): void {
    const { data } = this;
    slot.freedBy = { person: by.person, booking: by.id, at: now };
    delete slot.booking;
    this.#log(now, 'slot.freed', slot.id);
    const closesAt = freedDrawAt(data.policy, now, this.#fraction());
    if (closesAt >= data.session.closeAt) {
      // Too late for a draw: the hospital's own window gives it out on the day.
      slot.state = 'lapsed';
      return;
    }
    slot.state = 'pooled';
    // A planned draw may take one more place only while it is as far away as the policy promises.
    const soonest = now + data.policy.freed.minSeconds * 1000;
    const planned = data.draws.find((draw) => draw.phase === 'committed' && !draw.main && draw.closesAt >= soonest);
    const draw = planned ?? this.#plan(closesAt, false, now);
    draw.slots.push(slot.id);
    slot.draw = draw.id;
  }

  #plan(closesAt: number, main: boolean, now: number) {
    const draw = planSessionDraw(this.data, this.#context, closesAt, main, now);
    this.data.draws.push(draw);
    this.#log(now, 'draw.committed', draw.id, undefined, draw.record.commitment);
    return draw;
  }

  #step(at: number): void {
    const { data } = this;
    if (!data.published) return this.#publish(at);
    for (const slot of data.slots) {
      if (slot.state !== 'withheld' || slot.openAt === undefined || slot.openAt > at) continue;
      slot.state = 'open';
      this.#log(at, 'slot.opened', slot.id);
    }
    for (const draw of data.draws) {
      if (draw.phase !== 'committed' || draw.closesAt > at) continue;
      const excluded = closeSessionDraw(data, this.#context, draw, at);
      for (const entry of excluded) this.#log(at, 'entry.lapsed', entry.id, entry.person);
      this.#log(at, 'draw.closed', draw.id, undefined, draw.record.entrantsHash);
      if (draw.record.beaconSource === '') this.#reveal(draw.id, at, '');
    }
    for (const booking of data.bookings) {
      if (booking.state !== 'held' || booking.holdUntil > at) continue;
      booking.state = 'expired';
      booking.changedAt = at;
      this.#log(at, 'booking.expired', booking.id, booking.person);
      this.#free(
        data.slots.find(({ id }) => id === booking.slot)!,
        booking,
        at,
      );
    }
    if (at >= data.session.closeAt) this.#close(at);
  }

  #publish(at: number): void {
    const { data } = this;
    const { release } = data.policy;
    data.published = true;
    this.#log(at, 'session.published', data.session.id);
    if (drawsAtRelease(release)) {
      const draw = this.#plan(mainDrawAt(release, data.session.releaseAt)!, true, at);
      for (const slot of data.slots) {
        slot.draw = draw.id;
        slot.state = 'pooled';
        draw.slots.push(slot.id);
      }
      return;
    }
    for (const slot of data.slots) {
      const delay = release.kind === 'random-delay' ? Math.round(this.#fraction() * release.maxSeconds * 1000) : 0;
      slot.openAt = data.session.releaseAt + delay;
    }
  }

  #fraction(): number {
    return Number.parseInt(Buffer.from(this.#context.random(4)).toString('hex'), 16) / 2 ** 32;
  }

  #reveal(drawId: string, at: number, beacon: string): void {
    const draw = this.data.draws.find(({ id }) => id === drawId)!;
    const winners = revealSessionDraw(this.data, draw, at, beacon);
    this.#due = undefined;
    this.#log(at, 'draw.revealed', draw.id, undefined, `${winners.length} of ${draw.record.entrants?.length ?? 0}`);
    const slots = this.data.slots.filter(({ id, state }) => state === 'pooled' && draw.slots.includes(id));
    for (const [rank, { entry, key }] of winners.entries()) {
      const slot = slots[rank];
      if (slot === undefined) break;
      entry.state = 'won';
      this.#hold(slot, entry, at, draw.id, chanceOf(draw.record, key));
    }
    // Nobody is left who asked for these: whoever comes may have them.
    for (const slot of slots.slice(winners.length)) {
      slot.state = 'open';
      this.#log(at, 'slot.opened', slot.id);
    }
  }

  #close(at: number): void {
    for (const slot of this.data.slots)
      if (slot.state === 'withheld' || slot.state === 'open' || slot.state === 'pooled') slot.state = 'lapsed';
    for (const entry of this.data.entries) if (entry.state === 'waiting') entry.state = 'lapsed';
    this.#log(at, 'session.closed', this.data.session.id);
  }

  #log(at: number, type: BookEvent['type'], object: string, person?: string, detail?: string): void {
    this.#due = undefined;
    this.#events.push({
      at,
      type,
      object,
      ...(person === undefined ? {} : { person }),
      ...(detail === undefined ? {} : { detail }),
    });
  }
}
