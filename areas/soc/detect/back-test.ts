/** Runs one rule over given events or over history through the same engine as the live stream. */
import { eventWhere } from '@xinglin/platform/events';
import type { EventStore } from '@xinglin/platform/events';
import { explain } from '@xinglin/sigma';
import { createNormalizer } from '../normalize/normalizer.ts';
import { createNearMissTally } from './back-test-near.ts';
import type { NearMisses } from './back-test-near.ts';
import { createCorrelationBook } from './correlation-book.ts';
import { compileOptions, createDetector } from './detector.ts';
import type { HitEvent } from './hit.ts';
import { prefilterOf } from './rule-prefilter.ts';
import type { RuleSet } from './rule-set.ts';
import type { KeptHit } from './rule-tables.ts';
import { STORED_EVENT_COLUMNS, storedEvent } from './stored-event.ts';
import type { StoredRow } from './stored-event.ts';

/** `id`: `batch-seq`, or the number of a given event. */
export type BackTestHit = KeptHit;

export interface BackTestResult {
  /** Events of the rule's log source that were looked at. */
  readonly scanned: number;
  readonly matched: number;
  /** The first hundred, or as many as asked for. */
  readonly hits: readonly BackTestHit[];
  /** Events per day (UTC) on which the rule fired: what it would cost the people who answer it. */
  readonly perDay: Readonly<Record<string, number>>;
  readonly perTenant: Readonly<Record<string, number>>;
  /** The limit of events or of time was reached before the end of the period. */
  readonly incomplete: boolean;
  readonly near?: NearMisses;
}

export interface BackTestLimits {
  /** Hits kept whole; default 100. */
  readonly shown?: number;
  readonly maxEvents?: number;
  readonly maxMs?: number;
  /** Counts near misses too. */
  readonly near?: boolean;
}

export interface BackTestPeriod {
  readonly query: string;
  readonly from: Date;
  readonly to: Date;
}

export interface BackTestProgress {
  /** Event time reached, epoch milliseconds. */
  readonly at: number;
  readonly scanned: number;
  readonly matched: number;
}

const MAX_SHOWN = 100;
const MAX_EVENTS = 500_000;
const MAX_MS = 60_000;
const PAGE = 5_000;
const QUERY_TIMEOUT_MS = 60_000;
const MESSAGE_LENGTH = 500;
const MAX_TENANTS = 2_000;

interface Run {
  push(event: HitEvent, tenant: string, id: string, source: string): void;
  readonly scanned: number;
  readonly matched: number;
  result(incomplete: boolean): BackTestResult;
}

function createRun(set: RuleSet, ruleId: string, limits: BackTestLimits): Run {
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
  const near = limits.near === true && rule !== undefined ? createNearMissTally(rule, options) : undefined;
  const shown = limits.shown ?? MAX_SHOWN;
  const hits: BackTestHit[] = [];
  const perDay: Record<string, number> = {};
  const perTenant: Record<string, number> = {};
  let scanned = 0;
  let matched = 0;

  function hit(
    event: HitEvent,
    found: Pick<BackTestHit, 'id' | 'tenant' | 'source'>,
    more: () => Pick<BackTestHit, 'explanation' | 'correlation'>,
  ): void {
    matched += 1;
    const ts = new Date(event.ts).toISOString();
    perDay[ts.slice(0, 10)] = (perDay[ts.slice(0, 10)] ?? 0) + 1;
    const { tenant } = found;
    if (perTenant[tenant] !== undefined || Object.keys(perTenant).length < MAX_TENANTS)
      perTenant[tenant] = (perTenant[tenant] ?? 0) + 1;
    if (hits.length < shown) hits.push({ ...found, ts, message: messageOf(event.event), ...more() });
  }

  return {
    push(event, tenant, id, source) {
      scanned += 1;
      const { rules } = detector.detect(event.event, tenant, event.ts);
      const at = { id, tenant, source };
      if (near !== undefined && rules?.includes(ruleId) !== true) near.push(event, at);
      for (const fired of rules ?? []) {
        if (fired === ruleId && rule !== undefined)
          hit(event, at, () => ({ explanation: { because: explain(event.event, rule, options).because } }));
        if (!book.feeds(fired)) continue;
        for (const found of book.push(tenant, fired, event)) {
          if (found.ruleId !== ruleId) continue;
          const { group, count, from, to, events } = found;
          const period = { from: new Date(from).toISOString(), to: new Date(to).toISOString() };
          hit(event, at, () => ({
            explanation: { group, count, ...period },
            correlation: {
              group,
              count,
              from,
              to,
              events: events.slice(-MAX_SHOWN).map(({ batch, seq }) => `${batch}-${seq}`),
            },
          }));
        }
      }
    },
    get scanned() {
      return scanned;
    },
    get matched() {
      return matched;
    },
    result: (incomplete) => ({
      scanned,
      matched,
      hits,
      perDay,
      perTenant,
      incomplete,
      ...(near === undefined ? {} : { near: near.result() }),
    }),
  };
}

/** What a person reads of an event first. */
export function messageOf(event: Readonly<Record<string, unknown>>): string {
  const message = event['message'] ?? event['event.original'];
  return (typeof message === 'string' ? message : '').slice(0, MESSAGE_LENGTH);
}

/** `events`: raw lines, or flat ECS records. */
export function backTestEvents(
  set: RuleSet,
  ruleId: string,
  events: readonly (string | Readonly<Record<string, unknown>>)[],
  tenant: string,
  now: number,
  limits: BackTestLimits = {},
): BackTestResult {
  const run = createRun(set, ruleId, limits);
  for (const [seq, event] of givenEvents(events, tenant, now).entries()) {
    const stamp = typeof event['@timestamp'] === 'string' ? Date.parse(event['@timestamp']) : Number.NaN;
    run.push({ batch: '0', seq, ts: Number.isFinite(stamp) ? stamp : now, event }, tenant, String(seq), '');
  }
  return run.result(false);
}

/** Raw lines go the way of the stream: the parser that knows them. */
export function givenEvents(
  events: readonly (string | Readonly<Record<string, unknown>>)[],
  tenant: string,
  now: number,
): Readonly<Record<string, unknown>>[] {
  const normalizer = createNormalizer({ source: { id: '', tenant, dataset: '', timezone: '+08:00' }, receivedAt: now });
  return events.map((one) => (typeof one === 'string' ? normalizer.text(one).event : one));
}

/** Over stored events the scopes may see, oldest first. */
export async function backTestHistory(
  events: Pick<EventStore, 'query'>,
  scopes: readonly string[],
  set: RuleSet,
  ruleId: string,
  period: BackTestPeriod,
  limits: BackTestLimits = {},
  told: (progress: BackTestProgress) => void = () => {},
): Promise<BackTestResult> {
  const run = createRun(set, ruleId, limits);
  const where = eventWhere(period);
  const prefilter = prefilterOf(set.rules);
  const { maxEvents = MAX_EVENTS, maxMs = MAX_MS } = limits;
  const end = Date.now() + maxMs;
  let after = { at: period.from.getTime() - 1, batch: '0', seq: 0 };
  for (;;) {
    const rows: StoredRow[] = await events.query(
      scopes,
      `SELECT ${STORED_EVENT_COLUMNS} FROM events WHERE ${where.sql}${prefilter === undefined ? '' : ` AND ${prefilter.sql}`}
         AND ts >= fromUnixTimestamp64Milli({after_at:Int64}, 'UTC')
         AND (toUnixTimestamp64Milli(ts), batch, seq) > ({after_at:Int64}, {after_batch:UInt64}, {after_seq:UInt32})
       ORDER BY ts, batch, seq LIMIT ${PAGE}`,
      { ...where.params, ...prefilter?.params, after_at: after.at, after_batch: after.batch, after_seq: after.seq },
      { timeoutMs: QUERY_TIMEOUT_MS },
    );
    for (const row of rows) {
      const { batch, seq, ts, event, tenant, sourceId } = storedEvent(row);
      run.push({ batch, seq, ts, event }, tenant, `${batch}-${seq}`, sourceId);
      after = { at: ts, batch, seq };
    }
    told({ at: after.at, scanned: run.scanned, matched: run.matched });
    if (rows.length < PAGE) return run.result(false);
    if (run.scanned >= maxEvents || Date.now() > end) return run.result(true);
  }
}
