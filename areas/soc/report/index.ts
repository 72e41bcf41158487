import type { Mount, Platform, RouteSpec, Service } from '@xinglin/platform/http';
import { createTicker } from '../supervise/ticker.ts';
import { createRenderer } from './print/renderer.ts';
import type { Renderer } from './print/renderer.ts';
import { printRoutes } from './print/routes.ts';
import { createReportJobs } from './weekly/jobs.ts';
import type { ReportJobs } from './weekly/jobs.ts';
import { reportRoutes } from './weekly/routes.ts';

export interface ReportStep {
  readonly routes: readonly RouteSpec[];
  readonly mounts: readonly Mount[];
  readonly services: readonly Service[];
  readonly jobs: ReportJobs;
  readonly renderer: Renderer;
}

/** Printed notices and situation reports. */
export function createReport(platform: Platform): ReportStep {
  const renderer = createRenderer({ log: platform.log });
  const context = { platform, renderer };
  const jobs = createReportJobs(context);
  const ticker = createTicker('report.schedule', platform.log, async () => {
    await jobs.schedule();
    await jobs.drain();
  });
  return {
    routes: [...printRoutes(platform, renderer), ...reportRoutes(context, jobs)],
    mounts: [],
    services: [
      {
        name: 'report',
        async start() {
          await jobs.recover();
          await ticker.start();
        },
        async stop() {
          // The thread goes first: a job that waits for it ends with an error and stays queued for the next start.
          await jobs.stop();
          await ticker.stop();
        },
      },
    ],
    jobs,
    renderer,
  };
}
