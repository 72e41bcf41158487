/** Correlation rules over the hits of each institution apart: a group never mixes two hospitals. */
import { createCorrelator, ecsMapping } from '@xinglin/sigma';
import type { CorrelationHit, Correlator } from '@xinglin/sigma';
import type { HitEvent } from './hit.ts';
import type { RuleSet } from './rule-set.ts';

/** A correlation that became true, with its events as far as they are still remembered. */
export interface CorrelationFound {
  readonly ruleId: string;
  readonly group: Readonly<Record<string, string>>;
  readonly count: number;
  readonly from: number;
  readonly to: number;
  readonly events: readonly HitEvent[];
}

export interface CorrelationBook {
  /** True when a correlation looks at the rule; others need not be pushed. */
  feeds(ruleId: string): boolean;
  push(tenant: string, ruleId: string, event: HitEvent): CorrelationFound[];
  /** Closes windows that wait for their end. `now` in epoch milliseconds. */
  advance(now: number): { tenant: string; found: CorrelationFound }[];
  /** Longest time a correlation looks back, milliseconds. */
  readonly lookback: number;
  readonly groups: number;
  /** What is remembered, to go on with under other rules. */
  memory(): CorrelationMemory;
}

export interface CorrelationMemory {
  readonly tenants: ReadonlyMap<string, unknown>;
  readonly events: ReadonlyMap<string, HitEvent>;
}

/** Events kept so that a correlation can show what it consists of. */
const MAX_REMEMBERED = 50_000;
const LIMITS = { maxGroups: 20_000, maxEvents: 200_000, maxEventsPerGroup: 10_000 };

/** With `memory`, windows of correlations that still exist go on where they were. */
export function createCorrelationBook(set: RuleSet, memory?: CorrelationMemory): CorrelationBook {
  const byTenant = new Map<string, Correlator>();
  const remembered = new Map<string, HitEvent>(memory?.events);
  const feeding = new Set<string>();
  const named = new Map([...set.rules, ...set.correlations].map((rule) => [rule.name ?? rule.id, rule.id]));
  for (const correlation of set.correlations)
    for (const reference of correlation.rules) feeding.add(named.get(reference) ?? reference);
  let current = '';

  function correlatorOf(tenant: string): Correlator {
    let correlator = byTenant.get(tenant);
    if (correlator === undefined) {
      correlator = createCorrelator(set.correlations, {
        ...LIMITS,
        rules: set.rules,
        mapping: ecsMapping,
        evidence: () => current,
      });
      byTenant.set(tenant, correlator);
    }
    return correlator;
  }

  for (const [tenant, state] of memory?.tenants ?? []) correlatorOf(tenant).restore(state);

  // A ring names the oldest: asking a Map for its first key walks over all it has deleted before it.
  const ring: (string | undefined)[] = [...remembered.keys()];
  let oldest = 0;
  function remember(id: string, event: HitEvent): void {
    if (remembered.has(id)) return;
    if (ring.length < MAX_REMEMBERED) ring.push(id);
    else {
      const gone = ring[oldest];
      if (gone !== undefined) remembered.delete(gone);
      ring[oldest] = id;
      oldest = (oldest + 1) % MAX_REMEMBERED;
    }
    remembered.set(id, event);
  }

  function found(hit: CorrelationHit): CorrelationFound {
    return {
      ruleId: hit.rule.id,
      group: hit.group,
      count: hit.rule.type.startsWith('value_') ? hit.value : hit.count,
      from: hit.from,
      to: hit.to,
      events: [...new Set(hit.evidence)].flatMap((id) => remembered.get(id) ?? []),
    };
  }

  return {
    feeds: (ruleId) => feeding.has(ruleId),
    push(tenant, ruleId, event) {
      current = `${event.batch}-${event.seq}`;
      remember(current, event);
      return correlatorOf(tenant).push(ruleId, event.event, event.ts).map(found);
    },
    advance: (now) =>
      [...byTenant].flatMap(([tenant, correlator]) =>
        correlator.advance(now).map((hit) => ({ tenant, found: found(hit) })),
      ),
    lookback: set.correlations.reduce((longest, rule) => Math.max(longest, rule.timespan), 0),
    get groups() {
      let sum = 0;
      for (const correlator of byTenant.values()) sum += correlator.stats.groups;
      return sum;
    },
    memory: () => ({
      tenants: new Map([...byTenant].map(([tenant, correlator]) => [tenant, correlator.snapshot()])),
      events: remembered,
    }),
  };
}
