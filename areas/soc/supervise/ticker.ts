import type { Logger } from '@xinglin/platform/kernel';
import type { Service } from '@xinglin/platform/http';

/** Runs `work` once a minute, never twice at once; a failure is logged and the next minute tries again. */
export function createTicker(name: string, log: Logger, work: () => Promise<unknown>, everyMs = 60_000): Service {
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> | undefined;

  function tick(): void {
    running ??= work()
      .then(
        () => undefined,
        (error: unknown) => log.error({ err: error, timer: name }, 'timer failed'),
      )
      .finally(() => {
        running = undefined;
      });
  }

  return {
    name,
    start() {
      tick();
      timer = setInterval(tick, everyMs);
      timer.unref();
      return Promise.resolve();
    },
    async stop() {
      clearInterval(timer);
      await running;
    },
  };
}
