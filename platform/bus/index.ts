import { SILENT_LOG } from '../embedded/log.ts';
import type { EngineLog } from '../embedded/log.ts';
import { memoryBus, topicMatches } from './memory.ts';
import { natsBus } from './nats.ts';
import type { Bus } from './port.ts';

export type { Bus, Signal } from './port.ts';
export { topicMatches };

/** In this process, or over NATS when `url` (`nats://host:4222`) is given. */
export async function openBus(options: { url?: string; log?: EngineLog }): Promise<Bus> {
  const log = options.log ?? SILENT_LOG;
  return options.url === undefined ? memoryBus(log) : await natsBus(options.url, log);
}
