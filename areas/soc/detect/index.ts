/** detect: rules, indicators and correlations over the stream; the pipeline that runs them. */
import type { Mount, Platform, RouteSpec, Service } from '@xinglin/platform/http';
import { createBackTestJobs } from './back-test-jobs.ts';
import type { BackTestJobs } from './back-test-jobs.ts';
import { backTestRoutes } from './back-test-routes.ts';
import { createBaselineService } from './baseline/service.ts';
import { createDetectionManager } from './detection-manager.ts';
import type { DetectionManager } from './detection-manager.ts';
import { exceptionRoutes } from './exception-routes.ts';
import type { HitSink, RuleBook } from './hit.ts';
import { createRuleAccess } from './rule-access.ts';
import { ruleDecisionRoutes } from './rule-decision-routes.ts';
import { ruleRoutes } from './rule-routes.ts';
import { ruleTestRoutes } from './rule-test-routes.ts';
import { createPipeline } from './pipeline.ts';
import type { Pipeline } from './pipeline.ts';

export type { Hit, HitEvent, HitSink, RuleBook, RuleInfo, SilenceAlert, SilenceSink } from './hit.ts';
export { openOfflineDetection } from './offline.ts';
export type { OfflineDetection, OfflineHit, OfflineOptions } from './offline.ts';
export { storedEvent, STORED_EVENT_COLUMNS } from './stored-event.ts';
export type { StoredEvent, StoredRow } from './stored-event.ts';

export interface DetectDeps {
  /** Asked only when hits come: the responder is made after the rules it needs. */
  readonly sink: HitSink;
  readonly workers?: number;
  readonly contentDir?: string;
}

export interface Detect {
  readonly routes: readonly RouteSpec[];
  readonly mounts: readonly Mount[];
  readonly services: readonly Service[];
  readonly pipeline: Pipeline;
  readonly book: RuleBook;
  readonly manager: DetectionManager;
  readonly backTests: BackTestJobs;
}

export function createDetect(platform: Platform, deps: DetectDeps): Detect {
  const manager = createDetectionManager({
    platform,
    ...(deps.contentDir === undefined ? {} : { contentDir: deps.contentDir }),
  });
  const baselines = createBaselineService(platform, {
    sink: deps.sink,
    isOff: (ruleId, tenant) => manager.isOff(ruleId, tenant),
  });
  const pipeline = createPipeline({
    platform,
    manager,
    sink: deps.sink,
    baselines,
    ...(deps.workers === undefined ? {} : { workers: deps.workers }),
  });
  const access = createRuleAccess(platform, manager);
  const backTests = createBackTestJobs(platform, manager);
  return {
    routes: [
      ...ruleRoutes(platform, manager, access),
      ...ruleDecisionRoutes(platform, manager, access),
      ...ruleTestRoutes(platform, manager, access),
      ...exceptionRoutes(platform, manager, access),
      ...backTestRoutes(platform, { manager, access, jobs: backTests, sink: deps.sink }),
    ],
    mounts: [],
    services: [baselines.service, pipeline.service, backTests.service],
    pipeline,
    book: manager.book,
    manager,
    backTests,
  };
}
