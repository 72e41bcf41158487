import { afterAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { startRedis } from '../../test/support/redis.ts';
import { memoryCounters, openCounters } from './index.ts';
import type { Counters } from './port.ts';

const redis = await startRedis();
const adapters: { name: string; counters: Counters | undefined }[] = [
  { name: 'memory', counters: memoryCounters() },
  { name: 'Redis', counters: redis === undefined ? undefined : await openCounters({ url: redis.url }) },
];
afterAll(async () => {
  for (const { counters } of adapters) await counters?.close();
  await redis?.stop();
});

const HOUR = 3_600_000;
let nth = 0;
let key = '';
beforeEach(() => {
  nth += 1;
  key = `key-${nth}`;
});

describe.each(adapters)('counters in $name', ({ counters: maybe }) => {
  const counters = maybe as Counters;

  test.skipIf(maybe === undefined)('add() sums within the window and get() reads it', async () => {
    expect(await counters.get(key)).toBe(0);
    expect(await counters.add(key, 2, HOUR)).toBe(2);
    expect(await counters.add(key, 3, HOUR)).toBe(5);
    expect(await counters.add(key, -1, HOUR)).toBe(4);
    expect(await counters.get(key)).toBe(4);
    expect(await counters.get(`${key}x`)).toBe(0);
  });

  test.skipIf(maybe === undefined)(
    'add() begins anew when the window is over; later additions do not prolong it',
    async () => {
      await counters.add(key, 5, 60);
      await vi.waitFor(async () => expect(await counters.add(key, 0, 60)).toBe(0), { interval: 10, timeout: 5000 });
    },
  );

  test.skipIf(maybe === undefined)('add() loses nothing under concurrency', async () => {
    const sums = await Promise.all(Array.from({ length: 200 }, () => counters.add(key, 1, HOUR)));
    expect(sums.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 200 }, (_value, index) => index + 1));
  });

  test.skipIf(maybe === undefined)('once() is true for exactly one of many and again after its time', async () => {
    const answers = await Promise.all(Array.from({ length: 50 }, () => counters.once(key, HOUR)));
    expect(answers.filter(Boolean)).toHaveLength(1);
    expect(await counters.once(`${key}-short`, 40)).toBe(true);
    await vi.waitFor(async () => expect(await counters.once(`${key}-short`, 40)).toBe(true), {
      interval: 10,
      timeout: 5000,
    });
  });

  test.skipIf(maybe === undefined)('clear() forgets the count and the mark of the key only', async () => {
    await counters.add(key, 1, HOUR);
    await counters.once(key, HOUR);
    await counters.add(`${key}-other`, 7, HOUR);
    await counters.clear(key);
    expect(await counters.get(key)).toBe(0);
    expect(await counters.once(key, HOUR)).toBe(true);
    expect(await counters.get(`${key}-other`)).toBe(7);
  });

  test.skipIf(maybe === undefined)('a count and a mark of the same key do not disturb each other', async () => {
    expect(await counters.once(key, HOUR)).toBe(true);
    expect(await counters.add(key, 1, HOUR)).toBe(1);
    expect(await counters.once(key, HOUR)).toBe(false);
  });

  test.skipIf(maybe === undefined)('refuses a fraction, a window of no length', async () => {
    await expect(counters.add(key, 0.5, HOUR)).rejects.toMatchObject({ code: 'request.invalid' });
    await expect(counters.add(key, 1, 0)).rejects.toMatchObject({ code: 'request.invalid' });
    await expect(counters.once(key, Number.NaN)).rejects.toMatchObject({ code: 'request.invalid' });
  });
});

describe('memoryCounters()', () => {
  test('stays within its bound, drops what is over first, and counts what it had to forget', async () => {
    let time = 0;
    const counters = memoryCounters({ maxKeys: 100, now: () => time });
    for (let i = 0; i < 90; i += 1) await counters.add(`old-${i}`, 1, 10);
    time = 20;
    for (let i = 0; i < 50; i += 1) await counters.add(`new-${i}`, 1, 1000);
    expect(counters.evicted).toBe(0);
    expect(counters.size).toBeLessThanOrEqual(100);
    await counters.once('mark', 1000);
    for (let i = 50; i < 300; i += 1) await counters.add(`new-${i}`, 1, 1000);
    expect(counters.size).toBeLessThanOrEqual(100);
    expect(counters.evicted).toBeGreaterThan(0);
    expect(await counters.get('new-299')).toBe(1);
    expect(await counters.once('mark', 1000)).toBe(false);
    await counters.close();
  });
});

test.skipIf(redis === undefined)('openCounters() says that Redis is unavailable when it is', async () => {
  await expect(openCounters({ url: 'redis://127.0.0.1:1' })).rejects.toMatchObject({ code: 'internal.unavailable' });
  const server = await startRedis();
  const counters = await openCounters({ url: server?.url ?? '' });
  await server?.stop();
  await expect(counters.add('k', 1, HOUR)).rejects.toMatchObject({ code: 'internal.unavailable' });
  await counters.close();
});
