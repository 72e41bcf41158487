import { isInternalIp } from '../context/entities.ts';
import { furthestStage, stageOf } from './attack-stages.ts';

/** An alert or an incident, as far as joining is concerned. */
export interface Side {
  readonly entities: readonly { readonly type: string; readonly value: string; readonly role?: string }[];
  readonly tactics: readonly string[];
  /** Event time, epoch milliseconds. */
  readonly from: number;
  readonly to: number;
}

export interface ScoreContext {
  /** In how many other stories (incidents, or alerts of no incident) of the institution the entity appeared in the last week. */
  readonly frequency: (type: string, value: string) => number;
  /** The register's name of the thing behind an address or host name, so that `pc-33` and `10.1.9.33` meet. */
  readonly assetOf: (type: string, value: string) => string | undefined;
  /** Firewalls, NAT gateways, DNS servers: everything passes through them. */
  readonly isInfrastructure: (type: string, value: string) => boolean;
}

export interface Factor {
  readonly type: string;
  readonly value: string;
  /** Of the kind of entity, before discounts. */
  readonly weight: number;
  /** 0..1, from how common the entity is. */
  readonly discount: number;
  readonly frequency: number;
  /** Attacked in one, attacking in the other. */
  readonly pivot: boolean;
}

/** A score with everything that made it, kept in the incident's timeline. */
export interface JoinScore {
  readonly score: number;
  readonly factors: readonly Factor[];
  readonly gapSeconds: number;
  readonly decay: number;
  readonly progression: number;
}

/** From here an alert joins an incident; two of these scores at or above STRONG merge untouched incidents by themselves. */
export const JOIN = 0.5;
export const STRONG = 0.8;
/** Stories further apart than this are not compared. */
export const WINDOW_MS = 24 * 3_600_000;
const DECAY_MS = 12 * 3_600_000;

/** Weights before discounts. An inside machine or a file's hash nearly makes a story by itself; an outside address or a process name does not. */
export const ENTITY_WEIGHTS = {
  'ip:internal': 0.75,
  'ip:external': 0.45,
  host: 0.75,
  user: 0.6,
  hash: 0.8,
  session: 0.8,
  domain: 0.5,
  url: 0.5,
  file: 0.3,
  process: 0.1,
} as const;
/** Accounts that exist everywhere say little about who acted. */
const COMMON_USER =
  /^(root|admin|administrator|system|sa|guest|nobody|anonymous|www-data|postgres|mysql|local service|network service|.*\$)$/;
const COMMON_USER_WEIGHT = 0.15;
const INFRASTRUCTURE_FACTOR = 0.3;
const PIVOT_FACTOR = 1.1;

/**
 * How much an alert belongs to an incident, 0..1:
 *
 * `score = (1 − ∏ (1 − weight × discount)) × decay × progression`
 *
 * - one factor per shared entity; `discount = 1 / (1 + log2(1 + frequency / 4))`, × 0.3 for network and security devices, × 1.1 for a pivot
 *   (a target that turned attacker);
 * - `decay = e^(−gap / 12 h)`, gap being the time between the two spans (0 when they overlap);
 * - `progression` 1.2 when the alert takes the story to a later ATT&CK tactic, 1.1 for a tactic it did not have, else 1.
 */
export function scoreJoin(alert: Side, incident: Side, context: ScoreContext): JoinScore {
  const factors = sharedFactors(alert, incident, context);
  const together =
    1 - factors.reduce((rest, { weight, discount }) => rest * (1 - Math.min(0.95, weight * discount)), 1);
  const gap = Math.max(0, Math.max(alert.from, incident.from) - Math.min(alert.to, incident.to));
  const decay = Math.exp(-gap / DECAY_MS);
  const progression = progressionOf(alert.tactics, incident.tactics);
  const score = gap > WINDOW_MS ? 0 : Math.min(1, together * decay * progression);
  return { score: round(score), factors, gapSeconds: Math.round(gap / 1000), decay: round(decay), progression };
}

function sharedFactors(alert: Side, incident: Side, context: ScoreContext): Factor[] {
  const key = (entity: { type: string; value: string }): string => {
    const asset = context.assetOf(entity.type, entity.value);
    return asset === undefined ? `${entity.type}:${entity.value}` : `asset:${asset}`;
  };
  const theirs = Map.groupBy(incident.entities, key);
  const factors: Factor[] = [];
  for (const [shared, mine] of Map.groupBy(alert.entities, key)) {
    const others = theirs.get(shared);
    const [entity] = mine;
    if (others === undefined || entity === undefined) continue;
    const frequency = Math.min(...mine.map(({ type, value }) => context.frequency(type, value)));
    const infrastructure = mine.some(({ type, value }) => context.isInfrastructure(type, value));
    const attacks = (list: Side['entities']): boolean => list.some(({ role }) => role === 'source');
    const suffers = (list: Side['entities']): boolean => list.some(({ role }) => role === 'target');
    const pivot =
      (attacks(mine) && suffers(others) && !suffers(mine)) || (suffers(mine) && attacks(others) && !attacks(mine));
    const discount =
      (1 / (1 + Math.log2(1 + frequency / 4))) *
      (infrastructure ? INFRASTRUCTURE_FACTOR : 1) *
      (pivot ? PIVOT_FACTOR : 1);
    const weight = Math.max(...mine.map(weightOf));
    factors.push({ type: entity.type, value: entity.value, weight, discount: round(discount), frequency, pivot });
  }
  return factors.toSorted((a, b) => b.weight * b.discount - a.weight * a.discount);
}

function weightOf({ type, value }: { type: string; value: string }): number {
  if (type === 'ip') return ENTITY_WEIGHTS[isInternalIp(value) ? 'ip:internal' : 'ip:external'];
  if (type === 'user' && COMMON_USER.test(value)) return COMMON_USER_WEIGHT;
  return ENTITY_WEIGHTS[type as Exclude<keyof typeof ENTITY_WEIGHTS, 'ip:internal' | 'ip:external'>] ?? 0;
}

function progressionOf(alert: readonly string[], incident: readonly string[]): number {
  const stage = furthestStage(alert);
  if (stage < 0) return 1;
  if (furthestStage(incident) >= 0 && stage > furthestStage(incident)) return 1.2;
  const known = new Set(incident.map(stageOf));
  return alert.some((tactic) => stageOf(tactic) >= 0 && !known.has(stageOf(tactic))) ? 1.1 : 1;
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
