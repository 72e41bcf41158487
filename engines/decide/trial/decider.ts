import type { DecideContext, RuleSet } from '../rules/compile-rule-set.ts';
import type { Model } from '../model/types.ts';
import type { Decision, FeatureRow, ModelVerdict } from '../types.ts';

export interface DeciderParts {
  readonly rules: RuleSet;
  /** Gives the rules `model.probability`. */
  readonly model?: Model;
  /** Gives the rules `model.anomaly`. */
  readonly anomaly?: Model;
}

/** Rules and models as one: scores the row, then decides. */
export interface Decider extends DeciderParts {
  /** `rules@3`, with `+model@2` when there is one. */
  readonly version: string;
  decide(row: FeatureRow, context: DecideContext): Decision;
}

/**
 * Puts models before rules. Without a model the features `model.probability` and `model.anomaly` are missing, so rules
 * that use them stay silent: a lost model file makes the gateway milder, never harder.
 *
 * @example
 * ```ts
 * import { compileRuleSet, createDecider, parseRuleSet } from '@xinglin/decide';
 *
 * const { document } = parseRuleSet(`
 * threshold verify from 40
 * score 40 reason MODEL group behaviour when model.probability > 0.9
 * `);
 * const decider = createDecider({ rules: compileRuleSet(document) });
 * decider.decide({}, { now: 0 }).outcome; // 'allow'
 * ```
 */
export function createDecider(parts: DeciderParts): Decider {
  const { rules, model, anomaly } = parts;
  const named = model ?? anomaly;
  return {
    ...parts,
    version: [rules.version, model?.version, anomaly?.version].filter((part) => part !== undefined).join('+'),
    decide(row, context) {
      if (named === undefined) return rules.decide(row, context);
      const verdict: ModelVerdict = {
        version: named.version,
        ...(model === undefined ? undefined : { probability: model.score(row) }),
        ...(anomaly === undefined ? undefined : { anomaly: anomaly.score(row) }),
      };
      return rules.decide(row, { ...context, model: verdict });
    },
  };
}
