import { describe, expect, test } from 'vitest';
import { Clock } from './clock.ts';

describe('Clock', () => {
  test('run() wakes actors in the order of time, then of asking, and keeps to the limit', async () => {
    const clock = new Clock(1000);
    const seen: string[] = [];
    const actor = (name: string, pause: number) => async () => {
      for (let turn = 0; turn < 3; turn += 1) {
        seen.push(`${name}${clock.now}`);
        await clock.sleep(pause);
      }
    };
    clock.start(1000, actor('a', 20));
    clock.start(1000, actor('b', 20));
    clock.start(1010, actor('c', 100));
    await clock.run(1060);
    expect(seen).toEqual(['a1000', 'b1000', 'c1010', 'a1020', 'b1020', 'a1040', 'b1040']);
    expect(clock.now).toBe(1060);
    await clock.run(2000);
    expect(seen.slice(7)).toEqual(['c1110', 'c1210']);
  });

  test('run() waits for what an actor awaits besides sleeping before time goes on', async () => {
    const clock = new Clock(0);
    const seen: number[] = [];
    clock.start(0, async () => {
      for (let turn = 0; turn < 50; turn += 1) await Promise.resolve();
      seen.push(clock.now);
    });
    clock.start(1, () => Promise.resolve(void seen.push(clock.now)));
    await clock.run(10);
    expect(seen).toEqual([0, 1]);
  });

  test('run() throws what an actor threw, and every() repeats', async () => {
    const clock = new Clock(0);
    let ticks = 0;
    clock.every(10, () => void (ticks += 1));
    await clock.run(100);
    expect(ticks).toBe(10);
    clock.start(150, () => Promise.reject(new Error('fell over')));
    await expect(clock.run(200)).rejects.toThrow('fell over');
  });

  test('a thousand sleepers wake sorted', async () => {
    const clock = new Clock(0);
    const woken: number[] = [];
    for (let i = 0; i < 1000; i += 1) clock.start((i * 7919) % 1009, () => Promise.resolve(void woken.push(clock.now)));
    await clock.run(2000);
    expect(woken).toHaveLength(1000);
    expect(woken).toEqual(woken.toSorted((a, b) => a - b));
  });
});
