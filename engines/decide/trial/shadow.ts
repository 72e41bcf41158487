import type { DecideContext } from '../rules/compile-rule-set.ts';
import type { Decision, FeatureRow } from '../types.ts';
import type { Decider } from './decider.ts';
import { addTo, noChanges, noOutcomes, rankOf, sorted, type OutcomeCounts, type OutcomeMatrix } from './tally.ts';

export interface ShadowOptions {
  /** Differing cases kept for looking at; default 50, spread evenly over all that differ. */
  readonly examples?: number;
}

export interface ShadowExample {
  readonly at: number;
  readonly champion: Decision;
  readonly candidate: Decision;
}

export interface ShadowReport {
  readonly champion: string;
  readonly candidate: string;
  readonly decisions: number;
  readonly same: number;
  readonly harder: number;
  readonly milder: number;
  readonly outcomes: { readonly champion: OutcomeCounts; readonly candidate: OutcomeCounts };
  /** `changes[champion][candidate]`. */
  readonly changes: OutcomeMatrix;
  /** How often each reason code fired. */
  readonly reasons: {
    readonly champion: Readonly<Record<string, number>>;
    readonly candidate: Readonly<Record<string, number>>;
  };
  /** Candidate's score minus the champion's. */
  readonly meanScoreChange: number;
  /** Decisions on which the candidate threw; the champion's stood. */
  readonly failures: number;
  readonly examples: readonly ShadowExample[];
}

/** A candidate running beside the champion on live traffic, without effect. */
export interface Shadow {
  /** The champion's decision; the candidate's is only compared. */
  decide(row: FeatureRow, context: DecideContext): Decision;
  report(): ShadowReport;
}

/**
 * Runs a candidate in the champion's shadow. Whatever the candidate does, even throwing, the champion's decision stands.
 *
 * @example
 * ```ts
 * import { compileRuleSet, createDecider, parseRuleSet, shadow } from '@xinglin/decide';
 *
 * const decider = (limit: number) => {
 *   const { document } = parseRuleSet(`feature n number\nthreshold verify from 1\nscore 1 reason MANY when n > ${limit}`);
 *   return createDecider({ rules: compileRuleSet(document) });
 * };
 * const pair = shadow(decider(10), decider(5));
 * pair.decide({ n: 7 }, { now: 0 }).outcome; // 'allow'
 * pair.report().harder; // 1
 * ```
 */
export function shadow(champion: Decider, candidate: Decider, options: ShadowOptions = {}): Shadow {
  const limit = options.examples ?? 50;
  const outcomes = { champion: noOutcomes(), candidate: noOutcomes() };
  const changes = noChanges();
  const reasons = { champion: new Map<string, number>(), candidate: new Map<string, number>() };
  const examples: ShadowExample[] = [];
  let [decisions, same, harder, milder, failures, scoreChange] = [0, 0, 0, 0, 0, 0];
  let stride = 1;
  let differing = 0;

  const compare = (at: number, first: Decision, second: Decision): void => {
    outcomes.candidate[second.outcome]++;
    changes[first.outcome][second.outcome]++;
    for (const { code } of second.reasons) addTo(reasons.candidate, code);
    scoreChange += second.score - first.score;
    const step = rankOf(second.outcome) - rankOf(first.outcome);
    if (step === 0) {
      same++;
      return;
    }
    if (step > 0) harder++;
    else milder++;
    if (differing++ % stride !== 0 || limit < 1) return;
    examples.push({ at, champion: first, candidate: second });
    if (examples.length <= limit) return;
    // Every second one goes, and from now on only every second comes: evenly spread whatever the length of the run.
    examples.splice(0, examples.length, ...examples.filter((_, index) => index % 2 === 0));
    stride *= 2;
  };

  return {
    decide(row, context) {
      const first = champion.decide(row, context);
      decisions++;
      outcomes.champion[first.outcome]++;
      for (const { code } of first.reasons) addTo(reasons.champion, code);
      try {
        compare(context.now, first, candidate.decide(row, context));
      } catch {
        failures++;
      }
      return first;
    },
    report: () => ({
      champion: champion.version,
      candidate: candidate.version,
      decisions,
      same,
      harder,
      milder,
      outcomes: structuredClone(outcomes),
      changes: structuredClone(changes),
      reasons: { champion: sorted(reasons.champion), candidate: sorted(reasons.candidate) },
      meanScoreChange: decisions === failures ? 0 : scoreChange / (decisions - failures),
      failures,
      examples: [...examples],
    }),
  };
}
