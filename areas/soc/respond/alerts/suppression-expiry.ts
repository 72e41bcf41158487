import type { Platform, Service } from '@xinglin/platform/http';
import { expireSuppressions } from './suppression-acts.ts';
import type { SuppressionBook } from './suppression.ts';

const EVERY_MS = 30_000;

/** Ends suppressions at their expiry and brings back what they hid. Matching itself stops at the expiry, timer or not. */
export function createSuppressionExpiry(
  platform: Pick<Platform, 'state' | 'log' | 'now'>,
  book: SuppressionBook,
): Service {
  const { state, log, now } = platform;
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> | undefined;

  async function sweep(): Promise<void> {
    try {
      const ended = await state.machine((tx) => expireSuppressions(tx, now()));
      if (ended > 0) await book.refresh(true);
    } catch (error) {
      log.warn({ err: error }, 'suppressions could not be expired; trying again');
    }
  }

  return {
    name: 'soc.suppressions',
    async start() {
      await sweep();
      timer = setInterval(() => {
        running = sweep();
      }, EVERY_MS);
    },
    async stop() {
      clearInterval(timer);
      await running;
    },
  };
}
