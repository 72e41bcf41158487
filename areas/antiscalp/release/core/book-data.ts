import type {
  Booking,
  DrawRecord,
  Entry,
  HandOver,
  Origin,
  Outcome,
  Policy,
  Session,
  Slot,
  SlotState,
} from './types.ts';

/** A draw of a session: the record as far as it goes, and what is kept from the public. */
export interface SessionDraw {
  readonly id: string;
  /** Of the first release; the others give out places that became free. */
  readonly main: boolean;
  readonly closesAt: number;
  phase: 'committed' | 'closed' | 'revealed';
  record: DrawRecord;
  readonly seed: string;
  readonly slots: string[];
  /** Pseudonym → entry; set when entries close. */
  entryOf: Record<string, string>;
}

/** Everything about one session, as plain data: what is stored and loaded again. */
export interface BookData {
  readonly session: Session;
  readonly policy: Policy;
  readonly slots: Slot[];
  readonly entries: Entry[];
  readonly bookings: Booking[];
  readonly draws: SessionDraw[];
  readonly handOvers: HandOver[];
  published: boolean;
}

/** What the book needs from outside: chance, ids, a secret for pseudonyms, and the rules that look beyond one session. */
export interface BookContext {
  readonly random: (length: number) => Uint8Array;
  readonly newId: () => string;
  readonly salt: Uint8Array;
  /** Limits over all sessions; asked at entry, at booking and again when entries close. */
  readonly eligible?: (origin: Origin, session: Session, now: number) => Outcome<true>;
}

export function emptyBook(
  session: Session,
  policy: Policy,
  slots: readonly { id: string; startAt: number }[],
): BookData {
  return {
    session,
    policy,
    slots: slots.map(({ id, startAt }) => ({ id, startAt, state: 'withheld' as const })),
    entries: [],
    bookings: [],
    draws: [],
    handOvers: [],
    published: false,
  };
}

/** What happened, in order; the store's audit trail, the console and the gateway's identity graph read it. */
export interface BookEvent {
  readonly at: number;
  readonly type:
    | 'session.published'
    | 'session.closed'
    | 'slot.opened'
    | 'slot.freed'
    | 'draw.committed'
    | 'draw.closed'
    | 'draw.revealed'
    | 'entry.added'
    | 'entry.withdrawn'
    | 'entry.lapsed'
    | 'booking.held'
    | 'booking.confirmed'
    | 'booking.cancelled'
    | 'booking.expired'
    | 'booking.visited'
    | 'booking.missed'
    | 'hand-over.flagged';
  readonly object: string;
  readonly person?: string;
  readonly detail?: string;
}

/** What anybody may see of a session. */
export interface SessionView {
  readonly session: Session;
  readonly release: Policy['release'];
  readonly slots: readonly {
    readonly id: string;
    readonly startAt: number;
    readonly state: 'open' | 'later' | 'taken';
  }[];
  readonly open: number;
  readonly total: number;
  readonly waiting: number;
  readonly entriesOpen: boolean;
  readonly draws: readonly DrawRecord[];
}

const SEEN: Readonly<Record<SlotState, 'open' | 'later' | 'taken'>> = {
  open: 'open',
  withheld: 'later',
  pooled: 'later',
  held: 'taken',
  booked: 'taken',
  visited: 'taken',
  missed: 'taken',
  lapsed: 'taken',
};

export function viewOf(data: BookData, entriesOpen: boolean): SessionView {
  const slots = data.slots.map(({ id, startAt, state }) => ({ id, startAt, state: SEEN[state] }));
  return {
    session: data.session,
    release: data.policy.release,
    slots,
    open: slots.filter(({ state }) => state === 'open').length,
    total: slots.length,
    waiting: data.entries.filter(({ state }) => state === 'waiting').length,
    entriesOpen,
    draws: data.draws.map(({ record }) => record),
  };
}

/** When something happens next by itself: publication, an opening, a draw, the end of a hold, the end of the session. Infinity when nothing does. */
export function earliestDue({ session, slots, bookings, draws, entries, published }: BookData): number {
  if (!published) return session.publishAt;
  const unsettled =
    slots.some(({ state }) => state === 'withheld' || state === 'open' || state === 'pooled') ||
    entries.some(({ state }) => state === 'waiting');
  let due = unsettled ? session.closeAt : Infinity;
  for (const slot of slots) if (slot.state === 'withheld') due = Math.min(due, slot.openAt ?? due);
  for (const draw of draws) if (draw.phase === 'committed') due = Math.min(due, draw.closesAt);
  for (const booking of bookings) if (booking.state === 'held') due = Math.min(due, booking.holdUntil);
  return due;
}
