import type { FieldMapping } from '../mapping/field-mapping.ts';
import { textOf } from '../compile/values.ts';
import type { CorrelationRule, SigmaEvent, SigmaIssue, SigmaRule } from '../types.ts';
import { createFeed, keyOf, type Feed } from './feed.ts';
import { GroupTable } from './group-table.ts';
import { Interner } from './interner.ts';
import { Judge } from './judge.ts';
import { linkCorrelations, type Link } from './links.ts';
import { readSnapshot, type CorrelatorSnapshot } from './snapshot.ts';
import { WindowEvents } from './window-events.ts';
import { Windows, type Found } from './windows.ts';

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

type Fields = Readonly<Record<string, unknown>>;

const NO_HITS: readonly CorrelationHit[] = [];

interface Running {
  readonly link: Link;
  readonly windows: Windows;
  /** Folded `group-by` values → row of the group. */
  readonly groups: Map<string, number>;
}

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
  const groups = new GroupTable();
  const events = new WindowEvents(groups);
  const texts = new Interner();
  const counters = { events: 0, evictedGroups: 0, droppedEvents: 0, lateEvents: 0, incompleteEvents: 0 };
  const shared = { groups, events, texts, counters };
  const running = links.map((link): Running => ({
    link,
    windows: new Windows(new Judge(link.rule, texts), shared, { lateness, limit: maxEventsPerGroup }),
    groups: new Map(),
  }));
  const feeds = new Map<string, readonly Feed[]>();
  for (const [id, targets] of byRule) {
    feeds.set(
      id,
      targets.map(({ link, position }) => createFeed(link, position, rules.get(id), options.mapping)),
    );
  }
  const runningOf = (group: number): Running => running[groups.link[group] as number] as Running;

  const open = (one: Running, key: string): number => {
    const known = one.groups.get(key);
    if (known !== undefined) {
      groups.touch(known);
      return known;
    }
    while (groups.size >= maxGroups && groups.size > 0) evictOldest();
    const group = groups.add(one.link.index, key);
    events.open(group);
    one.groups.set(key, group);
    return group;
  };
  const evictOldest = (): void => {
    forget(groups.oldest);
    counters.evictedGroups++;
  };
  const forget = (group: number): void => {
    const { windows, groups: byKey } = runningOf(group);
    windows.clear(group);
    byKey.delete(groups.key[group] as string);
    groups.remove(group);
  };

  const groupOf = (group: number): Record<string, string> => {
    const { groupBy } = runningOf(group).link.rule;
    const label = groups.label[group] as string | readonly string[];
    if (typeof label !== 'string') return Object.fromEntries(groupBy.map((field, at) => [field, label[at] as string]));
    return groupBy.length === 0 ? {} : { [groupBy[0] as string]: label };
  };
  const hitOf = (rule: CorrelationRule, group: Record<string, string>, found: Found): CorrelationHit => ({
    rule,
    group,
    ...found,
  });

  const push = (feed: Feed, event: SigmaEvent, at: number, fields: Fields | undefined): readonly CorrelationHit[] => {
    const label = feed.group(event, fields);
    const counted = label === undefined ? undefined : feed.counted(event, fields);
    if (label === undefined || counted === undefined) {
      counters.incompleteEvents++;
      return NO_HITS;
    }
    const one = running[feed.link.index] as Running;
    const group = open(one, keyOf(label));
    groups.label[group] = label;
    const found = one.windows.push(group, at, feed.position, counted.value, evidenceOf(event));
    // Before others are given up, which could not take this group, but chained hits could.
    const hits = found.length === 0 ? NO_HITS : found.map((each) => hitOf(feed.link.rule, groupOf(group), each));
    while (counters.events > maxEvents && groups.size > 1) evictOldest();
    return hits.length === 0 ? NO_HITS : hits.flatMap(chain);
  };

  /** A hit, and the hits of the correlations that refer to its correlation. */
  const chain = (hit: CorrelationHit): CorrelationHit[] => [
    hit,
    ...dispatch(hit.rule.id, hit.group, hit.to, undefined),
  ];

  const dispatch = (ruleId: string, event: SigmaEvent, at: number, fields: Fields | undefined): CorrelationHit[] => {
    const hits: CorrelationHit[] = [];
    for (const feed of feeds.get(ruleId) ?? []) hits.push(...push(feed, event, at, fields));
    return hits;
  };

  return {
    issues,
    suppressed,
    get stats() {
      return { groups: groups.size, ...counters };
    },
    push(ruleId, event, timestampMs, fields) {
      if (!Number.isFinite(timestampMs)) {
        counters.incompleteEvents++;
        return [];
      }
      return dispatch(ruleId, event, timestampMs, fields);
    },
    advance(now) {
      // First who is concerned: chained hits open, touch and give up groups while we go.
      const due: { group: number; life: number }[] = [];
      for (let group = groups.oldest; group >= 0; group = groups.after(group)) {
        if (runningOf(group).windows.isDue(group, now)) due.push({ group, life: groups.life[group] as number });
      }
      const hits: CorrelationHit[] = [];
      for (const { group, life } of due) {
        if (groups.life[group] !== life) continue;
        const { link, windows } = runningOf(group);
        const label = groupOf(group);
        for (const found of windows.closeOver(group, now)) hits.push(...chain(hitOf(link.rule, label, found)));
        if (groups.life[group] === life && windows.isOver(group, now)) forget(group);
      }
      return hits;
    },
    snapshot(): CorrelatorSnapshot {
      const saved: CorrelatorSnapshot['groups'][number][] = [];
      for (let group = groups.oldest; group >= 0; group = groups.after(group)) {
        const { link, windows } = runningOf(group);
        const lastHit = groups.lastHit[group] as number;
        saved.push({
          correlation: link.rule.id,
          key: groups.key[group] as string,
          grouped: link.rule.groupBy.length > 0,
          group: groupOf(group),
          items: windows.save(group),
          ...(Number.isNaN(lastHit) ? {} : { lastHit }),
        });
      }
      return { version: 1, counters: { ...counters }, groups: saved };
    },
    restore(state) {
      const snapshot = readSnapshot(state);
      while (groups.size > 0) forget(groups.oldest);
      Object.assign(counters, snapshot.counters, { events: 0 });
      const byId = new Map(running.map((one) => [one.link.rule.id, one]));
      for (const { correlation, key, group: label, items, lastHit } of snapshot.groups) {
        const one = byId.get(correlation);
        if (one === undefined || items.some((item) => item.rule >= one.link.rule.rules.length)) continue;
        const group = open(one, key);
        const values = one.link.rule.groupBy.map((field) => label[field] ?? '');
        groups.label[group] = values.length > 1 ? values : (values[0] ?? '');
        one.windows.restore(group, items, lastHit);
      }
    },
  };
}
