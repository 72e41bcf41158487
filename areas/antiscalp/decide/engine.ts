import type {
  Decision,
  EntityKey,
  FeatureStore,
  ModelDocument,
  ModelVerdict,
  RegistrationEvent,
  RuleSet,
} from '@xinglin/decide';
import type { Engine, PersonEntity } from './port.ts';

export interface EngineParts {
  readonly store: FeatureStore;
  readonly rules: RuleSet;
  /** The champion; absent: rules only. */
  readonly score?: (row: ReturnType<FeatureStore['observe']>) => ModelVerdict;
  /** A candidate that runs beside it and decides nothing; its verdicts go to `onShadow`. */
  readonly shadow?: (row: ReturnType<FeatureStore['observe']>) => ModelVerdict;
  readonly onShadow?: (champion: Decision, candidate: ModelVerdict) => void;
  readonly now: () => number;
}

/** The documents behind `score` and `shadow`, and how often they agreed since they were loaded. */
export interface LoadedModels {
  readonly champion?: ModelDocument;
  readonly shadow?: ModelDocument;
  compared(): { readonly decision: string; readonly shadow: string; readonly count: number }[];
}

export type EngineModels = Pick<EngineParts, 'score' | 'shadow' | 'onShadow'> & { readonly models?: LoadedModels };

/** Nearline aggregates are renewed this often. */
const TICK_MS = 5000;

/** Features, rules and model of `@xinglin/decide` behind the gateway's port. */
export function createEngine(parts: EngineParts): Engine {
  const { store, rules, score, shadow, onShadow } = parts;
  const timer = setInterval(() => store.tick(parts.now()), TICK_MS);
  timer.unref();
  return {
    version: rules.version,
    decide(event) {
      const row = store.observe(event);
      const model = score?.(row);
      const decision = rules.decide(row, model === undefined ? { now: event.at } : { now: event.at, model });
      if (shadow !== undefined) onShadow?.(decision, shadow(row));
      return decision;
    },
    settle(event: RegistrationEvent, ok: boolean) {
      // A success was already counted when the request came; what failed is told, so that failures can be counted.
      if (!ok) store.observe({ ...event, action: 'other', ok: false });
    },
    forget: (type: PersonEntity, key: EntityKey) => store.forget(type, key),
    stats() {
      const stats = store.stats();
      const entities = Object.values(stats.entities).reduce((sum, count) => sum + count, 0);
      return { entities, evicted: stats.evicted, bytes: stats.bytes };
    },
    close: () => clearInterval(timer),
  };
}
