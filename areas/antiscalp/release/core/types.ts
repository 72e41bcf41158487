/**
 * Shapes of the release engine. Times are milliseconds since the epoch; nothing here reads a clock. `person` is an opaque key of one
 * real-name identity (the platform stores a salted HMAC, never the number itself).
 */

/** Where a request came from. All channels enter the same draw. */
export const CHANNELS = ['web', 'app', 'phone', 'window', 'kiosk'] as const;
export type Channel = (typeof CHANNELS)[number];

export type Release =
  /** All places open at the release time; first come, first served. */
  | { readonly kind: 'immediate' }
  /** Each place opens at its own random moment within `maxSeconds` after the release time; first come, first served. */
  | { readonly kind: 'random-delay'; readonly maxSeconds: number }
  /** Entries are taken for `windowSeconds` from the release time, then one draw gives out all places. */
  | { readonly kind: 'window'; readonly windowSeconds: number }
  /** Real-name waitlist (候补): entries are taken from publication, the draw is held at the release time. */
  | { readonly kind: 'waitlist' };
export const RELEASE_KINDS = ['immediate', 'random-delay', 'window', 'waitlist'] as const;

/**
 * What becomes of a place that was cancelled, or held and not confirmed. Never first come at once: that is what a hand-over needs.
 * `waitlist-draw`: the next draw of the published cadence, at least `minSeconds` away. `delayed-draw`: a draw at a random moment
 * between `minSeconds` and `maxSeconds` from now.
 */
export type Freed =
  | { readonly kind: 'waitlist-draw'; readonly minSeconds: number; readonly everySeconds: number }
  | { readonly kind: 'delayed-draw'; readonly minSeconds: number; readonly maxSeconds: number };

export interface Penalty {
  /** So many … */
  readonly count: number;
  /** … within so many days … */
  readonly withinDays: number;
  /** … and no booking for so many days after the last. */
  readonly banDays: number;
}

/** Per real-name identity and hospital. 0 switches a limit off; one booking a doctor's session always holds. */
export interface Limits {
  readonly perDay: number;
  /** Bookings not yet visited, in the hospital. */
  readonly active: number;
  readonly perDoctor: { readonly count: number; readonly withinDays: number };
  readonly noShow: Penalty | null;
  readonly cancel: Penalty | null;
  /** Different patients an account may book for (relatives); a clinic's own desk is another channel. */
  readonly familyMembers: number;
  /** Below this age a guardian's identity is needed. */
  readonly guardianBelowAge: number;
}

export interface Policy {
  readonly release: Release;
  readonly freed: Freed;
  /** Time to confirm (pay) a place that was won or taken. */
  readonly confirmSeconds: number;
  /** The first `share` of the places of each draw goes to entrants of these channels, in draw order; what they leave goes to all. */
  readonly reserved: { readonly channels: readonly Channel[]; readonly share: number };
  /** Published weights: 1 + `perLoss` for every draw of the same doctor lost before, at most `cap`. `perLoss: 0` is equal chance. */
  readonly weights: { readonly perLoss: number; readonly cap: number };
  readonly algorithm: DrawAlgorithm;
  /** Name of a public random value that nobody knows when entries close, or '' for none. */
  readonly beaconSource: string;
  readonly limits: Limits;
}

export type DrawAlgorithm = 'sha256' | 'sm3';

export interface Session {
  readonly id: string;
  readonly hospital: string;
  readonly department: string;
  readonly doctor: string;
  /** Local calendar date of the visit, `2026-11-23`. */
  readonly date: string;
  readonly publishAt: number;
  readonly releaseAt: number;
  /** No entries, bookings or draws from here on. */
  readonly closeAt: number;
}

/** withheld: not given out yet. open: first come. pooled: waits for its draw. */
export const SLOT_STATES = ['withheld', 'open', 'pooled', 'held', 'booked', 'visited', 'missed', 'lapsed'] as const;
export type SlotState = (typeof SLOT_STATES)[number];

export interface Slot {
  readonly id: string;
  /** The visit. */
  readonly startAt: number;
  state: SlotState;
  /** When a withheld place opens (random delay). */
  openAt?: number;
  draw?: string;
  booking?: string;
  /** The cancellation that made it free, until somebody else books it. */
  freedBy?: { readonly person: string; readonly booking: string; readonly at: number };
}

export const BOOKING_STATES = ['held', 'booked', 'cancelled', 'expired', 'visited', 'missed'] as const;
export type BookingState = (typeof BOOKING_STATES)[number];

/** Who asks: the patient, the account that acts for them, and what the gateway knows of the origin. */
export interface Origin {
  readonly person: string;
  readonly account: string;
  readonly channel: Channel;
  /** Keys of the device and the contact number, if known; compared only for equality. */
  readonly device?: string;
  readonly contact?: string;
}

export interface Booking extends Origin {
  readonly id: string;
  readonly session: string;
  readonly slot: string;
  readonly createdAt: number;
  /** The draw that gave the place; absent for first come. */
  readonly draw?: string;
  state: BookingState;
  holdUntil: number;
  changedAt: number;
}

export const ENTRY_STATES = ['waiting', 'won', 'withdrawn', 'lapsed'] as const;
export interface Entry extends Origin {
  readonly id: string;
  readonly session: string;
  readonly enteredAt: number;
  /** Draws of the same doctor lost in earlier sessions; with `losses` it gives the weight. */
  readonly lostBefore: number;
  state: (typeof ENTRY_STATES)[number];
  /** Draws of this session taken part in without a place. */
  losses: number;
}

/** A place cancelled by one identity and then booked by another. Evidence for the identity graph, not yet proof: `chance` says how likely the draw made it. */
export interface HandOver {
  readonly session: string;
  readonly slot: string;
  readonly from: string;
  readonly to: string;
  readonly fromBooking: string;
  readonly toBooking: string;
  readonly seconds: number;
  /** 1 for first come, otherwise the share of the draw's weight that the winner held. */
  readonly chance: number;
  readonly shared: readonly ('account' | 'device' | 'contact')[];
}

export interface DrawEntrant {
  /** Pseudonym of the entrant in this draw only; the entrant knows it and finds it in the list. */
  readonly key: string;
  readonly channel: Channel;
  readonly weight: number;
}

/** One draw as it is published. Fields appear with its progress: commitment, then the list, then the seed. docs/guide/slots.md explains it. */
export interface DrawRecord {
  readonly format: 'xinglin-draw/1';
  readonly id: string;
  readonly session: string;
  readonly algorithm: DrawAlgorithm;
  readonly commitment: string;
  readonly beaconSource: string;
  readonly committedAt: string;
  readonly closesAt: string;
  readonly closedAt?: string;
  readonly places?: number;
  readonly reserved?: { readonly channels: readonly Channel[]; readonly places: number };
  readonly entrants?: readonly DrawEntrant[];
  readonly entrantsHash?: string;
  readonly beacon?: string;
  readonly revealedAt?: string;
  readonly seed?: string;
  /** All entrants in the order drawn. */
  readonly order?: readonly string[];
  readonly winners?: readonly string[];
}

export type Refusal =
  | 'session.not-published'
  | 'session.closed'
  | 'slot.unknown'
  | 'slot.not-open'
  | 'slot.none-open'
  | 'entry.exists'
  | 'entry.unknown'
  | 'booking.exists'
  | 'booking.unknown'
  | 'booking.state'
  | 'booking.cancelled-here'
  | 'limit.day'
  | 'limit.active'
  | 'limit.doctor'
  | 'limit.family'
  | 'limit.guardian'
  | 'ban.no-show'
  | 'ban.cancel';

export type Outcome<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly reason: Refusal; readonly until?: number };
