import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openHarness, person } from '../../../test/support/soc-harness.ts';
import type { Harness } from '../../../test/support/soc-harness.ts';
import { NO_OUTCOME } from '../normalize/raw-batch.ts';
import { createSilenceWatch } from './silence-watch.ts';
import { createSourceCounters } from './source-counters.ts';
import type { SourceCounters } from './source-counters.ts';
import { createSourceRegistry } from './source-registry.ts';
import type { SourceRegistry } from './source-registry.ts';
import { isAddress, sourceRoutes } from './source-routes.ts';

let harness: Harness;
let registry: SourceRegistry;
let counters: SourceCounters;
const CITY = 'cn.gd.dg';
const admin = person('system-admin', CITY);
const viewer = person('viewer', `${CITY}.h2`);

beforeAll(async () => {
  harness = await openHarness();
  const { platform, state } = harness;
  await state.machine((tx) =>
    tx
      .insertInto('soc_institution')
      .values(
        [CITY, `${CITY}.h1`, `${CITY}.h2`].map((tenant) => ({
          tenant,
          parent: tenant === CITY ? null : CITY,
          name: tenant,
          short_name: tenant,
          kind: tenant === CITY ? ('commission' as const) : ('hospital' as const),
          longitude: null,
          latitude: null,
          beds: null,
        })),
      )
      .execute(),
  );
  registry = createSourceRegistry(platform);
  counters = createSourceCounters(platform);
  harness.serve(sourceRoutes(platform, registry, counters));
}, 120_000);
afterAll(() => harness.close());

type Made = {
  source: {
    id: string;
    tokenPrefix: string;
    lastHour: Record<string, unknown>;
    silentSince: string | null;
    name: string;
  };
  token: string;
};
const make = (name: string, more: object = {}): Promise<Made> =>
  harness.json<Made>(admin, 'post', '/sources', { tenant: `${CITY}.h1`, name, kind: 'syslog', ...more });

describe('/sources', () => {
  it('registers a source whose token works at once and is shown once', async () => {
    const { source, token } = await make('fw', { allowedIps: ['10.1.1.0/24'] });
    expect(token.startsWith(source.tokenPrefix)).toBe(true);
    expect(registry.byToken(token)?.id).toBe(source.id);
    expect(registry.byAddress('10.1.1.77')?.id).toBe(source.id);
    expect(registry.byAddress('::ffff:10.1.1.78')?.id).toBe(source.id);
    expect(registry.byAddress('10.1.2.1')).toBeUndefined();
    const { items } = await harness.json<{ items: object[] }>(admin, 'get', '/sources');
    expect(JSON.stringify(items)).not.toContain(token);
  });

  it('rotates the token: the old one stops at once', async () => {
    const { source, token } = await make('rotated');
    const again = await harness.json<Made>(admin, 'post', `/sources/${source.id}/token`);
    expect(registry.byToken(token)).toBeUndefined();
    expect(registry.byToken(again.token)?.id).toBe(source.id);
  });

  it('names what is wrong: a taken name, a taken address, an address that is none', async () => {
    await make('one', { allowedIps: ['10.5.5.5'] });
    await expect(make('one')).rejects.toThrow('source.name_taken');
    await expect(make('two', { allowedIps: ['10.5.5.5'] })).rejects.toThrow('source.address_taken');
    await expect(make('three', { allowedIps: ['10.5.5.5/99'] })).rejects.toThrow('400');
    await expect(
      harness.json(admin, 'post', '/sources', { tenant: `${CITY}.h9`, name: 'x', kind: 'http' }),
    ).rejects.toThrow(/source.tenant_unknown|403/);
  });

  it('prefers the narrower network', async () => {
    const wide = await make('wide', { allowedIps: ['10.60.0.0/16'] });
    const narrow = await make('narrow', { allowedIps: ['10.60.1.0/24'] });
    expect(registry.byAddress('10.60.1.5')?.id).toBe(narrow.source.id);
    expect(registry.byAddress('10.60.2.5')?.id).toBe(wide.source.id);
  });

  it('shows nothing of another institution and lets readers change nothing', async () => {
    const { source } = await make('hidden');
    expect(await harness.json(viewer, 'get', '/sources')).toEqual({ items: [], total: 0 });
    expect((await harness.call(viewer, 'delete', `/sources/${source.id}`)).status).toBe(403);
    expect((await harness.call(person('system-admin', `${CITY}.h2`), 'delete', `/sources/${source.id}`)).status).toBe(
      404,
    );
  });

  it('disables and deletes', async () => {
    const { source, token } = await make('gone');
    await harness.json(admin, 'patch', `/sources/${source.id}`, { enabled: false });
    expect(registry.byToken(token)?.enabled).toBe(false);
    expect((await harness.call(admin, 'delete', `/sources/${source.id}`)).status).toBe(204);
    expect(registry.byToken(token)).toBeUndefined();
  });

  it('lists strangers and unknown formats, and adds up what came', async () => {
    const { source, token } = await make('counted');
    const batchSource = registry.byToken(token);
    if (batchSource === undefined) throw new Error('no source');
    registry.refuse('192.0.2.1', 'udp', '<13>who is this');
    registry.refuse('192.0.2.1', 'udp', '<13>again');
    counters.add(
      batchSource,
      {
        ...NO_OUTCOME,
        received: 3,
        parsed: 2,
        failed: 1,
        lagMsSum: 900,
        lastEventAt: harness.clock().getTime(),
        datasets: { 'linux.auth': 2 },
        unknownSample: 'what is this',
      },
      300,
    );
    await counters.flush();
    counters.add(
      batchSource,
      { ...NO_OUTCOME, received: 1, parsed: 1, datasets: { 'linux.auth': 1, 'nginx.access': 1 } },
      100,
    );
    counters.dropped(batchSource, 5);
    await counters.flush();
    const { items } = await harness.json<{ items: Made['source'][] }>(admin, 'get', '/sources');
    expect(items.find((item) => item.id === source.id)?.lastHour).toMatchObject({
      received: 4,
      parsed: 3,
      failed: 1,
      dropped: 5,
      bytes: 400,
      lagMs: 225,
      datasets: { 'linux.auth': 3, 'nginx.access': 1 },
    });
    const unknown = await harness.json<{ senders: object[]; samples: object[] }>(admin, 'get', '/sources/unknown');
    expect(unknown.senders).toMatchObject([{ ip: '192.0.2.1', count: 2, sample: '<13>who is this' }]);
    expect(unknown.samples).toMatchObject([{ sourceId: source.id, sample: 'what is this' }]);
    expect(await harness.json(viewer, 'get', '/sources/unknown')).toEqual({ senders: [], samples: [] });
  });
});

describe('createSilenceWatch()', () => {
  it('raises once when a source that used to send is quiet for too long, and closes it when it sends again', async () => {
    const { source, token } = await make('silent', { silentAfterS: 60 });
    const raised: string[] = [];
    const recovered: string[] = [];
    const watch = createSilenceWatch(harness.platform, registry, counters, {
      silent: (alert) => Promise.resolve(void raised.push(alert.sourceId)),
      recovered: (one) => Promise.resolve(void recovered.push(one.sourceId)),
    });
    const own = registry.byToken(token);
    if (own === undefined) throw new Error('no source');
    harness.clock.advance(120_000);
    await watch.check();
    expect(raised).not.toContain(source.id);
    counters.add(own, { ...NO_OUTCOME, received: 1, parsed: 1 }, 1);
    await counters.flush();
    harness.clock.advance(61_000);
    await registry.refresh();
    await watch.check();
    await registry.refresh();
    await watch.check();
    expect(raised.filter((id) => id === source.id)).toHaveLength(1);
    counters.add(own, { ...NO_OUTCOME, received: 1, parsed: 1 }, 1);
    await watch.check();
    expect(recovered).toEqual([source.id]);
  });
});

describe('isAddress()', () => {
  it.each([
    ['10.0.0.1', true],
    ['10.0.0.0/8', true],
    ['2001:db8::/32', true],
    ['10.0.0.0/33', false],
    ['host', false],
    ['10.0.0.1/', false],
    ['', false],
  ])('%s', (value, good) => {
    expect(isAddress(value)).toBe(good);
  });
});
