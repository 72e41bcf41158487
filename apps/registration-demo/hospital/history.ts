import type { Booking, Entry, Origin, PastBooking, Session } from '@xinglin/antiscalp/release';

interface Known<T> {
  readonly item: T;
  readonly session: Session;
}

/** Bookings and entries by person and by account, over all sessions; holds the books' own objects, so their states are always current. */
export class HistoryIndex {
  readonly #bookings = new Map<string, Known<Booking>[]>();
  readonly #entries = new Map<string, Known<Entry>[]>();

  booking(item: Booking, session: Session): void {
    add(this.#bookings, `p ${item.person}`, { item, session });
    add(this.#bookings, `a ${item.account}`, { item, session });
  }

  entry(item: Entry, session: Session): void {
    const known = this.#entries.get(`p ${item.person}`);
    // Somebody who withdrew and came back has the same entry.
    if (known?.some((one) => one.item === item) === true) return;
    add(this.#entries, `p ${item.person}`, { item, session });
    add(this.#entries, `a ${item.account}`, { item, session });
  }

  bookingsOfAccount(account: string): Booking[] {
    return (this.#bookings.get(`a ${account}`) ?? []).map(({ item }) => item);
  }

  entriesOfAccount(account: string): Entry[] {
    return (this.#entries.get(`a ${account}`) ?? []).map(({ item }) => item);
  }

  /** Draws of the same doctor that the person lost in other sessions. */
  lostBefore(person: string, session: Session): number {
    return (this.#entries.get(`p ${person}`) ?? [])
      .filter((one) => one.session.doctor === session.doctor && one.session.id !== session.id)
      .reduce((sum, { item }) => sum + item.losses, 0);
  }

  /** What the limits look at: the person's own bookings, and the live ones of the account for relatives. */
  past(origin: Pick<Origin, 'person' | 'account'>): PastBooking[] {
    const own = this.#bookings.get(`p ${origin.person}`) ?? [];
    const family = (this.#bookings.get(`a ${origin.account}`) ?? []).filter(
      ({ item }) => item.person !== origin.person,
    );
    return [...own, ...family].map(({ item, session }) => ({
      person: item.person,
      account: item.account,
      session: session.id,
      doctor: session.doctor,
      date: session.date,
      state: item.state,
      changedAt: item.changedAt,
      excused: item.state === 'expired' && item.draw !== undefined,
    }));
  }
}

function add<T>(map: Map<string, T[]>, key: string, value: T): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}
