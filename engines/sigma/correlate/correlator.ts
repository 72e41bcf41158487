import { resolveField, type FieldMapping } from '../mapping/field-mapping.ts';
import { lookup, lookupFirst, textOf } from '../compile/values.ts';
import { fold } from '../text/fold.ts';
import type { CorrelationRule, SigmaEvent, SigmaIssue, SigmaRule } from '../types.ts';
import { linkCorrelations, type Link } from './links.ts';
import type { Item } from './measure.ts';
import { readSnapshot, type CorrelatorSnapshot } from './snapshot.ts';
import { Window, type Found } from './window.ts';

export interface CorrelatorOptions {
  /** How much older than the newest event of its group an event may be, in milliseconds. Default 60,000. */
  readonly lateness?: number;
  /** Groups remembered at once over all correlations; the one longest without an event is given up. Default 100,000. */
  readonly maxGroups?: number;
  /** Events remembered at once over all groups. Default 1,000,000. */
  readonly maxEvents?: number;
  /** Events remembered per group; older ones are dropped and counted. Default 10,000. */
  readonly maxEventsPerGroup?: number;
  /** The rules that are correlated: needed to refer to them by name, and for `mapping`. */
  readonly rules?: readonly SigmaRule[];
  /** How the fields of `group-by` and `field` are found in events (the same as for `compile`). */
  readonly mapping?: FieldMapping;
  /** What a hit names its events by. Default: `event.id`. */
  readonly evidence?: (event: SigmaEvent) => string | undefined;
}

export interface CorrelationHit {
  readonly rule: CorrelationRule;
  /** `group-by` field → value, as in the newest event. */
  readonly group: Readonly<Record<string, string>>;
  /** Event time of the first and last contributing event, in milliseconds. */
  readonly from: number;
  readonly to: number;
  /** What was compared with the condition: a count, a sum, … */
  readonly value: number;
  /** Number of contributing events. */
  readonly count: number;
  /** The newest contributing events (at most 100), oldest first. */
  readonly evidence: readonly string[];
}

export interface CorrelatorStats {
  readonly groups: number;
  readonly events: number;
  /** Groups given up for `maxGroups` or `maxEvents`. */
  readonly evictedGroups: number;
  /** Events dropped for `maxEventsPerGroup`. */
  readonly droppedEvents: number;
  /** Events older than the lateness allows. */
  readonly lateEvents: number;
  /** Events that lack a `group-by` field or the counted field. */
  readonly incompleteEvents: number;
}

export interface Correlator {
  /**
   * Tells the correlator that a rule matched an event. `fields` overrides where `group-by` fields come from.
   * Returns the correlations this completes, chained ones included.
   */
  push(
    ruleId: string,
    event: SigmaEvent,
    timestampMs: number,
    fields?: Readonly<Record<string, unknown>>,
  ): CorrelationHit[];
  /** Event time has reached `now`: closes windows that wait for their end, forgets groups that are over. */
  advance(now: number): CorrelationHit[];
  /** Plain JSON of everything remembered. */
  snapshot(): unknown;
  /** Takes a snapshot back; groups of correlations that no longer exist are left out. Throws on other data. */
  restore(state: unknown): void;
  readonly stats: CorrelatorStats;
  /** References that cannot be resolved, and cycles. Those correlations do not run. */
  readonly issues: readonly SigmaIssue[];
  /** Rules that only feed correlations (`generate: false`) and should not alert by themselves. */
  readonly suppressed: ReadonlySet<string>;
}

interface Bucket {
  readonly link: Link;
  readonly key: string;
  group: Record<string, string>;
  readonly window: Window;
}

const MAX_EVIDENCE = 100;

/**
 * Creates the correlator for correlation rules: it is told which rule matched which event, in about the order of event
 * time, and answers with the correlations that become true. It has no clock; call `advance` with the current event time.
 *
 * @example
 * ```ts
 * import { createCorrelator, parseRules } from '@xinglin/sigma';
 *
 * const { correlations } = parseRules([
 *   {
 *     file: 'burst.yml',
 *     document: {
 *       title: 'Three failures in a minute',
 *       correlation: {
 *         type: 'event_count', rules: ['failed-login'], 'group-by': ['user.name'],
 *         timespan: '1m', condition: { gte: 3 },
 *       },
 *     },
 *   },
 * ]);
 * const correlator = createCorrelator(correlations);
 * const event = { 'user.name': 'root' };
 * correlator.push('failed-login', event, 0); // []
 * correlator.push('failed-login', event, 10_000); // []
 * correlator.push('failed-login', event, 20_000)[0]?.value; // 3
 * ```
 */
export function createCorrelator(
  correlations: readonly CorrelationRule[],
  options: CorrelatorOptions = {},
): Correlator {
  const { lateness = 60_000, maxGroups = 100_000, maxEvents = 1_000_000, maxEventsPerGroup = 10_000 } = options;
  const evidenceOf = options.evidence ?? ((event: SigmaEvent) => textOf(event['event.id']));
  const { links, byRule, issues, suppressed } = linkCorrelations(correlations, options.rules ?? []);
  const rules = new Map((options.rules ?? []).map((rule) => [rule.id, rule]));
  // In order of the last event, so that the first is the one to give up.
  const buckets = new Map<string, Bucket>();
  const counters = { events: 0, evictedGroups: 0, droppedEvents: 0, lateEvents: 0, incompleteEvents: 0 };

  const read = (
    link: Link,
    position: number,
    ruleId: string,
    field: string,
    event: SigmaEvent,
    fields: Readonly<Record<string, unknown>> | undefined,
  ): unknown => {
    const aliased = link.aliases[position]?.[field] ?? field;
    if (fields !== undefined && Object.hasOwn(fields, aliased)) return fields[aliased];
    const rule = rules.get(ruleId);
    if (rule === undefined) return lookup(event, aliased);
    return lookupFirst(event, resolveField(options.mapping, rule.logsource, aliased)) ?? lookup(event, aliased);
  };

  const open = (link: Link, key: string): Bucket => {
    const known = buckets.get(key);
    if (known !== undefined) {
      buckets.delete(key);
      buckets.set(key, known);
      return known;
    }
    while (buckets.size >= maxGroups) evictOldest();
    const bucket: Bucket = { link, key, group: {}, window: new Window(link.rule, lateness, maxEventsPerGroup) };
    buckets.set(key, bucket);
    return bucket;
  };
  const evictOldest = (): void => {
    const [oldest] = buckets.values();
    if (oldest === undefined) return;
    forget(oldest);
    counters.evictedGroups++;
  };
  const forget = (bucket: Bucket): void => {
    counters.events -= bucket.window.items.length;
    buckets.delete(bucket.key);
  };

  const hitOf = (bucket: Bucket, { items, value }: Found): CorrelationHit => ({
    rule: bucket.link.rule,
    group: bucket.group,
    from: (items[0] as Item).at,
    to: (items.at(-1) as Item).at,
    value,
    count: items.length,
    evidence: items.slice(-MAX_EVIDENCE).flatMap((item) => item.evidence ?? []),
  });

  const feed = (
    link: Link,
    position: number,
    ruleId: string,
    event: SigmaEvent,
    at: number,
    fields: Readonly<Record<string, unknown>> | undefined,
  ): CorrelationHit[] => {
    const group: Record<string, string> = {};
    let key = String(link.index);
    for (const field of link.rule.groupBy) {
      const value = printed(read(link, position, ruleId, field, event, fields));
      if (value === undefined) {
        counters.incompleteEvents++;
        return [];
      }
      group[field] = value;
      key += `\u0000${fold(value)}`;
    }
    const counted = countedValue(link.rule, (field) => read(link, position, ruleId, field, event, fields));
    if (counted === undefined) {
      counters.incompleteEvents++;
      return [];
    }
    const bucket = open(link, key);
    bucket.group = group;
    const evidence = evidenceOf(event);
    const before = bucket.window.items.length;
    const { found, late, dropped } = bucket.window.push({
      at,
      rule: position,
      ...(counted.value === undefined ? {} : { value: counted.value }),
      ...(evidence === undefined ? {} : { evidence }),
    });
    counters.events += bucket.window.items.length - before;
    counters.droppedEvents += dropped;
    if (late) counters.lateEvents++;
    while (counters.events > maxEvents && buckets.size > 1) evictOldest();
    return found === undefined ? [] : chain(hitOf(bucket, found));
  };

  /** A hit, and the hits of the correlations that refer to its correlation. */
  const chain = (hit: CorrelationHit): CorrelationHit[] => [
    hit,
    ...dispatch(hit.rule.id, hit.group, hit.to, undefined),
  ];

  const dispatch = (
    ruleId: string,
    event: SigmaEvent,
    at: number,
    fields: Readonly<Record<string, unknown>> | undefined,
  ): CorrelationHit[] => {
    const targets = byRule.get(ruleId);
    if (targets === undefined) return [];
    return targets.flatMap(({ link, position }) => feed(link, position, ruleId, event, at, fields));
  };

  return {
    issues,
    suppressed,
    get stats() {
      return { groups: buckets.size, ...counters };
    },
    push(ruleId, event, timestampMs, fields) {
      if (!Number.isFinite(timestampMs)) {
        counters.incompleteEvents++;
        return [];
      }
      return dispatch(ruleId, event, timestampMs, fields);
    },
    advance(now) {
      const hits: CorrelationHit[] = [];
      // A copy: chained hits open and touch buckets while we go.
      for (const bucket of Array.from(buckets.values())) {
        const before = bucket.window.items.length;
        for (const found of bucket.window.advance(now)) hits.push(...chain(hitOf(bucket, found)));
        counters.events += bucket.window.items.length - before;
        if (bucket.window.isOver(now)) forget(bucket);
      }
      return hits;
    },
    snapshot(): CorrelatorSnapshot {
      return {
        version: 1,
        counters: { ...counters },
        groups: [...buckets.values()].map(({ link, key, group, window }) => ({
          correlation: link.rule.id,
          key: key.slice(key.indexOf('\u0000') + 1),
          grouped: key.includes('\u0000'),
          group,
          ...window.state(),
        })),
      };
    },
    restore(state) {
      const snapshot = readSnapshot(state);
      buckets.clear();
      Object.assign(counters, snapshot.counters, { events: 0 });
      const byId = new Map(links.map((link) => [link.rule.id, link]));
      for (const saved of snapshot.groups) {
        const link = byId.get(saved.correlation);
        if (link === undefined || saved.items.some((item) => item.rule >= link.rule.rules.length)) continue;
        const bucket = open(link, saved.grouped ? `${link.index}\u0000${saved.key}` : String(link.index));
        bucket.group = { ...saved.group };
        bucket.window.restore(saved);
        counters.events += bucket.window.items.length;
      }
    },
  };
}

function printed(value: unknown): string | undefined {
  const text = textOf(value);
  if (text !== undefined) return text;
  if (!Array.isArray(value) || value.length === 0) return undefined;
  return value.length === 1 ? printed(value[0]) : JSON.stringify(value);
}

/** The value an item carries: nothing, the counted value(s) as text, or a number. Undefined: the event lacks it. */
function countedValue(
  rule: CorrelationRule,
  readField: (field: string) => unknown,
): { value?: string | number } | undefined {
  if (!rule.type.startsWith('value_')) return {};
  if (rule.type === 'value_count') {
    const parts = rule.condition.fields.map((field) => printed(readField(field)));
    return parts.includes(undefined) ? undefined : { value: fold(parts.join('\u0000')) };
  }
  const raw = printed(readField(rule.condition.fields[0] as string));
  const value = raw === undefined || raw.trim() === '' ? Number.NaN : Number(raw);
  return Number.isFinite(value) ? { value } : undefined;
}
