import type { RunningServer } from '@xinglin/server';
import { EXIT } from './output.ts';

/** Everything must be flushed within ten seconds of SIGTERM; what is not is cut. */
const HARD_STOP_MS = 9_700;

/** Resolves at the first signal to stop. Ask before the server starts, so that a signal during the start is not lost. */
export function signalled(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve(signal));
  });
}

/** Stops the server and ends the process. */
export async function stopAndExit(server: Pick<RunningServer, 'stop'>): Promise<never> {
  const timer = setTimeout(() => process.exit(EXIT.failed), HARD_STOP_MS);
  timer.unref();
  const failed = await server.stop();
  // Native engines may hold the event loop; everything was flushed and closed above.
  process.exit(failed.length === 0 ? EXIT.ok : EXIT.failed);
}
