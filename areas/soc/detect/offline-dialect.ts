/** What an NDJSON event calls its fields, told by the event itself; the rules are compiled for each dialect that occurs. */
import {
  ecsMapping,
  ecsRouting,
  flatWindowsMapping,
  flatWindowsRouting,
  labelRouting,
  withDatasetRoutes,
} from '@xinglin/sigma';
import type { CompileOptions, SigmaEvent, SigmaRule } from '@xinglin/sigma';
import type { EventMapping } from './offline-mapping.ts';

/**
 * `labels`: the event names its Sigma log source in `product`, `category`, `service`, or says nothing about it (then every rule is
 * tried). `mapping`: as `--mapping` says.
 */
export type Dialect = 'flat-windows' | 'ecs' | 'labels' | 'mapping';

export function dialectOf(event: SigmaEvent): Exclude<Dialect, 'mapping'> {
  if (typeof event['event.dataset'] === 'string' || typeof event['winlog.channel'] === 'string') return 'ecs';
  if (typeof event['product'] === 'string' || typeof event['category'] === 'string') return 'labels';
  if (typeof event['Channel'] === 'string') return 'flat-windows';
  if (within(event['event'], 'dataset') || within(event['winlog'], 'channel')) return 'ecs';
  if (event['ecs.version'] !== undefined || within(event['ecs'], 'version')) return 'ecs';
  return 'labels';
}

function within(value: unknown, key: string): boolean {
  return typeof value === 'object' && value !== null && typeof (value as Record<string, unknown>)[key] === 'string';
}

/** Field mapping and routing of a dialect for these rules. */
export function dialectOptions(
  dialect: Dialect,
  rules: readonly SigmaRule[],
  own: EventMapping | undefined,
): CompileOptions {
  switch (dialect) {
    case 'flat-windows':
      return { mapping: flatWindowsMapping, routing: flatWindowsRouting };
    case 'ecs':
      return { mapping: ecsMapping, routing: withDatasetRoutes(ecsRouting, rules) };
    case 'labels':
      return { routing: labelRouting };
    case 'mapping':
      return own === undefined
        ? {}
        : { mapping: own.mapping, routing: own.routing(rules), placeholders: own.placeholders };
  }
}

const TIME_KEYS = [
  '@timestamp',
  'timestamp',
  'TimeCreated',
  'UtcTime',
  'SystemTime',
  'EventTime',
  'event.created',
  'time',
  'ts',
];

/** Event time in epoch milliseconds; NaN when the event gives none. A stamp without zone counts as UTC. */
export function eventTime(event: SigmaEvent, keys: readonly string[] = TIME_KEYS): number {
  for (const key of keys) {
    const value = event[key];
    // Ten digits are seconds, thirteen milliseconds.
    if (typeof value === 'number' && value > 0) return value < 1e11 ? value * 1000 : value;
    if (typeof value !== 'string' || value === '') continue;
    const text = value.replace(' ', 'T');
    const stamp = Date.parse(/(?:Z|[+-]\d{2}:?\d{2})$/.test(text) || !text.includes('T') ? text : `${text}Z`);
    if (Number.isFinite(stamp)) return stamp;
  }
  return Number.NaN;
}
