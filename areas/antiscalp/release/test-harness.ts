/** The release step on a real embedded PostgreSQL and the real HTTP layer, for its tests. */
import { migrateState } from '@xinglin/platform/state';
import { openHarness, person } from '../../../test/support/soc-harness.ts';
import type { Harness } from '../../../test/support/soc-harness.ts';
import { idCheckDigit } from './core/index.ts';
import { createRelease } from './index.ts';
import type { Release } from './index.ts';

export const HOSPITAL = 'cn.gd.dg.h1';
export const START = '2026-11-23T00:00:00.000Z';
export const desk = person('officer', HOSPITAL);

export interface ReleaseHarness extends Harness {
  readonly release: Release;
  /** A policy, simulated and switched on; answers its id. */
  activate(name: string, policy: object, tenant?: string): Promise<string>;
  /** A session with places, released one hour after the start. */
  session(policy: string, slots?: number, over?: object): Promise<string>;
}

export async function openReleaseHarness(): Promise<ReleaseHarness> {
  const h = await openHarness({ start: START });
  await migrateState(h.state, { area: 'antiscalp', dir: new URL('../migrations/state/', import.meta.url) });
  const release = createRelease(h.platform);
  h.serve(release.routes);
  return {
    ...h,
    release,
    async activate(name, policy, tenant = HOSPITAL) {
      const who = person('officer', tenant);
      const made = await h.json<{ id: string }>(who, 'post', '/antiscalp/policies', { tenant, name, policy });
      await h.json(who, 'post', `/antiscalp/policies/${made.id}/simulations`, {
        places: 1,
        patients: [{ name: 'p', count: 5, lookSeconds: 60, reactionSeconds: 8, reactionSpread: 6 }],
        trials: 100,
      });
      await release.simulations.drain();
      await h.json(who, 'post', `/antiscalp/policies/${made.id}/activate`);
      return made.id;
    },
    async session(policy, slots = 2, over = {}) {
      const made = await h.json<{ id: string }>(desk, 'post', '/antiscalp/sessions', {
        tenant: HOSPITAL,
        policy,
        department: '心内科',
        doctor: '市一院林主任',
        date: '2026-11-24',
        publishAt: '2026-11-23T00:00:00.000Z',
        releaseAt: '2026-11-23T01:00:00.000Z',
        closeAt: '2026-11-23T22:00:00.000Z',
        slots: Array.from({ length: slots }, (_, at) => ({ startAt: `2026-11-24T0${at % 9}:00:00.000Z` })),
        ...over,
      });
      return made.id;
    },
    close: () => h.close(),
  };
}

/** The n-th person: a valid number of no region. */
export function realName(n: number): string {
  const first17 = `9901011980${String(1 + (n % 12)).padStart(2, '0')}15${String(n).padStart(3, '0')}`;
  return first17 + idCheckDigit(first17);
}

export function applicant(n: number, over: object = {}) {
  return { realNameId: realName(n), account: `account-${n}`, channel: 'web', ...over };
}
