import { randomBytes } from 'node:crypto';
import { SessionBook, checkLimits, parseRealNameId } from '@xinglin/antiscalp/release';
import type { BookData, BookEvent, Booking, Channel, Entry, Origin, Outcome } from '@xinglin/antiscalp/release';
import { makeCatalogue } from './catalogue.ts';
import type { Catalogue, CatalogueOptions, Doctor, PlannedSession } from './catalogue.ts';
import { HistoryIndex } from './history.ts';
import { makePopulation, personKey } from './people.ts';
import type { Account, Person, Population, Relation } from './people.ts';

export interface HospitalOptions extends CatalogueOptions {
  readonly accounts: number;
  readonly now: () => number;
  /** For repeatable runs of the laboratory; otherwise the system's chance. */
  readonly random?: (length: number) => Uint8Array;
}

/** What an act of a patient may be refused for, beyond the release engine's reasons. */
export type Problem = 'patient.not-yours' | 'session.unknown' | 'member.exists' | 'member.bad-id' | 'member.full';
export type Answer<T> = Outcome<T> | { readonly ok: false; readonly reason: Problem };

export interface Listed {
  readonly plan: PlannedSession;
  readonly doctor: Doctor;
  readonly book: SessionBook;
}

export interface HospitalData {
  readonly accounts: Account[];
  readonly people: Person[];
  readonly books: BookData[];
  readonly paid: readonly string[];
}

const MOST_EVENTS = 200_000;

/** The registration system of one hospital, in memory: people, sessions and every booking. The site, the API and the control port share it. */
export class Hospital {
  readonly catalogue: Catalogue;
  readonly people: Map<string, Person>;
  readonly accounts: Map<string, Account>;
  readonly byPhone = new Map<string, Account>();
  readonly paid = new Set<string>();
  /** Everything that happened, newest last; bounded, and `dropped` counts what went. */
  readonly events: (BookEvent & { readonly session: string })[] = [];
  dropped = 0;
  readonly #listed = new Map<string, Listed>();
  readonly #history = new HistoryIndex();
  readonly #now: () => number;
  readonly #limits: number;

  constructor(options: HospitalOptions, saved?: HospitalData) {
    this.#now = options.now;
    this.catalogue = makeCatalogue(options);
    const fresh: Population | undefined =
      saved === undefined
        ? makePopulation(options.seed, options.accounts, new Date(options.startAt).toISOString())
        : undefined;
    this.people = fresh?.people ?? new Map(saved!.people.map((person) => [person.id, person]));
    this.accounts = fresh?.accounts ?? new Map(saved!.accounts.map((account) => [account.id, account]));
    for (const account of this.accounts.values()) this.byPhone.set(account.phone, account);
    for (const id of saved?.paid ?? []) this.paid.add(id);
    this.#limits = 20;
    const random = options.random ?? ((length) => randomBytes(length));
    const salt = random(32);
    let ids = 0;
    const run = Buffer.from(random(4)).toString('hex');
    const doctors = new Map(this.catalogue.doctors.map((doctor) => [doctor.id, doctor]));
    const books = new Map(saved?.books.map((data) => [data.session.id, data]));
    for (const plan of this.catalogue.sessions) {
      const context = {
        random,
        salt,
        newId: () => `${run}-${(ids += 1).toString(36)}`,
        eligible: (origin: Origin, session: BookData['session'], now: number) =>
          checkLimits(plan.policy.limits, session, this.#applicant(origin), now),
      };
      const data = books.get(plan.session.id);
      const book =
        data === undefined
          ? SessionBook.create(plan.session, plan.policy, plan.slots, context)
          : new SessionBook(data, context);
      this.#listed.set(plan.session.id, { plan, doctor: doctors.get(plan.session.doctor)!, book });
      for (const booking of book.data.bookings) this.#history.booking(booking, book.data.session);
      for (const entry of book.data.entries) this.#history.entry(entry, book.data.session);
    }
    this.advance();
  }

  get now(): number {
    return this.#now();
  }

  /** Does what is due everywhere. */
  advance(): void {
    const now = this.#now();
    for (const { book } of this.#listed.values()) {
      const due = book.nextDue();
      if (due === undefined || due > now) continue;
      book.advance(now);
      this.#collect(book);
    }
  }

  /** When something is due next, or undefined. */
  nextDue(): number | undefined {
    let next = Infinity;
    for (const { book } of this.#listed.values()) next = Math.min(next, book.nextDue() ?? Infinity);
    return next === Infinity ? undefined : next;
  }

  sessions(): Listed[] {
    this.advance();
    return [...this.#listed.values()];
  }

  session(id: string): Listed | undefined {
    this.advance();
    return this.#listed.get(id);
  }

  bookingsOf(account: Account): Booking[] {
    this.advance();
    return this.#history.bookingsOfAccount(account.id).toReversed();
  }

  entriesOf(account: Account): Entry[] {
    this.advance();
    return this.#history.entriesOfAccount(account.id).toReversed();
  }

  booking(account: Account, id: string): Booking | undefined {
    return this.bookingsOf(account).find((booking) => booking.id === id);
  }

  enter(account: Account, person: string, sessionId: string, from: Partial<Origin> = {}): Answer<Entry> {
    return this.#act(account, person, sessionId, from, (book, origin, now) =>
      book.enter(origin, now, this.#history.lostBefore(person, book.data.session)),
    );
  }

  withdraw(account: Account, person: string, sessionId: string): Answer<Entry> {
    return this.#act(account, person, sessionId, {}, (book, origin, now) => book.withdraw(origin.person, now));
  }

  book(
    account: Account,
    person: string,
    sessionId: string,
    slot?: string,
    from: Partial<Origin> = {},
  ): Answer<Booking> {
    return this.#act(account, person, sessionId, from, (book, origin, now) => book.book(origin, now, slot));
  }

  pay(account: Account, bookingId: string): Answer<Booking> {
    const answer = this.#change(account, bookingId, (book, now) => book.confirm(bookingId, now));
    if (answer.ok) this.paid.add(bookingId);
    return answer;
  }

  cancel(account: Account, bookingId: string): Answer<Booking> {
    return this.#change(account, bookingId, (book, now) => book.cancel(bookingId, now));
  }

  /** The patient came, or did not; said by the desk, here by the control port. */
  settle(bookingId: string, came: boolean): Answer<Booking> {
    for (const { book } of this.sessions()) {
      if (!book.data.bookings.some(({ id }) => id === bookingId)) continue;
      const answer = came ? book.arrive(bookingId, this.#now()) : book.miss(bookingId, this.#now());
      this.#collect(book);
      return answer;
    }
    return { ok: false, reason: 'booking.unknown' };
  }

  addMember(account: Account, member: { name: string; idNumber: string; relation: Relation }): Answer<Person> {
    const parsed = parseRealNameId(member.idNumber);
    if (parsed === undefined) return { ok: false, reason: 'member.bad-id' };
    const id = personKey(parsed.id);
    if (account.members.some(({ person }) => person === id)) return { ok: false, reason: 'member.exists' };
    if (account.members.length >= this.#limits) return { ok: false, reason: 'member.full' };
    const known = this.people.get(id);
    // An identity has one name: who knows only the number learns and changes nothing.
    if (known !== undefined && known.name !== member.name) return { ok: false, reason: 'member.bad-id' };
    const person: Person = known ?? {
      id,
      name: member.name,
      idNumber: parsed.id,
      birth: parsed.birth,
      sex: Number(parsed.id[16]) % 2 === 0 ? 'f' : 'm',
    };
    this.people.set(id, person);
    account.members.push({ person: id, relation: member.relation });
    return { ok: true, value: person };
  }

  toData(): HospitalData {
    return {
      accounts: [...this.accounts.values()],
      people: [...this.people.values()],
      books: [...this.#listed.values()].map(({ book }) => book.data),
      paid: [...this.paid],
    };
  }

  #act<T>(
    account: Account,
    person: string,
    sessionId: string,
    from: Partial<Origin>,
    work: (book: SessionBook, origin: Origin, now: number) => Outcome<T>,
  ): Answer<T> {
    if (!account.members.some((member) => member.person === person)) return { ok: false, reason: 'patient.not-yours' };
    const listed = this.#listed.get(sessionId);
    if (listed === undefined) return { ok: false, reason: 'session.unknown' };
    const channel: Channel = from.channel ?? 'web';
    const device = from.device === undefined ? {} : { device: from.device };
    const origin: Origin = { person, account: account.id, channel, contact: account.phone, ...device };
    const answer = work(listed.book, origin, this.#now());
    this.#collect(listed.book);
    return answer;
  }

  #change(account: Account, bookingId: string, work: (book: SessionBook, now: number) => Outcome<Booking>) {
    const booking = this.booking(account, bookingId);
    if (booking === undefined) return { ok: false, reason: 'booking.unknown' } as const;
    const { book } = this.#listed.get(booking.session)!;
    const answer = work(book, this.#now());
    this.#collect(book);
    return answer;
  }

  #applicant(origin: Origin) {
    const account = this.accounts.get(origin.account);
    const birth = this.people.get(origin.person)?.birth;
    return {
      ...origin,
      ...(birth === undefined ? {} : { birth }),
      ...(account === undefined ? {} : { guardian: account.owner }),
      history: this.#history.past(origin),
    };
  }

  #collect(book: SessionBook): void {
    const { session, bookings, entries } = book.data;
    for (const event of book.takeEvents()) {
      if (event.type === 'booking.held') {
        const booking = bookings.findLast(({ id }) => id === event.object);
        if (booking !== undefined) this.#history.booking(booking, session);
      }
      if (event.type === 'entry.added') {
        const entry = entries.findLast(({ id }) => id === event.object);
        if (entry !== undefined) this.#history.entry(entry, session);
      }
      this.events.push({ ...event, session: session.id });
    }
    const over = this.events.length - MOST_EVENTS;
    if (over <= 0) return;
    this.events.splice(0, over);
    this.dropped += over;
  }
}
