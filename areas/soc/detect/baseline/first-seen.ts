/** Rarity: what an institution has never shown before, told only after it has been watched for a while. */
import { createCappedMemory } from './capped-memory.ts';
import type { CappedMemory } from './capped-memory.ts';
import { FIRST_SEEN_KINDS } from './observed.ts';
import type { FirstSeenKind, Sighting } from './observed.ts';

export interface FirstSeenOptions {
  /** How long an institution is watched before anything is told. */
  readonly learnMs: number;
  /** Sightings before anything is told. */
  readonly learnEvents: number;
  /** Values remembered per institution and kind. */
  readonly maxValues: number;
  /** Institutions and kinds remembered. */
  readonly maxBooks: number;
  /** Detections per institution, kind and day; more are only counted. */
  readonly maxPerDay: number;
}

export interface Rarity {
  readonly sighting: Sighting;
  /** Different values known before, and sightings since learning began. */
  readonly known: number;
  readonly sightings: number;
  readonly learningSince: number;
  /** Told today with this one, and not told for the limit. */
  readonly toldToday: number;
  readonly heldBack: number;
}

interface Book {
  readonly tenant: string;
  readonly kind: FirstSeenKind;
  since: number;
  sightings: number;
  day: number;
  toldToday: number;
  heldBack: number;
  readonly memory: CappedMemory;
}

export interface SavedBook {
  readonly tenant: string;
  readonly kind: FirstSeenKind;
  readonly since: number;
  readonly sightings: number;
  readonly day: number;
  readonly toldToday: number;
  readonly heldBack: number;
  readonly values: readonly (readonly [string, number])[];
}

export interface FirstSeen {
  see(tenant: string, sighting: Sighting, at: number): Rarity | undefined;
  save(): SavedBook[];
  restore(books: readonly SavedBook[]): void;
  readonly stats: { readonly books: number; readonly values: number; readonly heldBack: number };
}

const DAY_MS = 86_400_000;

export function createFirstSeen(options: FirstSeenOptions): FirstSeen {
  const books = new Map<string, Book>();

  function bookOf(tenant: string, kind: FirstSeenKind, at: number): Book {
    const key = `${kind}\u0000${tenant}`;
    const known = books.get(key);
    if (known !== undefined) return known;
    const book: Book = {
      tenant,
      kind,
      since: at,
      sightings: 0,
      day: 0,
      toldToday: 0,
      heldBack: 0,
      memory: createCappedMemory(options.maxValues),
    };
    if (books.size >= options.maxBooks) dropSmallest();
    books.set(key, book);
    return book;
  }

  /** The institution with the fewest sightings loses least. */
  function dropSmallest(): void {
    let smallest: [string, Book] | undefined;
    for (const entry of books)
      if (smallest === undefined || entry[1].sightings < smallest[1].sightings) smallest = entry;
    if (smallest !== undefined) books.delete(smallest[0]);
  }

  return {
    see(tenant, sighting, at) {
      const book = bookOf(tenant, sighting.kind, at);
      // Logs that come late tell when watching really began.
      book.since = Math.min(book.since, at);
      const learned = at - book.since >= options.learnMs && book.sightings >= options.learnEvents;
      const known = book.memory.size;
      const fresh = book.memory.see(sighting.key, at);
      book.sightings += 1;
      if (!fresh || !learned) return undefined;
      const day = Math.floor(at / DAY_MS);
      if (day > book.day) {
        book.day = day;
        book.toldToday = 0;
      }
      if (book.toldToday >= options.maxPerDay) {
        book.heldBack += 1;
        return undefined;
      }
      book.toldToday += 1;
      const { sightings, since, toldToday, heldBack } = book;
      return { sighting, known, sightings, learningSince: since, toldToday, heldBack };
    },
    save: () =>
      [...books.values()].map(({ memory, ...book }) => ({
        ...book,
        values: memory.entries(),
      })),
    restore(saved) {
      books.clear();
      for (const { values, ...book } of saved.slice(0, options.maxBooks)) {
        if (!FIRST_SEEN_KINDS.includes(book.kind)) continue;
        const memory = createCappedMemory(options.maxValues, values);
        books.set(`${book.kind}\u0000${book.tenant}`, { ...book, memory });
      }
    },
    get stats() {
      let values = 0;
      let heldBack = 0;
      for (const book of books.values()) {
        values += book.memory.size;
        heldBack += book.heldBack;
      }
      return { books: books.size, values, heldBack };
    },
  };
}
