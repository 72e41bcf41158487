/** Runs one rule over given events or over history through the same engine as the live stream. */
import { eventWhere } from '@xinglin/platform/events';
import type { EventStore } from '@xinglin/platform/events';
import { explain } from '@xinglin/sigma';
import { createNormalizer } from '../normalize/normalizer.ts';
import { createCorrelationBook } from './correlation-book.ts';
import { compileOptions, createDetector } from './detector.ts';
import type { HitEvent } from './hit.ts';
import type { RuleSet } from './rule-set.ts';
import { STORED_EVENT_COLUMNS, storedEvent } from './stored-event.ts';
import type { StoredRow } from './stored-event.ts';

export interface BackTestHit {
  /** `batch-seq`, or the number of a given event. */
  readonly id: string;
  /** ISO 8601. */
  readonly ts: string;
  readonly tenant: string;
  readonly message: string;
  readonly explanation: Readonly<Record<string, unknown>>;
}

export interface BackTestResult {
  readonly scanned: number;
  readonly matched: number;
  /** The first hundred. */
  readonly hits: readonly BackTestHit[];
  /** Events per day (UTC) on which the rule fired: what it would cost the people who answer it. */
  readonly perDay: Readonly<Record<string, number>>;
  /** The limit of events or of time was reached before the end of the period. */
  readonly incomplete: boolean;
}

const MAX_SHOWN = 100;
const MAX_EVENTS = 500_000;
const MAX_MS = 60_000;
const PAGE = 5_000;
const MESSAGE_LENGTH = 500;

interface Run {
  push(event: HitEvent, tenant: string, id: string): void;
  result(incomplete: boolean): BackTestResult;
}

function createRun(set: RuleSet, ruleId: string): Run {
  const detector = createDetector({
    rules: set.rules,
    filters: set.filters,
    ruleTenants: {},
    switches: [],
    indicators: [],
  });
  const book = createCorrelationBook(set);
  const rule = set.rules.find((one) => one.id === ruleId);
  const options = compileOptions(set.rules, set.filters);
  const hits: BackTestHit[] = [];
  const perDay: Record<string, number> = {};
  let scanned = 0;
  let matched = 0;

  function hit(event: HitEvent, tenant: string, id: string, explanation: Record<string, unknown>): void {
    matched += 1;
    const ts = new Date(event.ts).toISOString();
    perDay[ts.slice(0, 10)] = (perDay[ts.slice(0, 10)] ?? 0) + 1;
    const message = event.event['message'] ?? event.event['event.original'];
    if (hits.length < MAX_SHOWN)
      hits.push({
        id,
        ts,
        tenant,
        message: (typeof message === 'string' ? message : '').slice(0, MESSAGE_LENGTH),
        explanation,
      });
  }

  return {
    push(event, tenant, id) {
      scanned += 1;
      const { rules } = detector.detect(event.event, tenant, event.ts);
      for (const fired of rules ?? []) {
        if (fired === ruleId && rule !== undefined)
          hit(event, tenant, id, { because: explain(event.event, rule, options).because });
        if (!book.feeds(fired)) continue;
        for (const found of book.push(tenant, fired, event)) {
          if (found.ruleId !== ruleId) continue;
          const { group, count, from, to } = found;
          hit(event, tenant, id, { group, count, from: new Date(from).toISOString(), to: new Date(to).toISOString() });
        }
      }
    },
    result: (incomplete) => ({ scanned, matched, hits, perDay, incomplete }),
  };
}

/** `events`: raw lines, or flat ECS records. */
export function backTestEvents(
  set: RuleSet,
  ruleId: string,
  events: readonly (string | Readonly<Record<string, unknown>>)[],
  tenant: string,
  now: number,
): BackTestResult {
  const run = createRun(set, ruleId);
  const normalizer = createNormalizer({ source: { id: '', tenant, dataset: '', timezone: '+08:00' }, receivedAt: now });
  for (const [seq, one] of events.entries()) {
    const event = typeof one === 'string' ? normalizer.text(one).event : one;
    const stamp = typeof event['@timestamp'] === 'string' ? Date.parse(event['@timestamp']) : Number.NaN;
    run.push({ batch: '0', seq, ts: Number.isFinite(stamp) ? stamp : now, event }, tenant, String(seq));
  }
  return run.result(false);
}

/** Over stored events the scopes may see, oldest first. */
export async function backTestHistory(
  events: Pick<EventStore, 'query'>,
  scopes: readonly string[],
  set: RuleSet,
  ruleId: string,
  period: { readonly query: string; readonly from: Date; readonly to: Date },
): Promise<BackTestResult> {
  const run = createRun(set, ruleId);
  const where = eventWhere(period);
  const end = Date.now() + MAX_MS;
  let after = { at: period.from.getTime() - 1, batch: '0', seq: 0 };
  for (let read = 0; ;) {
    const rows: StoredRow[] = await events.query(
      scopes,
      `SELECT ${STORED_EVENT_COLUMNS} FROM events WHERE ${where.sql}
         AND ts >= fromUnixTimestamp64Milli({after_at:Int64}, 'UTC')
         AND (toUnixTimestamp64Milli(ts), batch, seq) > ({after_at:Int64}, {after_batch:UInt64}, {after_seq:UInt32})
       ORDER BY ts, batch, seq LIMIT ${PAGE}`,
      { ...where.params, after_at: after.at, after_batch: after.batch, after_seq: after.seq },
      { timeoutMs: MAX_MS },
    );
    for (const row of rows) {
      const { batch, seq, ts, event, tenant } = storedEvent(row);
      run.push({ batch, seq, ts, event }, tenant, `${batch}-${seq}`);
      after = { at: ts, batch, seq };
    }
    read += rows.length;
    if (rows.length < PAGE) return run.result(false);
    if (read >= MAX_EVENTS || Date.now() > end) return run.result(true);
  }
}
