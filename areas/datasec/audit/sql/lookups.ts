/**
 * How many different doctors or drugs one person looked up with one shape of statement: the slow way around every limit on rows (R7). Kept
 * per person and fingerprint in days of event time, bounded: the person seen longest ago is forgotten first.
 */
export interface Lookups {
  /** Adds values and answers how many different ones there were on this day and in the seven days up to it. */
  add(
    who: string,
    shape: string,
    values: readonly string[],
    at: number,
  ): { readonly day: number; readonly week: number };
}

const DAY_MS = 86_400_000;
const DAYS = 7;
const MOST_VALUES = 200;

export function createLookups(mostKeys = 20_000): Lookups {
  const seen = new Map<string, Map<number, Set<string>>>();
  return {
    add(who, shape, values, at) {
      const key = `${who}\0${shape}`;
      const days = seen.get(key) ?? new Map<number, Set<string>>();
      // Last used is last in the map.
      seen.delete(key);
      seen.set(key, days);
      if (seen.size > mostKeys) seen.delete(seen.keys().next().value as string);
      const today = Math.floor(at / DAY_MS);
      const own = days.get(today) ?? new Set();
      days.set(today, own);
      for (const value of values) if (own.size < MOST_VALUES) own.add(value);
      const week = new Set<string>();
      for (const [day, set] of days) {
        if (day <= today - DAYS * 2) days.delete(day);
        else if (day <= today && day > today - DAYS) for (const value of set) week.add(value);
      }
      return { day: own.size, week: week.size };
    },
  };
}
