import { sql } from 'kysely';
import { newId } from '@xinglin/platform/kernel';
import type { Tx } from '@xinglin/platform/state';
import type { Level } from '../../contract.ts';
import { safeText } from '../alerts/snapshot.ts';
import type { ParsedIndicator, RowError } from './indicator.ts';
import type { NeverMatch } from './never-match.ts';
import { createNeverMatch } from './never-match.ts';

export interface ImportSettings {
  readonly tenant: string;
  readonly feed: string;
  readonly severity: Level;
  readonly confidence: number;
  /** Days after which what has no end of its own ends; null: never. */
  readonly validDays: number | null;
}

export interface ImportPlan {
  readonly rows: readonly ParsedIndicator[];
  readonly errors: readonly RowError[];
  /** Occurrences of a value beyond the first. */
  readonly duplicates: number;
}

/** The same value once, with the longest validity, the highest confidence and all labels; values that must never match are refused. */
export function planImport(
  indicators: readonly ParsedIndicator[],
  errors: readonly RowError[],
  never: NeverMatch,
  now: Date,
): ImportPlan {
  const rows = new Map<string, ParsedIndicator>();
  const refused: RowError[] = [...errors];
  let duplicates = 0;
  for (const indicator of indicators) {
    const reason = isOver(indicator, now) ? 'expired' : never.refuse(indicator);
    if (reason !== undefined) {
      refused.push({ place: placeOf(indicator), text: indicator.value, reason });
      continue;
    }
    const key = `${indicator.type} ${indicator.value}`;
    const known = rows.get(key);
    if (known !== undefined) duplicates += 1;
    rows.set(key, known === undefined ? indicator : merge(known, indicator));
  }
  return { rows: [...rows.values()], errors: refused, duplicates };
}

function isOver(indicator: ParsedIndicator, now: Date): boolean {
  return indicator.validUntil !== undefined && Date.parse(indicator.validUntil) <= now.getTime();
}

function placeOf({ origin }: ParsedIndicator): string {
  if (typeof origin['line'] === 'number') return `line ${origin['line']}`;
  const id = origin['stix'] ?? origin['misp'];
  return typeof id === 'string' ? id : '';
}

function merge(a: ParsedIndicator, b: ParsedIndicator): ParsedIndicator {
  const { validUntil: untilA, ...rest } = a;
  const until =
    untilA === undefined || b.validUntil === undefined ? undefined : untilA > b.validUntil ? untilA : b.validUntil;
  const from = [a.validFrom, b.validFrom].filter((time) => time !== undefined).toSorted()[0];
  const confidence = a.confidence === undefined ? b.confidence : Math.max(a.confidence, b.confidence ?? 0);
  return {
    ...rest,
    labels: [...new Set([...a.labels, ...b.labels])].slice(0, 20),
    description: a.description === '' ? b.description : a.description,
    ...(until !== undefined && { validUntil: until }),
    ...(from !== undefined && { validFrom: from }),
    ...(confidence !== undefined && { confidence }),
  };
}

const PER_STATEMENT = 2_000;

/** Inserts or renews; what a person or an earlier import left of other feeds stays. Returns how many were new. */
export async function writeIndicators(
  tx: Tx,
  now: Date,
  rows: readonly ParsedIndicator[],
  settings: ImportSettings,
): Promise<{ created: number; updated: number }> {
  const end =
    settings.validDays === null ? null : new Date(now.getTime() + settings.validDays * 86_400_000).toISOString();
  let created = 0;
  for (let start = 0; start < rows.length; start += PER_STATEMENT) {
    const records = rows.slice(start, start + PER_STATEMENT).map((row) => ({
      id: newId(),
      type: row.type,
      value: safeText(row.value, 2_000),
      severity: row.severity ?? settings.severity,
      confidence: row.confidence ?? settings.confidence,
      labels: row.labels.map((label) => safeText(label, 100)),
      description: safeText(row.description, 1_000),
      origin: row.origin,
      valid_from: row.validFrom ?? now.toISOString(),
      valid_until: row.validUntil ?? end,
    }));
    // xmax is 0 in a row version that an insert made.
    const result = await sql<{ fresh: boolean }>`
      insert into soc_indicator (id, tenant, feed, type, value, severity, confidence, labels, description, origin, valid_from, valid_until, created_at)
      select id, ${settings.tenant}, ${settings.feed}, type, value, severity, confidence, labels, description, origin, valid_from, valid_until, ${now}
      from jsonb_to_recordset(${JSON.stringify(records)}::jsonb) as r(id text, type text, value text, severity text, confidence smallint, labels text[],
        description text, origin jsonb, valid_from timestamptz, valid_until timestamptz)
      on conflict (tenant, feed, type, value) do update set severity = excluded.severity, confidence = excluded.confidence, labels = excluded.labels,
        description = excluded.description, origin = excluded.origin, valid_from = least(soc_indicator.valid_from, excluded.valid_from),
        valid_until = excluded.valid_until
      returning (xmax = 0) as fresh`.execute(tx);
    created += result.rows.filter((row) => row.fresh).length;
  }
  return { created, updated: rows.length - created };
}

/** The region's own names and networks: domains of registered systems, declared zones that are not the internet. */
export async function readNeverMatch(tx: Tx): Promise<NeverMatch> {
  const urls = await sql<{ url: string }>`select distinct url from soc_system where url <> ''`.execute(tx);
  const zones = await sql<{
    cidr: string;
  }>`select distinct unnest(cidrs) as cidr from soc_zone where kind <> 'internet'`.execute(tx);
  const domains = urls.rows.flatMap(({ url }) => {
    const text = url.includes('://') ? url : `http://${url}`;
    return URL.canParse(text) ? [new URL(text).hostname] : [];
  });
  return createNeverMatch({ domains, networks: zones.rows.map((row) => row.cidr) });
}
