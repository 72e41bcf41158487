import type { Logger, Metrics } from '@xinglin/platform/kernel';
import type { GatewayConfig } from '../gateway/config.ts';
import type { EngineParts } from './engine.ts';

/** Reads the champion and the shadow model. A missing or broken file leaves the rules alone in charge and shows in metrics and log. */
export function loadModels(
  _config: GatewayConfig,
  _log: Logger,
  _metrics: Metrics,
): Pick<EngineParts, 'score' | 'shadow' | 'onShadow'> {
  return {};
}
