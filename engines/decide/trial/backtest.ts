import type { EntityLists } from '../rules/entity-lists.ts';
import type { Entities, FeatureRow, Outcome } from '../types.ts';
import type { Decider } from './decider.ts';
import { addTo, noChanges, noOutcomes, rankOf, sorted, type OutcomeCounts, type OutcomeMatrix } from './tally.ts';

/** A decision as it was recorded, and what became known later. */
export interface RecordedDecision {
  readonly at: number;
  readonly row: FeatureRow;
  readonly outcome?: Outcome;
  readonly entities?: Entities;
  /** 1 attacker, 0 honest, when known. */
  readonly label?: 0 | 1;
  /** Population, hospital, attacker family: what to break the report down by. */
  readonly group?: string;
}

export interface BacktestOptions {
  readonly lists?: EntityLists;
  /** From here on a decision against an honest person counts as a false block. Default `review`. */
  readonly blockFrom?: Outcome;
  /** From here on as a false challenge. Default `verify`. */
  readonly challengeFrom?: Outcome;
}

export interface LabelReport {
  readonly honest: number;
  readonly attackers: number;
  readonly falseBlocks: number;
  readonly falseChallenges: number;
  /** Attackers blocked, challenged (blocked ones included). */
  readonly caughtByBlock: number;
  readonly caughtByChallenge: number;
}

export interface BacktestSlice extends LabelReport {
  readonly decisions: number;
  readonly outcomes: OutcomeCounts;
  readonly recorded: OutcomeCounts;
  /** Of decisions with a recorded outcome. */
  readonly same: number;
  readonly harder: number;
  readonly milder: number;
}

export interface BacktestReport extends BacktestSlice {
  readonly decider: string;
  /** `changes[recorded][now]`. */
  readonly changes: OutcomeMatrix;
  /** How often each reason code fired, most frequent first. */
  readonly byReason: Readonly<Record<string, number>>;
  /** The same, among decisions that became harder. */
  readonly harderByReason: Readonly<Record<string, number>>;
  readonly byGroup: Readonly<Record<string, BacktestSlice>>;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/**
 * What a rule set or model would have decided on recorded traffic, against what was decided, by reason and by group. Reads
 * the rows once, keeps none.
 *
 * @example
 * ```ts
 * import { backtest, compileRuleSet, createDecider, parseRuleSet } from '@xinglin/decide';
 *
 * const { document } = parseRuleSet(`feature n number\nthreshold verify from 1\nscore 1 reason MANY when n > 5`);
 * const report = backtest(createDecider({ rules: compileRuleSet(document) }), [
 *   { at: 0, row: { n: 9 }, outcome: 'allow', label: 1, group: 'farm' },
 *   { at: 1, row: { n: 2 }, outcome: 'allow', label: 0, group: 'adult' },
 * ]);
 * report.harder; // 1
 * report.byGroup['farm']?.caughtByChallenge; // 1
 * ```
 */
export function backtest(
  decider: Decider,
  rows: Iterable<RecordedDecision>,
  options: BacktestOptions = {},
): BacktestReport {
  const blockFrom = rankOf(options.blockFrom ?? 'review');
  const challengeFrom = rankOf(options.challengeFrom ?? 'verify');
  const whole = noSlice();
  const groups = new Map<string, Mutable<BacktestSlice>>();
  const changes = noChanges();
  const byReason = new Map<string, number>();
  const harderByReason = new Map<string, number>();
  for (const recorded of rows) {
    const decision = decider.decide(recorded.row, {
      now: recorded.at,
      ...(recorded.entities === undefined ? {} : { entities: recorded.entities }),
      ...(options.lists === undefined ? {} : { lists: options.lists }),
    });
    const rank = rankOf(decision.outcome);
    const before = recorded.outcome === undefined ? undefined : rankOf(recorded.outcome);
    const slices = [whole];
    if (recorded.group !== undefined) {
      const slice = groups.get(recorded.group) ?? noSlice();
      groups.set(recorded.group, slice);
      slices.push(slice);
    }
    for (const slice of slices) {
      slice.decisions++;
      slice.outcomes[decision.outcome]++;
      if (recorded.outcome !== undefined && before !== undefined) {
        slice.recorded[recorded.outcome]++;
        if (rank > before) slice.harder++;
        else if (rank < before) slice.milder++;
        else slice.same++;
      }
      if (recorded.label === 0) {
        slice.honest++;
        if (rank >= blockFrom) slice.falseBlocks++;
        if (rank >= challengeFrom) slice.falseChallenges++;
      } else if (recorded.label === 1) {
        slice.attackers++;
        if (rank >= blockFrom) slice.caughtByBlock++;
        if (rank >= challengeFrom) slice.caughtByChallenge++;
      }
    }
    if (recorded.outcome !== undefined) changes[recorded.outcome][decision.outcome]++;
    for (const { code } of decision.reasons) {
      addTo(byReason, code);
      if (before !== undefined && rank > before) addTo(harderByReason, code);
    }
  }
  return {
    decider: decider.version,
    ...whole,
    changes,
    byReason: sorted(byReason),
    harderByReason: sorted(harderByReason),
    byGroup: Object.fromEntries([...groups].toSorted(([a], [b]) => (a < b ? -1 : 1))),
  };
}

function noSlice(): Mutable<BacktestSlice> {
  return {
    decisions: 0,
    outcomes: noOutcomes(),
    recorded: noOutcomes(),
    same: 0,
    harder: 0,
    milder: 0,
    honest: 0,
    attackers: 0,
    falseBlocks: 0,
    falseChallenges: 0,
    caughtByBlock: 0,
    caughtByChallenge: 0,
  };
}
