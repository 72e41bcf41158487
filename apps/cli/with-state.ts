import { openSecrets, createLog, createMetrics, systemClock } from '@xinglin/platform/kernel';
import type { Config } from '@xinglin/platform/kernel';
import type { AccessContext } from '@xinglin/platform/access';
import { openCounters } from '@xinglin/platform/counters';
import { openState } from '@xinglin/platform/state';
import type { OpenedState } from '@xinglin/platform/state';

/** Opens the state store of a deployment for one command. With the embedded engine the server must be stopped; the error says so. */
export async function withState<T>(config: Config, work: (state: OpenedState) => Promise<T>): Promise<T> {
  const log = createLog({ level: config.log.level === 'info' ? 'warn' : config.log.level });
  const state = await openState({
    dataDir: config.data,
    log,
    ...(config.postgres.url === undefined ? {} : { url: config.postgres.url }),
  });
  try {
    return await work(state);
  } finally {
    await state.close();
  }
}

export function withAccess<T>(config: Config, work: (context: AccessContext) => Promise<T>): Promise<T> {
  return withState(config, async (state) => {
    const counters = await openCounters({});
    try {
      return await work({
        config,
        state,
        counters,
        log: createLog({ level: 'warn' }),
        metrics: createMetrics(),
        secrets: openSecrets(config.data),
        now: systemClock,
      });
    } finally {
      await counters.close();
    }
  });
}
