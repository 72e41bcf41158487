/** What an exception would have silenced, and what those in force did silence. */
import type { EventStore } from '@xinglin/platform/events';
import type { SigmaRule } from '@xinglin/sigma';
import { messageOf } from './back-test.ts';
import { EXCEPTED, createSilencer } from './exception.ts';
import type { RuleException } from './exception.ts';
import { STORED_EVENT_COLUMNS, storedEvent } from './stored-event.ts';
import type { StoredRow } from './stored-event.ts';

export const PREVIEW_DAYS = 7;
const MAX_EVENTS = 50_000;
const PAGE = 5_000;
const MAX_SAMPLES = 10;
const DAY_MS = 86_400_000;

export interface ExceptionPreview {
  readonly fired: number;
  readonly silenced: number;
  readonly perTenant: Record<string, number>;
  readonly samples: { readonly id: string; readonly ts: string; readonly tenant: string; readonly message: string }[];
  readonly incomplete: boolean;
}

/** Over the events of the last seven days on which the rules fired, newest first, within the exception's subtree. */
export async function previewException(
  events: Pick<EventStore, 'query'>,
  exception: RuleException,
  rules: readonly SigmaRule[],
  now: Date,
): Promise<ExceptionPreview> {
  const silencer = createSilencer([exception], rules);
  const perTenant: Record<string, number> = {};
  const samples: ExceptionPreview['samples'] = [];
  const ids = rules.map(({ id }) => id);
  const from = now.getTime() - PREVIEW_DAYS * DAY_MS;
  let fired = 0;
  let silenced = 0;
  let before = { at: now.getTime() + DAY_MS, batch: '0', seq: 0 };
  for (;;) {
    const rows: StoredRow[] = await events.query(
      [exception.tenant],
      `SELECT ${STORED_EVENT_COLUMNS} FROM events
       WHERE ts >= fromUnixTimestamp64Milli({from:Int64}, 'UTC') AND ts <= fromUnixTimestamp64Milli({at:Int64}, 'UTC')
         AND hasAny(rules, {ids:Array(String)})
         AND (toUnixTimestamp64Milli(ts), batch, seq) < ({at:Int64}, {batch:UInt64}, {seq:UInt32})
       ORDER BY ts DESC, batch DESC, seq DESC LIMIT ${PAGE}`,
      { from, at: before.at, batch: before.batch, seq: before.seq, ids },
      { timeoutMs: 60_000 },
    );
    for (const row of rows) {
      const { batch, seq, ts, tenant, event, rules: own } = storedEvent(row);
      before = { at: ts, batch, seq };
      fired += 1;
      // The time of its end is not the question here.
      if (silencer.silenced(event, tenant, Number.NEGATIVE_INFINITY, own).size === 0) continue;
      silenced += 1;
      perTenant[tenant] = (perTenant[tenant] ?? 0) + 1;
      if (samples.length < MAX_SAMPLES)
        samples.push({ id: `${batch}-${seq}`, ts: new Date(ts).toISOString(), tenant, message: messageOf(event) });
    }
    if (rows.length < PAGE) return { fired, silenced, perTenant, samples, incomplete: false };
    if (fired >= MAX_EVENTS) return { fired, silenced, perTenant, samples, incomplete: true };
  }
}

/** By exception, how many events it silenced in the last 30 days and when it last did, within the scopes. */
export async function silencedCounts(
  events: Pick<EventStore, 'query'>,
  scopes: readonly string[],
  ids: readonly string[],
  now: Date,
): Promise<ReadonlyMap<string, { readonly count: number; readonly last: string }>> {
  if (ids.length === 0) return new Map();
  const rows = await events.query<{ id: string; n: string | number; last: string }>(
    scopes,
    `SELECT id, count() AS n, toString(max(ts)) AS last FROM (
       SELECT arrayJoin(rules) AS id, ts FROM events
       WHERE ts >= fromUnixTimestamp64Milli({from:Int64}, 'UTC') AND hasAny(rules, {ids:Array(String)})
     ) WHERE has({ids:Array(String)}, id) GROUP BY id`,
    { from: now.getTime() - 30 * DAY_MS, ids: ids.map((id) => EXCEPTED + id) },
    { timeoutMs: 20_000 },
  );
  return new Map(
    rows.map(({ id, n, last }) => [
      id.slice(EXCEPTED.length),
      { count: Number(n), last: new Date(`${last.replace(' ', 'T')}Z`).toISOString() },
    ]),
  );
}
