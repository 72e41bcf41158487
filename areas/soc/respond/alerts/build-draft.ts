import type { Hit, RuleBook, RuleInfo } from '../../detect/hit.ts';
import { assetKey } from '../context/directory.ts';
import type { AssetInfo, AssetQuery, IndicatorInfo } from '../context/directory.ts';
import { entitiesOf } from '../context/entities.ts';
import type { EventEntity } from '../context/entities.ts';
import { boundEvidence, compareEvents, mergeDrafts, mergeEntities } from './draft.ts';
import type { AlertDraft, Evidence, MatchedAsset } from './draft.ts';
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

/** Sums hits of one dedup key. Only the earliest is explained: explaining costs more than counting. */
export function buildDraft(
  hits: readonly Hit[],
  group: Readonly<Record<string, string>>,
  registers: Registers,
): AlertDraft {
  const sorted = hits.toSorted(compareEvents);
  const [earliest] = sorted;
  if (earliest === undefined) throw new Error('buildDraft needs a hit');
  const rule = registers.rules.get(earliest.ruleId, earliest.tenant);
  const drafts = sorted.map((hit) => draftOf(hit, rule, registers));
  const sum = reduce(drafts);
  return { ...sum, explanation: explain(earliest, rule, group, registers) };
}

/** Pairwise rather than from the left: the cost of merging entity lists stays linear. */
function reduce(drafts: readonly AlertDraft[]): AlertDraft {
  let level = drafts;
  while (level.length > 1) {
    const next: AlertDraft[] = [];
    for (let index = 0; index < level.length; index += 2) {
      const a = level[index];
      const b = level[index + 1];
      if (a !== undefined) next.push(b === undefined ? a : mergeDrafts(a, b));
    }
    level = next;
  }
  const [sum] = level;
  if (sum === undefined) throw new Error('nothing to sum');
  return sum;
}

function draftOf(hit: Hit, rule: RuleInfo | undefined, registers: Registers): AlertDraft {
  const indicator = hit.indicatorId === undefined ? undefined : registers.indicators.get(hit.indicatorId);
  const extra = hit.correlation?.events ?? [];
  const entities = entitiesOf(hit.event).map((entity) => ({ ...entity, value: safeText(entity.value), count: 1 }));
  // The events before the last one of a correlation name entities, but are no further hits.
  const others = extra
    .filter((item) => compareEvents(item, hit) !== 0)
    .map((item) => entitiesOf(item.event).map((entity) => ({ ...entity, value: safeText(entity.value), count: 1 })));
  return {
    count: 1,
    firstSeen: hit.correlation === undefined ? hit.ts : Math.min(hit.ts, hit.correlation.from),
    lastSeen: hit.correlation === undefined ? hit.ts : Math.max(hit.ts, hit.correlation.to),
    entities: others.reduce<AlertDraft['entities']>((sum, next) => mergeEntities(sum, next), entities),
    level: hit.kind === 'intel' ? (indicator?.severity ?? 'medium') : (rule?.level ?? 'medium'),
    asset: bestAsset(hit, registers.assets),
    confidence: hit.kind === 'intel' ? (indicator?.confidence ?? 50) : undefined,
    sources: [hit.sourceId],
    explanation: {},
    explained: { ts: hit.ts, batch: hit.batch, seq: hit.seq },
    evidence: boundEvidence([...extra, hit].map(evidenceOf)),
  };
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
