import { DEFAULT_POLICY, SessionBook, checkLimits, seededRandom } from '@xinglin/antiscalp/release';
import type { Booking, Channel, PastBooking, Policy, Release, Session } from '@xinglin/antiscalp/release';

export interface SiteReply {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

export interface SiteOptions {
  readonly seed: string;
  readonly sessions: number;
  readonly slotsPerSession: number;
  readonly releaseAt: number;
  readonly closeAt: number;
  readonly release: Release;
}

type Past = { -readonly [Key in keyof PastBooking]: PastBooking[Key] };
const MINUTE = 60_000;

/**
 * A registration system of session books, with the hospital's limits over all of them: the same books, limits and draws as
 * `@xinglin/antiscalp/release` runs in production, behind the addresses of the demo site's API.
 */
export class Site {
  readonly books = new Map<string, SessionBook>();
  readonly ids: readonly string[];
  readonly policy: Policy;
  /** Told of each place held, as a hospital's text message would. */
  onHeld: (booking: Booking) => void = () => {};
  readonly #past = new Map<string, Past[]>();
  readonly #byAccount = new Map<string, Past[]>();
  readonly #byBooking = new Map<string, { book: SessionBook; booking: Booking; past: Past }>();

  constructor(options: SiteOptions) {
    const random = seededRandom(`site ${options.seed}`);
    let ids = 0;
    this.policy = {
      ...DEFAULT_POLICY,
      release: options.release,
      freed: { kind: 'waitlist-draw', minSeconds: 600, everySeconds: 1800 },
    };
    const context = {
      random: (length: number) => random.bytes(length),
      newId: () => `n${(ids += 1)}`,
      salt: new Uint8Array(32).fill(9),
      eligible: (origin: { person: string; account: string; channel: Channel }, session: Session, now: number) => {
        const own = this.#past.get(origin.person) ?? [];
        const family = (this.#byAccount.get(origin.account) ?? []).filter(({ person }) => person !== origin.person);
        // A desk books for whoever stands before it; the family limit is for private accounts.
        const limits = origin.channel === 'web' ? this.policy.limits : { ...this.policy.limits, familyMembers: 0 };
        return checkLimits(limits, session, { ...origin, history: [...own, ...family] }, now);
      },
    };
    for (let index = 0; index < options.sessions; index += 1) {
      const session: Session = {
        id: `s${index}`,
        hospital: 'lab',
        department: `dep${index % 6}`,
        doctor: `doctor${index}`,
        date: index % 2 === 0 ? '2026-11-24' : '2026-11-25',
        publishAt: options.releaseAt - 30 * MINUTE,
        releaseAt: options.releaseAt,
        closeAt: options.closeAt,
      };
      const slots = Array.from({ length: options.slotsPerSession }, (_, at) => ({
        id: `s${index}-${at}`,
        startAt: options.closeAt + at * 10 * MINUTE,
      }));
      this.books.set(session.id, SessionBook.create(session, this.policy, slots, context));
    }
    this.ids = [...this.books.keys()];
  }

  /** Publishes, opens, draws, ends holds: whatever is due. */
  advance(now: number): void {
    for (const book of this.books.values()) {
      book.advance(now);
      this.#follow(book);
    }
  }

  handle(
    method: string,
    path: string,
    account: string,
    body: Readonly<Record<string, unknown>>,
    now: number,
    channel: Channel = 'web',
  ): SiteReply {
    const [, , area = '', id = '', verb = ''] = path.split('/');
    if (area === 'sessions') {
      const book = this.books.get(id);
      if (id === '') return { status: 200, body: { total: this.books.size } };
      if (book === undefined) return refusal(404, 'session.unknown');
      book.advance(now);
      this.#follow(book);
      return { status: 200, body: { open: book.data.slots.filter(({ state }) => state === 'open').length } };
    }
    if (area === 'login') return { status: 200, body: {} };
    if (method === 'GET') return { status: 200, body: { mine: (this.#byAccount.get(account) ?? []).length } };
    if (id !== '') return this.#change(id, verb, account, now);
    const book = this.books.get(String(body['session']));
    if (book === undefined) return refusal(404, 'session.unknown');
    const origin = { person: String(body['patient']), account, channel };
    const outcome = area === 'entries' ? book.enter(origin, now) : book.book(origin, now);
    this.#follow(book);
    if (!outcome.ok) return refusal(409, outcome.reason);
    return { status: 201, body: { id: outcome.value.id } };
  }

  /** Who holds each place of a session when patients come, and whether it was confirmed. */
  holders(session: string): { readonly person: string; readonly state: Booking['state'] }[] {
    return (this.books.get(session)?.data.bookings ?? [])
      .filter(({ state }) => state === 'booked' || state === 'held')
      .map(({ person, state }) => ({ person, state }));
  }

  /** Identities that ever asked for a place. */
  entered(person: string): boolean {
    return this.#asked.has(person);
  }
  readonly #asked = new Set<string>();

  #change(id: string, verb: string, account: string, now: number): SiteReply {
    const found = this.#byBooking.get(id);
    if (found === undefined || found.booking.account !== account) return refusal(404, 'booking.unknown');
    const outcome = verb === 'pay' ? found.book.confirm(id, now) : found.book.cancel(id, now);
    this.#follow(found.book);
    return outcome.ok ? { status: 200, body: { id } } : refusal(409, outcome.reason);
  }

  #follow(book: SessionBook): void {
    for (const event of book.takeEvents()) {
      if (event.person !== undefined) this.#asked.add(event.person);
      if (event.type === 'booking.held') {
        const booking = book.data.bookings.findLast(({ id }) => id === event.object)!;
        const { person, account } = booking;
        const { id: session, doctor, date } = book.data.session;
        const past: Past = { person, account, session, doctor, date, state: 'held', changedAt: event.at };
        append(this.#past, person, past);
        append(this.#byAccount, account, past);
        this.#byBooking.set(booking.id, { book, booking, past });
        this.onHeld(booking);
      } else if (event.type.startsWith('booking.')) {
        const found = this.#byBooking.get(event.object);
        if (found === undefined) continue;
        found.past.state = found.booking.state;
        found.past.changedAt = event.at;
        if (event.type === 'booking.expired') found.past.excused = true;
      }
    }
  }
}

function append(map: Map<string, Past[]>, key: string, past: Past): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [past]);
  else list.push(past);
}

function refusal(status: number, code: string): SiteReply {
  return { status, body: { error: { code } } };
}
