import type { Mount, Platform, RouteSpec, Service } from '@xinglin/platform/http';
import { drawMount, drawRoutes } from './draw-routes.ts';
import { policyRoutes } from './policy-routes.ts';
import { sessionRoutes } from './session-routes.ts';
import { createReleaseStore } from './store/release-store.ts';
import type { ReleaseStore } from './store/release-store.ts';
import { createSimulationRunner } from './store/simulations.ts';
import type { SimulationRunner } from './store/simulations.ts';
import './errors.ts';
import './tables.ts';

export interface Release {
  readonly routes: readonly RouteSpec[];
  readonly services: readonly Service[];
  readonly mounts: readonly Mount[];
  readonly store: ReleaseStore;
  readonly simulations: SimulationRunner;
}

/** The release step: routes, the timer that opens places and holds draws, the simulation queue, and the public proofs. */
export function createRelease(platform: Platform, options: { readonly everyMs?: number } = {}): Release {
  const store = createReleaseStore(platform);
  const simulations = createSimulationRunner(platform);
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<unknown> | undefined;
  const tick = (): void => {
    running ??= store
      .advance()
      .catch((error: unknown) => platform.log.error({ err: error, timer: 'release' }, 'timer failed'))
      .finally(() => {
        running = undefined;
      });
  };
  return {
    routes: [...policyRoutes(platform, simulations), ...sessionRoutes(platform, store), ...drawRoutes(platform, store)],
    services: [
      {
        name: 'release',
        async start() {
          // A simulation that a stop or crash cut short begins anew: the same seed gives the same result.
          await platform.state.machine((tx) =>
            tx
              .updateTable('release_simulation')
              .set({ status: 'queued', progress: 0 })
              .where('status', '=', 'running')
              .execute(),
          );
          void simulations.drain();
          timer = setInterval(tick, options.everyMs ?? 1000);
          timer.unref();
        },
        async stop() {
          clearInterval(timer);
          await running;
          await simulations.stop();
        },
      },
    ],
    mounts: [drawMount(platform)],
    store,
    simulations,
  };
}
