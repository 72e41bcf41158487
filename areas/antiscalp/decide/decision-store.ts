import type { EventStore, QueryParams } from '@xinglin/platform/events';
import type { z } from 'zod';
import type { DecisionDetail, DecisionQuery, Funnel } from './schemas.ts';

type Query = z.output<typeof DecisionQuery>;
type Detail = z.output<typeof DecisionDetail>;

interface Row {
  readonly at: string;
  readonly tenant: string;
  readonly url: string;
  readonly src_ip: string;
  readonly outcome: string;
  readonly fields: Readonly<Record<string, string>>;
}

const DATASET = "dataset = 'antiscalp.decision'";
const RANGE = 'ts >= fromUnixTimestamp64Milli({from:Int64}) and ts < fromUnixTimestamp64Milli({to:Int64})';
const COLUMNS = 'toString(ts) as at, tenant, url, src_ip, outcome, fields';
const DAY_MS = 86_400_000;
const ENTITIES = ['device', 'account', 'person', 'phone'] as const;

export interface Range {
  readonly from: Date;
  readonly to: Date;
}

export function rangeOf(query: { from?: string | undefined; to?: string | undefined }, now: Date): Range {
  const to = query.to === undefined ? new Date(now.getTime() + 60_000) : new Date(query.to);
  const from = query.from === undefined ? new Date(to.getTime() - DAY_MS) : new Date(query.from);
  return { from, to };
}

/** Decisions as the event store has them, newest first, within the scopes. */
export async function listDecisions(
  events: EventStore,
  scopes: readonly string[],
  query: Query,
  range: Range,
): Promise<Detail[]> {
  const { where, params } = condition(query, range);
  const rows = await events.query<Row>(
    scopes,
    `select ${COLUMNS} from events where ${where} order by ts desc, fields['event.id'] desc limit {limit:UInt32} offset {offset:UInt32}`,
    { ...params, limit: query.limit, offset: query.cursor ?? 0 },
    { timeoutMs: 10_000 },
  );
  return rows.map(detail);
}

export async function countDecisions(
  events: EventStore,
  scopes: readonly string[],
  query: Query,
  range: Range,
): Promise<number> {
  const { where, params } = condition(query, range);
  const rows = await events.query<{ n: number }>(
    scopes,
    `select toUInt32(count()) as n from events where ${where}`,
    params,
    { timeoutMs: 10_000 },
  );
  return Number(rows[0]?.n ?? 0);
}

function condition(query: Query, range: Range): { where: string; params: Record<string, string | number> } {
  const where = [DATASET, RANGE];
  const params: Record<string, string | number> = { ...bounds(range) };
  for (const name of ['step', 'action', 'client'] as const) {
    const wanted = query[name];
    if (wanted === undefined) continue;
    where.push(`fields['antiscalp.${name}'] = {${name}:String}`);
    params[name] = wanted;
  }
  if (query.code !== undefined) {
    where.push("has(JSONExtract(fields['antiscalp.codes'], 'Array(String)'), {code:String})");
    params['code'] = query.code;
  }
  if (query.key !== undefined) {
    where.push(`{key:String} in (${ENTITIES.map((entity) => `fields['antiscalp.${entity}']`).join(', ')})`);
    params['key'] = query.key;
  }
  return { where: where.join(' and '), params };
}

export async function findDecision(
  events: EventStore,
  scopes: readonly string[],
  id: string,
): Promise<Detail | undefined> {
  const rows = await events.query<Row>(
    scopes,
    `select ${COLUMNS} from events where ${DATASET} and fields['event.id'] = {id:String} limit 1`,
    { id },
    { timeoutMs: 10_000 },
  );
  return rows[0] === undefined ? undefined : detail(rows[0]);
}

export async function readFunnel(
  events: EventStore,
  scopes: readonly string[],
  range: Range,
): Promise<z.input<typeof Funnel>> {
  const where = `${DATASET} and ${RANGE}`;
  const params: QueryParams = bounds(range);
  const ask = <R>(sql: string): Promise<R[]> => events.query<R>(scopes, sql, params, { timeoutMs: 15_000 });
  const device = "uniq(fields['antiscalp.device'])";
  const [steps, codes, clients] = await Promise.all([
    ask<{ action: string; step: string; count: number; devices: number }>(
      `select fields['antiscalp.action'] as action, fields['antiscalp.step'] as step, toUInt32(count()) as count, toUInt32(${device}) as devices from events where ${where} group by action, step order by count desc`,
    ),
    ask<{ code: string; count: number; devices: number }>(
      `select arrayJoin(JSONExtract(fields['antiscalp.codes'], 'Array(String)')) as code, toUInt32(count()) as count, toUInt32(${device}) as devices from events where ${where} group by code order by count desc limit 50`,
    ),
    ask<{ client: string; count: number; stopped: number; denied: number }>(
      `select fields['antiscalp.client'] as client, toUInt32(count()) as count, toUInt32(countIf(outcome = 'failure')) as stopped, toUInt32(countIf(fields['antiscalp.step'] = 'deny')) as denied from events where ${where} group by client order by count desc limit 50`,
    ),
  ]);
  const total = steps.reduce((sum, step) => sum + Number(step.count), 0);
  return { from: range.from.toISOString(), to: range.to.toISOString(), total, steps, codes, clients };
}

/** Deletes one person's decisions. `key` and `tenant` are checked by the caller to be hex and a path. */
export async function eraseDecisions(events: EventStore, tenant: string, entity: string, key: string): Promise<void> {
  if (!/^[0-9a-f]{32}$/.test(key) || !/^[a-z0-9.-]+$/.test(tenant) || !/^[a-z]+$/.test(entity))
    throw new Error('not a key');
  await events.command(
    `alter table events delete where ${DATASET} and tenant = '${tenant}' and fields['antiscalp.${entity}'] = '${key}' settings mutations_sync = 1`,
  );
}

function bounds({ from, to }: Range): { from: number; to: number } {
  return { from: from.getTime(), to: to.getTime() };
}

function detail(row: Row): Detail {
  const field = (name: string): string => row.fields[`antiscalp.${name}`] ?? '';
  const keys: Record<string, string> = {};
  for (const entity of [...ENTITIES, 'doctor', 'slot', 'cluster'])
    if (field(entity) !== '') keys[entity] = field(entity);
  return {
    id: row.fields['event.id'] ?? '',
    at: `${row.at.replace(' ', 'T')}Z`,
    tenant: row.tenant,
    action: field('action'),
    route: row.url,
    step: field('step'),
    mode: field('mode'),
    passed: row.outcome === 'success',
    codes: list<string>(field('codes')),
    score: Number(row.fields['event.risk_score'] ?? 0),
    client: field('client'),
    pass: field('pass'),
    network: row.src_ip,
    keys,
    outcome: field('outcome'),
    ruleSet: field('rule_set'),
    model: field('model'),
    probability: field('probability') === '' ? null : Number(field('probability')),
    evidence: list<Record<string, unknown>>(field('evidence')),
    overrideBy: field('override_by'),
  };
}

function list<T>(text: string): T[] {
  try {
    const value: unknown = JSON.parse(text === '' ? '[]' : text);
    return Array.isArray(value) ? (value as T[]) : [];
  } catch {
    return [];
  }
}
