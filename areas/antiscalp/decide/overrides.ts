import type { PersonEntity } from './port.ts';

/** A person's decision that stands above the rules, with author and end. */
export interface Override {
  readonly id: string;
  readonly entity: PersonEntity;
  /** Salted key. */
  readonly key: string;
  readonly effect: 'allow' | 'verify';
  readonly reason: string;
  readonly author: string;
  /** Unix milliseconds. */
  readonly expiresAt: number;
}

export interface Overrides {
  replace(list: readonly Override[]): void;
  /** The one that applies; `allow` before `verify`. */
  find(keys: Readonly<Partial<Record<PersonEntity, string | undefined>>>, now: number): Override | undefined;
  readonly size: number;
}

export function createOverrides(initial: readonly Override[] = []): Overrides {
  let map = index(initial);
  return {
    replace(list) {
      map = index(list);
    },
    find(keys, now) {
      if (map.size === 0) return undefined;
      let found: Override | undefined;
      for (const entity of ['device', 'account', 'person', 'phone'] as const) {
        const key = keys[entity];
        if (key === undefined) continue;
        for (const candidate of map.get(`${entity} ${key}`) ?? []) {
          if (candidate.expiresAt <= now) continue;
          if (candidate.effect === 'allow') return candidate;
          found = candidate;
        }
      }
      return found;
    },
    get size() {
      return map.size;
    },
  };
}

function index(list: readonly Override[]): Map<string, Override[]> {
  const map = new Map<string, Override[]>();
  for (const entry of list) {
    const key = `${entry.entity} ${entry.key}`;
    const known = map.get(key);
    if (known === undefined) map.set(key, [entry]);
    else known.push(entry);
  }
  return map;
}
