import { readFileSync } from 'node:fs';
import { loadModel } from '@xinglin/decide';
import type { FeatureRow, Model, ModelDocument, ModelVerdict } from '@xinglin/decide';
import type { Logger, Metrics } from '@xinglin/platform/kernel';
import type { GatewayConfig } from '../gateway/config.ts';
import type { EngineModels } from './engine.ts';

/** Reads the champion and the shadow model. A missing or broken file leaves the rules alone in charge and shows in metrics and log. */
export function loadModels(
  config: Pick<GatewayConfig, 'model' | 'shadowModel'>,
  log: Logger,
  metrics: Metrics,
): EngineModels {
  const loaded = metrics.gauge('xinglin_gateway_model_loaded', '1 when the configured model is in use', ['place']);
  const compared = metrics.counter('xinglin_gateway_shadow_total', 'Shadow model beside the decision', [
    'decision',
    'shadow',
  ]);
  const read = (place: 'champion' | 'shadow', file: string | undefined): Model | undefined => {
    if (file === undefined) return undefined;
    try {
      const model = loadModel(JSON.parse(readFileSync(file, 'utf8')) as ModelDocument);
      loaded.set(1, { place });
      return model;
    } catch (error) {
      loaded.set(0, { place });
      log.error({ err: error, file, place }, 'the model cannot be loaded; rules decide alone');
      return undefined;
    }
  };
  const champion = read('champion', config.model);
  const shadow = read('shadow', config.shadowModel);
  if (champion === undefined && shadow === undefined) return {};
  const tally = new Map<string, { decision: string; shadow: string; count: number }>();
  return {
    ...(champion === undefined ? {} : { score: scorer(champion) }),
    ...(shadow === undefined
      ? {}
      : {
          shadow: scorer(shadow),
          onShadow: (decision, verdict) => {
            const pair = {
              decision: decision.outcome === 'allow' ? 'allow' : 'step',
              shadow: (verdict.probability ?? verdict.anomaly ?? 0) >= 0.5 ? 'suspicious' : 'clean',
            };
            compared.inc(pair);
            const id = `${pair.decision} ${pair.shadow}`;
            tally.set(id, { ...pair, count: (tally.get(id)?.count ?? 0) + 1 });
          },
        }),
    models: {
      ...(champion === undefined ? {} : { champion: champion.document }),
      ...(shadow === undefined ? {} : { shadow: shadow.document }),
      compared: () => [...tally.values()],
    },
  };
}

function scorer(model: Model): (row: FeatureRow) => ModelVerdict {
  const { version } = model;
  return model.document.kind === 'isolation-forest'
    ? (row) => ({ version, anomaly: model.score(row) })
    : (row) => ({ version, probability: model.score(row) });
}
