import { OUTCOMES, type Outcome } from '../types.ts';

export type OutcomeCounts = Record<Outcome, number>;

export function noOutcomes(): OutcomeCounts {
  return Object.fromEntries(OUTCOMES.map((outcome) => [outcome, 0])) as OutcomeCounts;
}

export const rankOf = (outcome: Outcome): number => OUTCOMES.indexOf(outcome);

/** How outcomes of one decision maker turn into those of another: `matrix[before][after]`. */
export type OutcomeMatrix = Record<Outcome, OutcomeCounts>;

export function noChanges(): OutcomeMatrix {
  return Object.fromEntries(OUTCOMES.map((outcome) => [outcome, noOutcomes()])) as OutcomeMatrix;
}

export function addTo(counts: Map<string, number>, key: string, amount = 1): void {
  counts.set(key, (counts.get(key) ?? 0) + amount);
}

/** Most frequent first. */
export function sorted(counts: ReadonlyMap<string, number>): Record<string, number> {
  return Object.fromEntries([...counts].toSorted((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)));
}
