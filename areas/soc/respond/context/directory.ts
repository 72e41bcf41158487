import { sql } from 'kysely';
import type { State } from '@xinglin/platform/state';
import type { Level } from '../../contract.ts';
import type {} from '../tables.ts';

export interface InstitutionInfo {
  readonly tenant: string;
  readonly name: string;
  readonly shortName: string;
  readonly importance: number;
}

export interface AssetInfo {
  readonly id: string;
  readonly name: string;
  readonly kind: string;
  readonly systemId: string | null;
  /** The greater of the asset's own importance and its system's, 1..5. */
  readonly importance: number;
}

export interface IndicatorInfo {
  readonly id: string;
  readonly feed: string;
  readonly type: string;
  readonly value: string;
  readonly severity: Level;
  readonly confidence: number;
  readonly labels: readonly string[];
  readonly description: string;
}

export interface AssetQuery {
  readonly tenant: string;
  /** An address or host name, normalised. */
  readonly value: string;
}

/** What the registers know about institutions, assets and indicators, for machine work: cached, bounded, at most a minute old. */
export interface Directory {
  institution(tenant: string): Promise<InstitutionInfo | undefined>;
  /** Answers for every query; `undefined` when no asset in use has that address or name. */
  assets(queries: readonly AssetQuery[]): Promise<ReadonlyMap<string, AssetInfo | undefined>>;
  indicators(ids: readonly string[]): Promise<ReadonlyMap<string, IndicatorInfo>>;
  /** Forgets everything: the registers changed. */
  clear(): void;
}

const FRESH_MS = 60_000;
const MOST_CACHED = 50_000;

export const assetKey = (query: AssetQuery): string => `${query.tenant}\0${query.value}`;

export function createDirectory(state: State, now: () => Date): Directory {
  const institutions = new Cache<InstitutionInfo | undefined>(now);
  const assets = new Cache<AssetInfo | undefined>(now);
  const indicators = new Cache<IndicatorInfo | undefined>(now);

  return {
    async institution(tenant) {
      const known = institutions.get(tenant);
      if (known !== undefined) return known.value;
      const row = await state.machine((tx) =>
        tx
          .selectFrom('soc_institution')
          .select(['tenant', 'name', 'short_name', 'importance'])
          .where('tenant', '=', tenant)
          .executeTakeFirst(),
      );
      const info = row && { tenant: row.tenant, name: row.name, shortName: row.short_name, importance: row.importance };
      institutions.set(tenant, info);
      return info;
    },

    async assets(queries) {
      const found = new Map<string, AssetInfo | undefined>();
      const missing = new Map<string, AssetQuery>();
      for (const query of queries) {
        const known = assets.get(assetKey(query));
        if (known === undefined) missing.set(assetKey(query), query);
        else found.set(assetKey(query), known.value);
      }
      if (missing.size === 0) return found;
      for (const [key, info] of await lookUpAssets(state, [...missing.values()])) {
        assets.set(key, info);
        found.set(key, info);
      }
      return found;
    },

    async indicators(ids) {
      const missing = [...new Set(ids)].filter((id) => indicators.get(id) === undefined);
      if (missing.length > 0) {
        const rows = await state.machine((tx) =>
          tx
            .selectFrom('soc_indicator')
            .select(['id', 'feed', 'type', 'value', 'severity', 'confidence', 'labels', 'description'])
            .where('id', 'in', missing)
            .execute(),
        );
        for (const id of missing) indicators.set(id, undefined);
        for (const row of rows) indicators.set(row.id, row);
      }
      const found = new Map<string, IndicatorInfo>();
      for (const id of ids) {
        const info = indicators.get(id)?.value;
        if (info !== undefined) found.set(id, info);
      }
      return found;
    },

    clear() {
      institutions.clear();
      assets.clear();
      indicators.clear();
    },
  };
}

/** The most important asset in use that has the address or name (the short name of a host counts as well). */
async function lookUpAssets(state: State, queries: readonly AssetQuery[]): Promise<Map<string, AssetInfo | undefined>> {
  const wanted = queries.map((query) => ({ ...query, short: query.value.split('.')[0] ?? query.value }));
  const rows = await state.machine(async (tx) => {
    const result = await sql<{
      tenant: string;
      value: string;
      id: string;
      name: string;
      kind: string;
      system_id: string | null;
      importance: number;
    }>`
      select distinct on (w.tenant, w.value) w.tenant, w.value, a.id, a.name, a.kind, a.system_id,
             greatest(a.importance, coalesce(s.importance, 0))::int as importance
      from jsonb_to_recordset(${JSON.stringify(wanted)}::jsonb) as w(tenant text, value text, short text)
      join soc_asset a on a.tenant = w.tenant and a.status <> 'retired'
       and (a.ips @> array[w.value] or a.hostnames && array[w.value, upper(w.value)]
            or (w.short !~ '^[0-9]+$' and a.hostnames && array[w.short, upper(w.short)]))
      left join soc_system s on s.id = a.system_id
      order by w.tenant, w.value, importance desc, a.id`.execute(tx);
    return result.rows;
  });
  const found = new Map<string, AssetInfo | undefined>(queries.map((query) => [assetKey(query), undefined]));
  for (const row of rows) {
    found.set(assetKey(row), {
      id: row.id,
      name: row.name,
      kind: row.kind,
      systemId: row.system_id,
      importance: row.importance,
    });
  }
  return found;
}

class Cache<V> {
  readonly #entries = new Map<string, { value: V; until: number }>();
  readonly #now: () => Date;

  constructor(now: () => Date) {
    this.#now = now;
  }

  get(key: string): { value: V } | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined || entry.until > this.#now().getTime()) return entry;
    this.#entries.delete(key);
    return undefined;
  }

  set(key: string, value: V): void {
    if (this.#entries.size >= MOST_CACHED) {
      const oldest = this.#entries.keys().next().value;
      if (oldest !== undefined) this.#entries.delete(oldest);
    }
    this.#entries.delete(key);
    this.#entries.set(key, { value, until: this.#now().getTime() + FRESH_MS });
  }

  clear(): void {
    this.#entries.clear();
  }
}
