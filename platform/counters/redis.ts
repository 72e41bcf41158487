import { Redis } from 'ioredis';
import type { EngineLog } from '../embedded/log.ts';
import { XinglinError } from '../kernel/errors.ts';
import { requireInteger, requirePositive } from './memory.ts';
import type { Counters } from './port.ts';

const PREFIX = 'xinglin:';
/** The window begins with the first addition; a count without end (a crash between two commands) cannot come to be. */
const ADD = `
local sum = redis.call('INCRBY', KEYS[1], ARGV[1])
if redis.call('PTTL', KEYS[1]) < 0 then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
return sum`;

/** Counters in Redis 6.2 or newer, `redis://user:password@host:6379/0`. */
export async function redisCounters(url: string, log: EngineLog): Promise<Counters> {
  const redis = new Redis(url, {
    lazyConnect: true,
    maxRetriesPerRequest: 2,
    connectTimeout: 5000,
    connectionName: 'xinglin',
  });
  redis.on('error', (error: Error) => log.warn({ err: error }, 'redis connection error'));
  try {
    await redis.connect();
  } catch (error) {
    redis.disconnect();
    throw unavailable(error);
  }
  const countKey = (key: string): string => `${PREFIX}c:${key}`;
  const markKey = (key: string): string => `${PREFIX}o:${key}`;
  const run = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throw unavailable(error);
    }
  };
  return {
    async add(key, by, windowMs) {
      requireInteger('by', by);
      requirePositive('windowMs', windowMs);
      return await run(async () => Number(await redis.eval(ADD, 1, countKey(key), by, Math.ceil(windowMs))));
    },
    get: (key) => run(async () => Number((await redis.get(countKey(key))) ?? 0)),
    async once(key, ttlMs) {
      requirePositive('ttlMs', ttlMs);
      return await run(async () => (await redis.set(markKey(key), '1', 'PX', Math.ceil(ttlMs), 'NX')) === 'OK');
    },
    clear: (key) => run(async () => void (await redis.del(countKey(key), markKey(key)))),
    async close() {
      try {
        await redis.quit();
      } catch {
        redis.disconnect();
      }
    },
  };
}

function unavailable(cause: unknown): XinglinError {
  return new XinglinError('internal.unavailable', { what: 'Redis' }, { cause });
}
