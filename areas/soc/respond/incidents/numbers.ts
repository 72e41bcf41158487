import { sql } from 'kysely';
import type { Tx } from '@xinglin/platform/state';

/** The next incident number of the year (Chinese time), e.g. `XA-2026-000123`. Gaps appear when a transaction is rolled back. */
export async function nextIncidentNumber(tx: Tx, now: Date): Promise<string> {
  const year = new Intl.DateTimeFormat('en', { year: 'numeric', timeZone: 'Asia/Shanghai' }).format(now);
  const result = await sql<{ last: number }>`
    insert into soc_number_series as s (series, last) values (${`incident:${year}`}, 1)
    on conflict (series) do update set last = s.last + 1 returning last`.execute(tx);
  return `XA-${year}-${String(result.rows[0]?.last ?? 0).padStart(6, '0')}`;
}
