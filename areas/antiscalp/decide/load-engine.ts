import { readFileSync } from 'node:fs';
import { FEATURES, compileRuleSet, createFeatureStore, issueText, parseRuleSet } from '@xinglin/decide';
import type { RuleSet, RuleSetDocument } from '@xinglin/decide';
import { XinglinError } from '@xinglin/platform/kernel';
import '../errors.ts';
import { DEFAULT_RULES } from './default-rules.ts';
import { createEngine } from './engine.ts';
import type { EngineModels, LoadedModels } from './engine.ts';
import type { Engine } from './port.ts';

/** Compiles a rule set from a file (text form, or the JSON document when it ends in .json), or the default one. Throws `antiscalp.engine`. */
export function loadRules(file: string | undefined): RuleSet {
  let text = DEFAULT_RULES;
  try {
    if (file !== undefined) text = readFileSync(file, 'utf8');
    return file?.endsWith('.json') === true ? compileRuleSet(JSON.parse(text) as RuleSetDocument) : compileText(text);
  } catch (cause) {
    if (cause instanceof XinglinError) throw cause;
    throw new XinglinError(
      'antiscalp.engine',
      { reason: `${file ?? 'default rules'}: ${cause instanceof Error ? cause.message : String(cause)}` },
      { cause },
    );
  }
}

function compileText(text: string): RuleSet {
  const { document, issues } = parseRuleSet(text, { features: FEATURES });
  const faults = issues.filter((issue) => issue.severity === 'error');
  if (faults.length > 0) throw new XinglinError('antiscalp.engine', { reason: faults.map(issueText).join('; ') });
  return compileRuleSet(document);
}

/** An engine whose rules can be exchanged while its features stay. */
export interface ReloadableEngine extends Engine {
  reload(rules: RuleSet, models?: EngineModels): void;
  readonly rules: RuleSet;
  /** The models in use; absent: rules alone. */
  readonly models: LoadedModels | undefined;
}

export function openEngine(rules: RuleSet, models: EngineModels, now: () => number): ReloadableEngine {
  const store = createFeatureStore();
  let current = createEngine({ store, rules, now, ...models });
  let inUse = { rules, models: models.models };
  return {
    decide: (event) => current.decide(event),
    settle: (event, ok) => current.settle(event, ok),
    forget: (type, key) => current.forget(type, key),
    stats: () => current.stats(),
    get rules() {
      return inUse.rules;
    },
    get models() {
      return inUse.models;
    },
    get version() {
      return current.version;
    },
    close: () => current.close(),
    reload(next, nextModels = {}) {
      current.close();
      current = createEngine({ store, rules: next, now, ...nextModels });
      inUse = { rules: next, models: nextModels.models };
    },
  };
}
