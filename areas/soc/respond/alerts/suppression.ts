import type { State } from '@xinglin/platform/state';
import { covers } from '@xinglin/platform/access';
import { valuesOf } from '../context/entities.ts';
import type { EventFields } from '../context/entities.ts';
import { cidrMatcher } from './address.ts';

export interface Condition {
  readonly field: string;
  readonly op: 'equals' | 'cidr' | 'wildcard';
  readonly value: string;
}

export interface ActiveSuppression {
  readonly id: string;
  /** Applies in this subtree. */
  readonly tenant: string;
  readonly ruleId: string | null;
  readonly conditions: readonly Condition[];
}

export interface SuppressibleHit {
  readonly tenant: string;
  readonly ruleId: string;
  readonly event: EventFields;
}

/** A suppression ready to be asked: scope, rule and every condition must hold. */
export interface SuppressionMatcher {
  readonly id: string;
  readonly tenant: string;
  matches(hit: SuppressibleHit): boolean;
  /** The conditions alone, for one event. */
  holds(event: EventFields): boolean;
}

export function suppressionMatcher(suppression: ActiveSuppression): SuppressionMatcher {
  const tests = suppression.conditions.map(conditionTest);
  const holds = (event: EventFields): boolean => tests.every((test) => test(event));
  return {
    id: suppression.id,
    tenant: suppression.tenant,
    holds,
    matches: (hit) =>
      (suppression.ruleId === null || suppression.ruleId === hit.ruleId) &&
      covers(suppression.tenant, hit.tenant) &&
      holds(hit.event),
  };
}

/** A condition holds when any value of the field satisfies it; a field that is absent satisfies nothing. Text is compared without case. */
function conditionTest(condition: Condition): (event: EventFields) => boolean {
  const test = valueTest(condition);
  return (event) => valuesOf(event[condition.field]).some(test);
}

function valueTest({ op, value }: Condition): (text: string) => boolean {
  const wanted = value.toLowerCase();
  if (op === 'equals') return (text) => text.toLowerCase() === wanted;
  if (op === 'cidr') return cidrMatcher(value) ?? (() => false);
  return globMatcher(wanted);
}

/** `*` any run, `?` one character. Written out, not as a regular expression: a user's pattern cannot make it slow. */
export function globMatcher(pattern: string): (text: string) => boolean {
  return (raw) => {
    const text = raw.toLowerCase();
    let p = 0;
    let star = -1;
    let mark = 0;
    for (let t = 0; t < text.length;) {
      if (p < pattern.length && (pattern[p] === '?' || (pattern[p] === text[t] && pattern[p] !== '*'))) {
        p++;
        t++;
      } else if (pattern[p] === '*') {
        star = p++;
        mark = t;
      } else if (star >= 0) {
        p = star + 1;
        t = ++mark;
      } else return false;
    }
    while (pattern[p] === '*') p++;
    return p === pattern.length;
  };
}

/** The suppressions in force, reread when told or after five seconds (another process may have changed them). */
export interface SuppressionBook {
  /** The first that hides the hit, oldest first. */
  find(hit: SuppressibleHit): string | undefined;
  refresh(force?: boolean): Promise<void>;
}

const FRESH_MS = 5_000;

export function createSuppressionBook(state: State, now: () => Date): SuppressionBook {
  let matchers: SuppressionMatcher[] = [];
  let readAt = Number.NEGATIVE_INFINITY;
  return {
    find: (hit) => matchers.find((matcher) => matcher.matches(hit))?.id,
    async refresh(force = false) {
      const time = now();
      if (!force && time.getTime() - readAt < FRESH_MS) return;
      readAt = time.getTime();
      const rows = await state.machine((tx) =>
        tx
          .selectFrom('soc_suppression')
          .select(['id', 'tenant', 'rule_id', 'conditions'])
          .where('ended_at', 'is', null)
          .where('expires_at', '>', time)
          .orderBy('id')
          .execute(),
      );
      matchers = rows.map((row) =>
        suppressionMatcher({ id: row.id, tenant: row.tenant, ruleId: row.rule_id, conditions: row.conditions }),
      );
    },
  };
}
