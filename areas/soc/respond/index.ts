import type { Mount, Platform, RouteSpec, Service } from '@xinglin/platform/http';
import type { HitSink, RuleBook, SilenceSink } from '../detect/hit.ts';
import { createAggregator, createAlertSignals } from './alerts/aggregator.ts';
import { createAlarm } from './alerts/alarm.ts';
import { alertRoutes } from './alerts/routes.ts';
import { createSilence } from './alerts/silence.ts';
import type { ChangedAlert } from './alerts/store.ts';
import { createSuppressionBook } from './alerts/suppression.ts';
import { createSuppressionExpiry } from './alerts/suppression-expiry.ts';
import { suppressionRoutes } from './alerts/suppression-routes.ts';
import { assigneeRoutes } from './context/assignees.ts';
import { createDirectory } from './context/directory.ts';
import { createCorrelator } from './incidents/correlator.ts';
import { incidentRoutes } from './incidents/routes.ts';
import { intelRoutes } from './intel/routes.ts';
import { overviewRoutes } from './overview/routes.ts';
import { eventRoutes } from './search/routes.ts';
import { savedSearchRoutes } from './search/saved-routes.ts';
import type {} from './tables.ts';

export { ruleStatistics } from './alerts/rule-statistics.ts';
export type { RuleStatistics } from './alerts/rule-statistics.ts';

export interface RespondDeps {
  readonly rules: RuleBook;
  /** Asked to read the indicators again after an import or a deletion. */
  readonly onIndicatorsChanged?: () => void;
}

export interface Respond {
  readonly routes: readonly RouteSpec[];
  readonly mounts: readonly Mount[];
  readonly services: readonly Service[];
  /** Where detection hands its hits over. */
  readonly sink: HitSink;
  /** Where collection tells of sources that fell silent or came back. */
  readonly raise: SilenceSink;
}

/** Detections → alerts → incidents, and what people do with them. */
export function createRespond(platform: Platform, deps: RespondDeps): Respond {
  const { state, bus, now } = platform;
  const directory = createDirectory(state, now);
  const suppressions = createSuppressionBook(state, now);
  const correlator = createCorrelator(platform);
  const signal = createAlertSignals(bus, now);
  const alarm = createAlarm(platform);
  const onChanged = (alerts: readonly ChangedAlert[]): void => {
    signal(alerts);
    correlator.nudge(alerts);
    alarm(alerts);
  };
  const aggregator = createAggregator({ platform, rules: deps.rules, directory, suppressions, onChanged });
  return {
    routes: [
      ...overviewRoutes(platform),
      ...alertRoutes(platform),
      ...assigneeRoutes(platform),
      ...suppressionRoutes(platform, suppressions),
      ...incidentRoutes(platform),
      ...eventRoutes(platform),
      ...savedSearchRoutes(platform),
      ...intelRoutes(platform, {
        onChanged: () => {
          directory.clear();
          deps.onIndicatorsChanged?.();
        },
      }),
    ],
    mounts: [],
    services: [correlator, aggregator, createSuppressionExpiry(platform, suppressions)],
    sink: aggregator,
    raise: createSilence(platform, onChanged),
  };
}
