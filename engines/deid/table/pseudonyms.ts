/** Crockford's base 32: no letters that are taken for digits. */
const LETTERS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** Two originals came out as the same pseudonym: the run must not go on. */
export class PseudonymCollision extends Error {
  readonly code = 'deid.collision';

  constructor(length: number) {
    super(`Two different numbers have the same pseudonym of ${length} characters: raise \`length\` in the policy.`);
    this.name = 'PseudonymCollision';
  }
}

/** A keyed MAC of a text, at least 8 words of 32 bits; the array may be used again by the next call. */
export type KeyedWords = (text: string) => Int32Array;

export interface Pseudonymizer {
  /** The pseudonym of a value; each column that uses it takes one, for what it remembers is the column's own. */
  readonly column: () => (value: string) => string;
  /** Different originals that were checked against each other, and those that came after the table was full. */
  readonly checked: number;
  readonly unchecked: number;
}

const KEPT = 32_768;
/** At 16 bytes a number: 128 MiB. */
const MOST_SLOTS = 8_388_608;

/**
 * Keyed pseudonyms of a domain: `length` characters of base 32 from HMAC(domain ‖ 0 ‖ value). The same value gives the same pseudonym wherever the
 * key and the domain are the same. Different values are told apart by 64 bits of the MAC that are not shown; two of them under one pseudonym throw.
 *
 * @param reveal told every new pair, for a vault
 */
export function createPseudonymizer(
  keyed: KeyedWords,
  { domain, length, prefix }: { readonly domain: string; readonly length: number; readonly prefix: string },
  reveal?: (value: string, pseudonym: string) => void,
): Pseudonymizer {
  const codes = Array.from({ length }, () => 0);
  const seen = createCollisionTable(length);
  const start = `${domain}\0`;
  function fresh(value: string): string {
    const words = keyed(start + value);
    for (let at = 0; at < length; at++) {
      const from = at * 5;
      const word = words[from >> 5] as number;
      const offset = from & 31;
      // Five bits, perhaps from two words.
      const index =
        offset <= 27
          ? word >>> (27 - offset)
          : (word << (offset - 27)) | ((words[(from >> 5) + 1] as number) >>> (59 - offset));
      codes[at] = LETTERS.charCodeAt(index & 31);
    }
    // At once: twenty additions would make twenty texts.
    const shown = String.fromCharCode.apply(null, codes);
    const text = prefix === '' ? shown : prefix + shown;
    if (seen.add(words)) reveal?.(value, text);
    return text;
  }
  return {
    get checked() {
      return seen.size;
    },
    get unchecked() {
      return seen.missed;
    },
    column: () => remembering(fresh),
  };
}

/** Remembers the last value and, where values come again, the last tens of thousands. */
function remembering(fresh: (value: string) => string): (value: string) => string {
  let recent = new Map<string, string>();
  let older = new Map<string, string>();
  let lookups = 0;
  let hits = 0;
  let last = '';
  let lastText = '';
  return (value) => {
    if (value === last) return lastText;
    lookups++;
    // Numbers that never come again are not worth a place; now and then it is tried again.
    if (lookups > 2000 && hits * 20 < lookups && (lookups & 63) > 3) {
      last = value;
      lastText = fresh(value);
      return lastText;
    }
    let text = recent.get(value);
    if (text === undefined) {
      text = older.get(value);
      if (text === undefined) text = fresh(value);
      else hits++;
      if (recent.size >= KEPT) {
        older = recent;
        recent = new Map();
      }
      recent.set(ownText(value), text);
    } else hits++;
    last = value;
    lastText = text;
    return text;
  };
}

/** A copy that does not hold on to the large text it was cut from. */
export function ownText(text: string): string {
  let copy = '';
  for (let at = 0; at < text.length; at += 32) {
    const end = Math.min(text.length, at + 32);
    const codes: number[] = [];
    for (let place = at; place < end; place++) codes.push(text.charCodeAt(place));
    copy += String.fromCharCode.apply(null, codes);
  }
  return copy;
}

interface CollisionTable {
  readonly size: number;
  readonly missed: number;
  /** True when the original is new. */
  add(words: Int32Array): boolean;
}

/** Open addressing over the shown bits (up to 64) and 64 hidden ones. */
export function createCollisionTable(length: number): CollisionTable {
  let slots = 4096;
  let cells = new Int32Array(slots * 4);
  let size = 0;
  let missed = 0;
  const shownBits = length * 5;
  const mask0 = shownBits >= 32 ? -1 : ~(-1 >>> shownBits);
  const mask1 = shownBits >= 64 ? -1 : shownBits <= 32 ? 0 : ~(-1 >>> (shownBits - 32));
  function place(
    shown0: number,
    shown1: number,
    hidden0: number,
    hidden1: number,
    into: Int32Array,
    count: number,
  ): number {
    let slot = (Math.imul(shown0 ^ shown1, 0x9e3779b1) >>> 0) & (count - 1);
    for (;;) {
      const at = slot * 4;
      if ((into[at + 2] as number) === 0 && (into[at + 3] as number) === 0) return at;
      if ((into[at] as number) === shown0 && (into[at + 1] as number) === shown1) {
        if ((into[at + 2] as number) === hidden0 && (into[at + 3] as number) === hidden1) return -1;
        throw new PseudonymCollision(length);
      }
      slot = (slot + 1) & (count - 1);
    }
  }
  return {
    get size() {
      return size;
    },
    get missed() {
      return missed;
    },
    add(words) {
      const shown0 = (words[0] as number) & mask0;
      const shown1 = (words[1] as number) & mask1;
      const hidden0 = words[6] as number;
      // Never 0: that marks a free place.
      const hidden1 = (words[7] as number) | 1;
      const at = place(shown0, shown1, hidden0, hidden1, cells, slots);
      if (at < 0) return false;
      if (size * 4 >= slots * 3) {
        if (slots >= MOST_SLOTS) {
          missed++;
          return true;
        }
        const larger = new Int32Array(slots * 8);
        for (let old = 0; old < cells.length; old += 4) {
          if ((cells[old + 3] as number) === 0) continue;
          const to = place(
            cells[old] as number,
            cells[old + 1] as number,
            cells[old + 2] as number,
            cells[old + 3] as number,
            larger,
            slots * 2,
          );
          larger.set(cells.subarray(old, old + 4), to);
        }
        cells = larger;
        slots *= 2;
        return this.add(words);
      }
      cells[at] = shown0;
      cells[at + 1] = shown1;
      cells[at + 2] = hidden0;
      cells[at + 3] = hidden1;
      size++;
      return true;
    },
  };
}
