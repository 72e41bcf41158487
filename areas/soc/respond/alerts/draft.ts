import type { EventEntity } from '../context/entities.ts';
import { LEVEL_ORDER } from '../context/severity.ts';
import type { Level } from '../../contract.ts';

/** The address of an event, and its place in time: the order in which evidence and explanations are chosen. */
export interface EventKey {
  readonly ts: number;
  readonly batch: string;
  readonly seq: number;
}

export interface Evidence extends EventKey {
  readonly event: Readonly<Record<string, unknown>>;
}

export interface CountedEntity extends EventEntity {
  readonly count: number;
}

export interface MatchedAsset {
  readonly assetId: string | null;
  readonly systemId: string | null;
  readonly importance: number;
  /** Target before host before source, for a choice that does not depend on order. */
  readonly rank: number;
}

/**
 * What some hits of one dedup key add up to. Drafts form a commutative, idempotent-by-event sum: whichever way hits are cut into
 * batches and ordered, the same set of events gives the same alert (see draft.test.ts).
 */
export interface AlertDraft {
  readonly count: number;
  readonly firstSeen: number;
  readonly lastSeen: number;
  readonly entities: readonly CountedEntity[];
  readonly level: Level;
  readonly asset: MatchedAsset | undefined;
  readonly confidence: number | undefined;
  readonly sources: readonly string[];
  /** Explanation of the earliest hit, with that hit's address. */
  readonly explanation: Readonly<Record<string, unknown>>;
  readonly explained: EventKey;
  readonly evidence: readonly Evidence[];
}

/** Evidence kept per alert: the first and the latest events. `count` goes on. */
export const FIRST_EVIDENCE = 20;
export const LATEST_EVIDENCE = 10;
/** Values kept per entity type and role. */
export const MOST_ENTITIES = 20;
export const MOST_SOURCES = 32;

export function mergeDrafts(a: AlertDraft, b: AlertDraft): AlertDraft {
  const earlier = compareEvents(a.explained, b.explained) <= 0 ? a : b;
  return {
    count: a.count + b.count,
    firstSeen: Math.min(a.firstSeen, b.firstSeen),
    lastSeen: Math.max(a.lastSeen, b.lastSeen),
    entities: mergeEntities(a.entities, b.entities),
    level: LEVEL_ORDER.indexOf(a.level) >= LEVEL_ORDER.indexOf(b.level) ? a.level : b.level,
    asset: betterAsset(a.asset, b.asset),
    confidence: a.confidence === undefined ? b.confidence : Math.max(a.confidence, b.confidence ?? 0),
    sources: [...new Set([...a.sources, ...b.sources])].toSorted().slice(0, MOST_SOURCES),
    explanation: earlier.explanation,
    explained: earlier.explained,
    evidence: boundEvidence([...a.evidence, ...b.evidence]),
  };
}

export function compareEvents(a: EventKey, b: EventKey): number {
  if (a.ts !== b.ts) return a.ts - b.ts;
  if (a.batch !== b.batch) return a.batch < b.batch ? -1 : 1;
  return a.seq - b.seq;
}

/** The first {@link FIRST_EVIDENCE} and the latest {@link LATEST_EVIDENCE}, each event once, in order of time. */
export function boundEvidence(evidence: readonly Evidence[]): readonly Evidence[] {
  const sorted = evidence.toSorted(compareEvents);
  const unique = sorted.filter((item, index) => {
    const before = sorted[index - 1];
    return before === undefined || compareEvents(before, item) !== 0;
  });
  if (unique.length <= FIRST_EVIDENCE + LATEST_EVIDENCE) return unique;
  return [...unique.slice(0, FIRST_EVIDENCE), ...unique.slice(-LATEST_EVIDENCE)];
}

/**
 * Adds counts. Of each type and role at most {@link MOST_ENTITIES} values stay, chosen by a fixed order of values: what was once
 * left out is never taken in later with a count that starts in the middle, and no address range is favoured.
 */
export function mergeEntities(a: readonly CountedEntity[], b: readonly CountedEntity[]): readonly CountedEntity[] {
  const kinds = new Map<string, Map<string, CountedEntity>>();
  for (const entity of [...a, ...b]) {
    const kind = `${entity.type}:${entity.role}`;
    let values = kinds.get(kind);
    if (values === undefined) kinds.set(kind, (values = new Map()));
    const known = values.get(entity.value);
    values.set(entity.value, known === undefined ? entity : { ...known, count: known.count + entity.count });
  }
  return [...kinds.keys()].toSorted().flatMap((kind) => {
    const values = [...(kinds.get(kind)?.values() ?? [])];
    const kept = values.toSorted((x, y) => spread(x.value) - spread(y.value) || (x.value < y.value ? -1 : 1));
    return kept.slice(0, MOST_ENTITIES);
  });
}

/** FNV-1a: an order of values that has nothing to do with what they mean. */
function spread(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193) >>> 0;
  return hash;
}

/** The more important; between equals the one attacked rather than attacking, then by id. */
export function betterAsset(a: MatchedAsset | undefined, b: MatchedAsset | undefined): MatchedAsset | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  const order = b.importance - a.importance || b.rank - a.rank || ((a.assetId ?? '') < (b.assetId ?? '') ? -1 : 1);
  return order <= 0 ? a : b;
}
