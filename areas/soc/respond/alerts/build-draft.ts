import type { Hit, RuleBook, RuleInfo } from '../../detect/hit.ts';
import { assetKey } from '../context/directory.ts';
import type { AssetInfo, AssetQuery, IndicatorInfo } from '../context/directory.ts';
import { entitiesOf } from '../context/entities.ts';
import type { EventEntity } from '../context/entities.ts';
import {
  FIRST_EVIDENCE,
  LATEST_EVIDENCE,
  MOST_SOURCES,
  betterAsset,
  boundEvidence,
  compareEvents,
  mergeEntities,
} from './draft.ts';
import type { AlertDraft, CountedEntity, Evidence, MatchedAsset } from './draft.ts';
import { safeText, snapshot } from './snapshot.ts';

/** What the registers say, looked up beforehand for a whole flush. */
export interface Registers {
  readonly rules: RuleBook;
  readonly assets: ReadonlyMap<string, AssetInfo | undefined>;
  readonly indicators: ReadonlyMap<string, IndicatorInfo>;
}

const ASSET_RANK: Readonly<Record<string, number>> = { 'ip:target': 3, 'host:target': 2, 'ip:source': 1 };

/** Addresses and names of a hit that may be assets. */
export function assetQueries(hit: Hit): AssetQuery[] {
  return entitiesOf(hit.event)
    .filter((entity) => assetRank(entity) > 0)
    .map((entity) => ({ tenant: hit.tenant, value: entity.value }));
}

/** Sums hits of one dedup key, which share rule or indicator. Only the earliest is explained: explaining costs more than counting. */
export function buildDraft(
  hits: readonly Hit[],
  group: Readonly<Record<string, string>>,
  registers: Registers,
): AlertDraft {
  const sorted = hits.toSorted(compareEvents);
  const earliest = sorted[0];
  if (earliest === undefined) throw new Error('buildDraft needs a hit');
  const rule = registers.rules.get(earliest.ruleId, earliest.tenant);
  const indicator = earliest.indicatorId === undefined ? undefined : registers.indicators.get(earliest.indicatorId);
  const intel = earliest.kind === 'intel';
  const sums = new EntitySums();
  const sources = new Set<string>();
  let asset: MatchedAsset | undefined;
  let firstSeen = Number.POSITIVE_INFINITY;
  let lastSeen = Number.NEGATIVE_INFINITY;
  for (const hit of sorted) {
    sums.add(entitiesOf(hit.event));
    // The events before the last one of a correlation name entities, but are no further hits.
    for (const item of hit.correlation?.events ?? [])
      if (compareEvents(item, hit) !== 0) sums.add(entitiesOf(item.event));
    sources.add(hit.sourceId);
    asset = betterAsset(asset, bestAsset(hit, registers.assets));
    firstSeen = Math.min(firstSeen, hit.ts, hit.correlation?.from ?? hit.ts);
    lastSeen = Math.max(lastSeen, hit.ts, hit.correlation?.to ?? hit.ts);
  }
  const ends = sorted.length <= ENDS ? sorted : [...sorted.slice(0, FIRST_EVIDENCE), ...sorted.slice(-LATEST_EVIDENCE)];
  return {
    count: sorted.length,
    firstSeen,
    lastSeen,
    entities: mergeEntities(sums.list(), []),
    level: intel ? (indicator?.severity ?? 'medium') : (rule?.level ?? 'medium'),
    asset,
    confidence: intel ? (indicator?.confidence ?? 50) : undefined,
    sources: [...sources].toSorted().slice(0, MOST_SOURCES),
    explanation: explain(earliest, rule, group, registers),
    explained: { ts: earliest.ts, batch: earliest.batch, seq: earliest.seq },
    evidence: boundEvidence([...ends, ...sorted.flatMap((hit) => hit.correlation?.events ?? [])].map(evidenceOf)),
  };
}

const ENDS = FIRST_EVIDENCE + LATEST_EVIDENCE;

/** Counts entities of many events in one pass. */
class EntitySums {
  readonly #sums = new Map<string, EventEntity & { count: number }>();

  add(entities: readonly EventEntity[]): void {
    for (const { type, value, role } of entities) {
      const key = `${type}\0${value}\0${role}`;
      const known = this.#sums.get(key);
      if (known === undefined) this.#sums.set(key, { type, value: safeText(value), role, count: 1 });
      else known.count += 1;
    }
  }

  list(): CountedEntity[] {
    return [...this.#sums.values()];
  }
}

function evidenceOf(item: Evidence): Evidence {
  return { ts: item.ts, batch: item.batch, seq: item.seq, event: item.event };
}

function assetRank(entity: EventEntity): number {
  return ASSET_RANK[`${entity.type}:${entity.role}`] ?? 0;
}

function bestAsset(hit: Hit, assets: Registers['assets']): MatchedAsset | undefined {
  let best: MatchedAsset | undefined;
  for (const entity of entitiesOf(hit.event)) {
    const rank = assetRank(entity);
    const info = rank === 0 ? undefined : assets.get(assetKey({ tenant: hit.tenant, value: entity.value }));
    if (info === undefined) continue;
    const better =
      best === undefined ||
      info.importance > best.importance ||
      (info.importance === best.importance && rank > best.rank);
    if (better) best = { assetId: info.id, systemId: info.systemId, importance: info.importance, rank };
  }
  return best;
}

/** Why there is an alert: rule and version, what matched, the correlation's window, or the indicator. Severity is added when the row is written. */
function explain(
  hit: Hit,
  rule: RuleInfo | undefined,
  group: Readonly<Record<string, string>>,
  registers: Registers,
): Record<string, unknown> {
  const indicator = hit.indicatorId === undefined ? undefined : registers.indicators.get(hit.indicatorId);
  const why: Record<string, unknown> = {
    kind: hit.kind,
    grouping: group,
    event: { id: `${hit.batch}-${hit.seq}`, ts: hit.ts, batch: hit.batch, seq: hit.seq },
  };
  if (hit.kind === 'intel') {
    why['indicator'] = {
      id: hit.indicatorId,
      field: hit.indicatorField,
      matched: hit.indicatorValue,
      ...(indicator && {
        feed: indicator.feed,
        type: indicator.type,
        value: indicator.value,
        severity: indicator.severity,
        confidence: indicator.confidence,
        labels: indicator.labels,
        description: indicator.description,
      }),
    };
    return snapshot(why);
  }
  why['rule'] = rule
    ? { id: rule.id, version: rule.version, title: rule.title, titleZh: rule.titleZh, level: rule.level }
    : { id: hit.ruleId, missing: true };
  if (hit.correlation !== undefined) {
    const { group: by, count, from, to } = hit.correlation;
    why['correlation'] = {
      group: by,
      count,
      from: new Date(from).toISOString(),
      to: new Date(to).toISOString(),
      seconds: Math.round((to - from) / 1000),
    };
  }
  if (rule?.kind === 'rule') why['matched'] = registers.rules.explain(hit.ruleId, hit.event);
  return snapshot(why);
}
