import { SILENT_LOG } from '../embedded/log.ts';
import type { EngineLog } from '../embedded/log.ts';
import { memoryCounters } from './memory.ts';
import type { Counters } from './port.ts';
import { redisCounters } from './redis.ts';

export { memoryCounters } from './memory.ts';
export type { MemoryCounters, MemoryCountersOptions } from './memory.ts';
export type { Counters } from './port.ts';

/** In this process, or in Redis when `url` (`redis://host:6379`) is given. */
export async function openCounters(options: { url?: string; log?: EngineLog; maxKeys?: number }): Promise<Counters> {
  if (options.url !== undefined) return await redisCounters(options.url, options.log ?? SILENT_LOG);
  return memoryCounters(options.maxKeys === undefined ? {} : { maxKeys: options.maxKeys });
}
