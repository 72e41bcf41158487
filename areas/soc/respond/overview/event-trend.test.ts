import type { Actor } from '@xinglin/platform/access';
import { describe, expect, it } from 'vitest';
import { createEventTrend } from './event-trend.ts';

const NOW = new Date('2026-11-22T12:10:00.000Z');
const actor = {
  kind: 'user',
  id: 'u',
  name: 'u',
  roles: [],
  tenant: 'cn.gd',
  scopes: ['cn.gd.a', 'cn.gd.b'],
  permissions: new Set(),
} satisfies Actor;

function recorder(): {
  asked: { scopes: readonly string[]; params: unknown }[];
  query: (scopes: readonly string[], sql: string, params?: unknown) => Promise<never[]>;
} {
  const asked: { scopes: readonly string[]; params: unknown }[] = [];
  return {
    asked,
    query: (scopes, _sql, params) => {
      asked.push({ scopes, params });
      return Promise.resolve([{ at: '1795348800000', n: '42' }] as unknown as never[]);
    },
  };
}

describe('createEventTrend()', () => {
  it('asks the store once in twenty seconds for the same scopes and span', async () => {
    const store = recorder();
    const trend = createEventTrend(store);
    expect(await trend(actor, NOW, { hours: 24 })).toEqual(new Map([[1795348800000, 42]]));
    await trend(actor, new Date(NOW.getTime() + 19_000), { hours: 24 });
    expect(store.asked).toHaveLength(1);
    await trend(actor, new Date(NOW.getTime() + 21_000), { hours: 24 });
    await trend(actor, NOW, { hours: 1 });
    expect(store.asked).toHaveLength(3);
  });

  it('never asks beyond the actor: a tenant inside narrows, one above gives what lies within, one beside nothing', async () => {
    const store = recorder();
    const trend = createEventTrend(store);
    await trend(actor, NOW, { hours: 24, tenant: 'cn.gd.a.x' });
    await trend(actor, NOW, { hours: 24, tenant: 'cn.gd' });
    await trend(actor, NOW, { hours: 24, tenant: 'cn.gx' });
    expect(store.asked.map(({ scopes }) => scopes)).toEqual([['cn.gd.a.x'], ['cn.gd.a', 'cn.gd.b'], []]);
  });

  it('forgets a failure', async () => {
    let calls = 0;
    const trend = createEventTrend({
      query: () => {
        calls += 1;
        return calls === 1 ? Promise.reject(new Error('away')) : Promise.resolve([]);
      },
    });
    await expect(trend(actor, NOW, { hours: 24 })).rejects.toThrow('away');
    expect(await trend(actor, NOW, { hours: 24 })).toEqual(new Map());
  });
});
