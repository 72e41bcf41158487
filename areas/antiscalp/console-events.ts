import type { EventStore } from '@xinglin/platform/events';
import type { Range } from './decide/decision-store.ts';
import { PERSON_ENTITIES } from './decide/port.ts';
import type { PersonEntity } from './decide/port.ts';

const WHERE =
  "dataset = 'antiscalp.decision' and ts >= fromUnixTimestamp64Milli({from:Int64}) and ts < fromUnixTimestamp64Milli({to:Int64})";
const REFUSED = "fields['antiscalp.step'] in ('review', 'deny')";
const TIMEOUT = { timeoutMs: 15_000 };
const MAX_BUCKETS = 120;
/** Lengths of a bucket that read well on an axis, seconds. */
const STEPS = [10, 30, 60, 300, 600, 1800, 3600, 10_800, 21_600, 86_400];
/** Refused devices a report looks at. */
export const MAX_REFUSED = 20_000;

const bounds = ({ from, to }: Range): { from: number; to: number } => ({ from: from.getTime(), to: to.getTime() });

/** The shortest bucket that keeps a range below `MAX_BUCKETS` of them. */
export function bucketSeconds({ from, to }: Range): number {
  const seconds = (to.getTime() - from.getTime()) / 1000;
  return STEPS.find((step) => seconds / step <= MAX_BUCKETS) ?? Math.ceil(seconds / MAX_BUCKETS / 86_400) * 86_400;
}

/** Decisions by step and bucket, oldest first; empty buckets are left out. */
export async function readTimeline(events: EventStore, scopes: readonly string[], range: Range) {
  const seconds = bucketSeconds(range);
  const rows = await events.query<{ at: number; step: string; count: number }>(
    scopes,
    `select toUInt32(intDiv(toUnixTimestamp(ts), {seconds:UInt32}) * {seconds:UInt32}) as at, fields['antiscalp.step'] as step, toUInt32(count()) as count from events where ${WHERE} group by at, step order by at, step`,
    { ...bounds(range), seconds },
    TIMEOUT,
  );
  return {
    from: range.from.toISOString(),
    to: range.to.toISOString(),
    seconds,
    points: rows.map(({ at, step, count }) => ({
      at: new Date(Number(at) * 1000).toISOString(),
      step,
      count: Number(count),
    })),
  };
}

export interface GroupCount {
  readonly name: string;
  readonly decisions: number;
  readonly devices: number;
}

/** Decisions and devices in all, by kind of client or by action. */
export async function countGroups(
  events: EventStore,
  scopes: readonly string[],
  range: Range,
  by: 'client' | 'action' | 'none',
): Promise<GroupCount[]> {
  const name = by === 'none' ? "''" : `fields['antiscalp.${by}']`;
  const rows = await events.query<GroupCount>(
    scopes,
    `select ${name} as name, toUInt32(count()) as decisions, toUInt32(uniqExactIf(fields['antiscalp.device'], fields['antiscalp.device'] != '')) as devices from events where ${WHERE} group by name order by decisions desc limit 50`,
    bounds(range),
    TIMEOUT,
  );
  return rows.map((row) => ({ name: row.name, decisions: Number(row.decisions), devices: Number(row.devices) }));
}

export interface RefusedDevice {
  readonly device: string;
  readonly clients: readonly string[];
  readonly actions: readonly string[];
  /** Other salted keys that were named with it when it was refused. */
  readonly keys: readonly string[];
}

/** Devices that met `review` or `deny`. */
export async function refusedDevices(
  events: EventStore,
  scopes: readonly string[],
  range: Range,
): Promise<RefusedDevice[]> {
  const keys = PERSON_ENTITIES.filter((entity) => entity !== 'device').map((entity) => `fields['antiscalp.${entity}']`);
  return events.query<RefusedDevice>(
    scopes,
    `select fields['antiscalp.device'] as device, groupUniqArray(fields['antiscalp.client']) as clients, groupUniqArray(fields['antiscalp.action']) as actions, arrayFilter(x -> x != '', arrayDistinct(arrayFlatten(groupUniqArray(50)([${keys.join(', ')}])))) as keys from events where ${WHERE} and ${REFUSED} and device != '' group by device order by device limit ${MAX_REFUSED + 1}`,
    bounds(range),
    TIMEOUT,
  );
}

export interface SeenTogether {
  readonly keys: Readonly<Partial<Record<PersonEntity, string>>>;
  readonly count: number;
  readonly refused: number;
}

/** Which ids were named together in one request, when one of them is among `keys`; most frequent first. */
export async function seenTogether(
  events: EventStore,
  scopes: readonly string[],
  range: Range,
  keys: readonly string[],
  limit: number,
): Promise<SeenTogether[]> {
  const columns = PERSON_ENTITIES.map((entity) => `fields['antiscalp.${entity}']`);
  const rows = await events.query<Record<PersonEntity, string> & { count: number; refused: number }>(
    scopes,
    `select ${PERSON_ENTITIES.map((entity, at) => `${columns[at] ?? ''} as ${entity}`).join(', ')}, toUInt32(count()) as count, toUInt32(countIf(${REFUSED})) as refused from events where ${WHERE} and hasAny([${columns.join(', ')}], {keys:Array(String)}) group by ${PERSON_ENTITIES.join(', ')} order by count desc, device, account, person, phone limit {limit:UInt32}`,
    { ...bounds(range), keys, limit },
    TIMEOUT,
  );
  return rows.map((row) => ({
    keys: Object.fromEntries(
      PERSON_ENTITIES.flatMap((entity) => (row[entity] === '' ? [] : [[entity, row[entity]] as const])),
    ),
    count: Number(row.count),
    refused: Number(row.refused),
  }));
}
