import { ANONYMOUS, PERMISSIONS } from '@xinglin/platform/access';
import type { Actor } from '@xinglin/platform/access';
import { verifyAudit } from '@xinglin/platform/state';
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { person } from '../../../test/support/soc-harness.ts';
import { checkTenancy } from '../../../test/support/tenancy.ts';
import { verifyDraw } from './core/index.ts';
import { HOSPITAL, START, applicant, desk, openReleaseHarness, realName } from './test-harness.ts';
import type { ReleaseHarness } from './test-harness.ts';

let h: ReleaseHarness;
beforeAll(async () => {
  h = await openReleaseHarness();
  await h.activate('expert', { release: { kind: 'waitlist' }, reserved: { channels: [], share: 0 } });
  await h.activate('ordinary', { release: { kind: 'immediate' } });
}, 120_000);
afterAll(() => h.close());
beforeEach(() => h.clock.set(START));

interface Item {
  id: string;
  state: string;
  slot: string;
  person: string;
  status: string;
}
interface List<T = Item> {
  items: T[];
  total: number;
}
const hour = 3_600_000;
const post = <T = Item>(path: string, body: object = {}): Promise<T> =>
  h.json<T>(desk, 'post', `/antiscalp${path}`, body);
const get = <T>(path: string): Promise<T> => h.json<T>(desk, 'get', `/antiscalp${path}`);
async function refused(path: string, body: object = {}, who: Actor = desk): Promise<string> {
  const response = await h.call(who, 'post', `/antiscalp${path}`, body);
  expect(response.ok, `${path} was not refused`).toBe(false);
  return ((await response.json()) as { code: string }).code;
}

test('a policy is switched on only after it was simulated, and replaces the version before it', async () => {
  const body = { tenant: HOSPITAL, name: 'new', policy: { release: { kind: 'window', windowSeconds: 600 } } };
  const one = await post('/policies', body);
  expect(one.status).toBe('draft');
  expect(await refused(`/policies/${one.id}/activate`)).toBe('slots.not_simulated');
  const simulation = await post(`/policies/${one.id}/simulations`, {
    places: 1,
    patients: [{ name: 'patients', count: 30, lookSeconds: 600, reactionSeconds: 8, reactionSpread: 6 }],
    bots: [{ name: 'bot', identities: 5, pollSeconds: 1, reactionSeconds: 0.2 }],
    trials: 4000,
  });
  expect(simulation.status).toBe('queued');
  await h.release.simulations.drain();
  const done = await get<{
    status: string;
    progress: number;
    result: { patientShare: { value: number; low: number; high: number } };
  }>(`/simulations/${simulation.id}`);
  expect(done).toMatchObject({ status: 'done', progress: 100 });
  expect(done.result.patientShare.low).toBeLessThan(0.79);
  expect(done.result.patientShare.high).toBeGreaterThan(0.78);
  await post(`/policies/${one.id}/activate`);
  const two = await post('/policies', body);
  await post(`/policies/${two.id}/simulations`, {
    places: 1,
    patients: [{ name: 'p', count: 1, lookSeconds: 60, reactionSeconds: 1, reactionSpread: 1 }],
    trials: 100,
  });
  await h.release.simulations.drain();
  await post(`/policies/${two.id}/activate`);
  const { items } = await get<List<{ name: string; version: number; status: string }>>('/policies');
  expect(items.filter(({ name }) => name === 'new').map(({ version, status }) => [version, status])).toEqual([
    [2, 'active'],
    [1, 'retired'],
  ]);
});

test('a policy that would bring the hand-over back is refused in words', async () => {
  const policy = { freed: { kind: 'delayed-draw', minSeconds: 0, maxSeconds: 10 } };
  expect(await refused('/policies', { tenant: HOSPITAL, name: 'bad', policy })).toBe('slots.policy');
  expect(await refused('/policies', { tenant: HOSPITAL, name: 'bad', policy: { release: { kind: 'auction' } } })).toBe(
    'request.invalid',
  );
});

test('waitlist: entries from every channel, the commitment is public before, the draw runs by the clock and verifies', async () => {
  const session = await h.session('expert');
  expect((await post('/waitlist', { session, ...applicant(1) })).state).toBe('waiting');
  await post('/waitlist', { session, ...applicant(2, { channel: 'phone' }) });
  await post('/waitlist', { session, ...applicant(3, { channel: 'window' }) });
  expect(await refused('/waitlist', { session, ...applicant(1, { account: 'another' }) })).toBe('slots.entry.exists');
  expect(await refused('/waitlist', { session, ...applicant(1, { realNameId: '123456789012345678' }) })).toBe(
    'slots.real_name',
  );
  const before = await get<List<{ id: string; phase: string; record: { commitment: string; seed?: string } }>>(
    `/draws?session=${session}`,
  );
  expect(before.items[0]).toMatchObject({ phase: 'committed' });
  expect(before.items[0]!.record.seed).toBeUndefined();

  h.clock.advance(hour);
  expect(await h.release.store.advance()).toBeGreaterThan(0);
  const after = await get<{ record: Record<string, unknown> }>(`/draws/${before.items[0]!.id}`);
  expect(verifyDraw(after.record, { commitment: before.items[0]!.record.commitment }).valid).toBe(true);
  const verdict = await post<{ valid: boolean }>('/draws/verify', { record: after.record });
  expect(verdict.valid).toBe(true);
  const { items } = await get<List>(`/bookings?session=${session}`);
  expect(items.map(({ state }) => state)).toEqual(['held', 'held']);
  expect((await post(`/bookings/${items[0]!.id}/confirm`)).state).toBe('booked');

  // The commitment stands in the SM3 audit chain before the seed does.
  const chain = await sql<{ action: string; after: { detail?: string } }>`
    select action, after from audit_log where object_id = ${session} and action like 'draw.%' order by id`.execute(
    h.state.owner,
  );
  expect(chain.rows.map(({ action }) => action)).toEqual(['draw.committed', 'draw.closed', 'draw.revealed']);
  expect(chain.rows[0]!.after.detail).toBe(before.items[0]!.record.commitment);
  expect((await verifyAudit(h.state)).broken).toBeUndefined();
});

test('a cancelled place goes into a draw of those who wait, and the pair is flagged', async () => {
  const session = await h.session('ordinary', 1);
  h.clock.advance(hour);
  const taken = await post(`/sessions/${session}/bookings`, applicant(10, { device: 'd-1' }));
  expect(await refused(`/sessions/${session}/bookings`, applicant(11))).toBe('slots.slot.none-open');
  expect(await refused(`/sessions/${session}/bookings`, applicant(10))).toBe('slots.booking.exists');
  await post('/waitlist', { session, ...applicant(12, { device: 'd-1' }) });
  await post(`/bookings/${taken.id}/cancel`);
  expect(await refused(`/sessions/${session}/bookings`, applicant(11))).toBe('slots.slot.none-open');
  expect(await refused('/waitlist', { session, ...applicant(10) })).toBe('slots.booking.cancelled-here');
  h.clock.advance(hour);
  await h.release.store.advance();
  const pairs = await get<List<{ session: string; shared: string[]; chance: number; fromTotal: number }>>(
    `/hand-overs?session=${session}`,
  );
  expect(pairs.items).toEqual([expect.objectContaining({ shared: ['device'], chance: 1, fromTotal: 1 })]);
});

test('limits hold over sessions: three cancellations in a month end in a ban with its date', async () => {
  h.clock.advance(hour);
  for (let at = 0; at < 3; at += 1) {
    const session = await h.session('ordinary', 1, { doctor: `d${at}`, releaseAt: START });
    const taken = await post(`/sessions/${session}/bookings`, applicant(20));
    await post(`/bookings/${taken.id}/cancel`);
  }
  const session = await h.session('ordinary', 1, { doctor: 'd9', releaseAt: START });
  const response = await h.call(desk, 'post', `/antiscalp/sessions/${session}/bookings`, applicant(20));
  const error = (await response.json()) as { code: string; message?: string; title?: string; detail?: string };
  expect(response.status).toBe(403);
  expect(error).toMatchObject({ code: 'slots.ban.cancel' });
  expect(JSON.stringify(error)).toContain('2026-12-2');
});

test('a minor needs a guardian', async () => {
  h.clock.advance(hour);
  const session = await h.session('ordinary', 2, { doctor: 'children', releaseAt: START });
  const child = { ...applicant(0), realNameId: '110105201912310024' };
  const { idCheckDigit } = await import('./core/index.ts');
  child.realNameId = `11010520191231002${idCheckDigit('11010520191231002')}`;
  expect(await refused(`/sessions/${session}/bookings`, child)).toBe('slots.limit.guardian');
  expect((await post(`/sessions/${session}/bookings`, { ...child, guardianId: realName(30) })).state).toBe('held');
});

test('40 bookings at once for 5 places: five, each place once, and the database agrees', async () => {
  h.clock.advance(hour);
  const session = await h.session('ordinary', 5, { doctor: 'rush', releaseAt: START });
  const answers = await Promise.all(
    Array.from({ length: 40 }, (_, at) =>
      h.call(desk, 'post', `/antiscalp/sessions/${session}/bookings`, applicant(100 + at)),
    ),
  );
  expect(answers.filter(({ status }) => status === 201)).toHaveLength(5);
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201, 409]));
  const { items } = await get<List>(`/bookings?session=${session}`);
  expect(new Set(items.map(({ slot }) => slot)).size).toBe(5);
  await expect(
    h.state.machine((tx) =>
      sql`insert into release_booking select 'twin', tenant, session_id, slot_id, 'somebody', account, channel, device, contact,
        draw_id, state, hold_until, created_at, changed_at from release_booking where id = ${items[0]!.id}`.execute(tx),
    ),
  ).rejects.toThrow(/release_booking_slot/);
});

test('a draw that waits for a public value is revealed when it is supplied', async () => {
  await h.activate('beacon', { release: { kind: 'waitlist' }, beaconSource: '上证指数收盘价' });
  const session = await h.session('beacon', 1, { doctor: 'beacon' });
  await post('/waitlist', { session, ...applicant(40) });
  const id = (await get<List>(`/draws?session=${session}`)).items[0]!.id;
  expect(await refused(`/draws/${id}/beacon`, { value: '3312.77' })).toBe('slots.beacon');
  h.clock.advance(hour);
  await h.release.store.advance();
  expect((await get<{ phase: string }>(`/draws/${id}`)).phase).toBe('closed');
  const drawn = await post<{ phase: string; record: unknown }>(`/draws/${id}/beacon`, { value: '3312.77' });
  expect(drawn.phase).toBe('revealed');
  expect(verifyDraw(drawn.record).valid).toBe(true);
});

test('no request can read a seed before its reveal, nor the salt, whatever it asks the database', async () => {
  for (const table of ['release_draw_secret', 'release_secret'])
    await expect(
      h.state.read(desk, 'slot:read', (tx) => sql`select * from ${sql.table(table)}`.execute(tx)),
    ).rejects.toThrow(/permission denied/);
  const kept = await sql<{ text: string }>`
    select coalesce(string_agg(t::text, ' '), '') as text from release_entry t`.execute(h.state.owner);
  expect(kept.rows[0]!.text).not.toContain(realName(1));
});

test('the public mount gives a record and the verifier page, and nothing else', async () => {
  const [mount] = h.release.mounts;
  const ask = (path: string, method = 'GET'): Promise<Response> =>
    mount!.fetch(new Request(`http://localhost/public/draws/${path}`, { method }), { ip: '192.0.2.1' });
  const { items } = await get<List<{ id: string; phase: string }>>('/draws');
  const { id } = items.find(({ phase }) => phase === 'revealed')!;
  expect(verifyDraw(await (await ask(id)).json()).valid).toBe(true);
  const page = await ask(`verify?draw=${id}`);
  expect(page.headers.get('content-security-policy')).toContain('sha256-');
  expect(await page.text()).toContain('xinglin-draw/1');
  expect((await ask('01arz3ndektsv4rrffq69g5fav')).status).toBe(404);
  expect((await ask('../../etc/passwd')).status).toBe(404);
  expect((await ask(id, 'POST')).status).toBe(405);
});

test('no route gives anything to another institution, to a read-only actor or to nobody', async () => {
  const session = await h.session('expert', 2, { doctor: '市一院机密' });
  await post('/waitlist', { session, ...applicant(50) });
  h.clock.advance(hour);
  await h.release.store.advance();
  const booking = (await get<List>(`/bookings?session=${session}`)).items[0]!.id;
  const draw = (await get<List>(`/draws?session=${session}`)).items[0]!.id;
  const policy = (await get<List>('/policies')).items[0]!.id;
  const simulation = await post(`/policies/${policy}/simulations`, {
    places: 1,
    patients: [{ name: '市一院', count: 1, lookSeconds: 9, reactionSeconds: 1, reactionSpread: 1 }],
    trials: 100,
  });
  await h.release.simulations.drain();
  const call = (who: Actor) => (method: string, path: string, body: unknown) => h.call(who, method, path, body);
  const all = (tenant: string): Actor => ({ ...person('officer', tenant), permissions: new Set(PERMISSIONS) });
  const strangers = [all('cn.gd.dg.h2'), all('cn.gd.sz')];
  const viewer = person('viewer', HOSPITAL);
  const bodies: Record<string, unknown> = {
    'post /antiscalp/policies': { tenant: HOSPITAL, name: 'x', policy: {} },
    'post /antiscalp/policies/{id}/simulations': {
      places: 1,
      patients: [{ name: 'p', count: 1, lookSeconds: 9, reactionSeconds: 1, reactionSpread: 1 }],
      trials: 100,
    },
    'post /antiscalp/sessions': {
      tenant: HOSPITAL,
      policy: 'expert',
      department: 'x',
      doctor: 'x',
      date: '2026-11-24',
      publishAt: START,
      releaseAt: START,
      closeAt: '2026-11-23T22:00:00.000Z',
      slots: [{ startAt: START }],
    },
    'post /antiscalp/sessions/{id}/bookings': applicant(60),
    'post /antiscalp/waitlist': { session, ...applicant(60) },
    'post /antiscalp/waitlist/withdraw': { session, realNameId: realName(50) },
    'post /antiscalp/draws/{id}/beacon': { value: '1' },
    'post /antiscalp/draws/verify': { record: {} },
  };
  const { checked, findings } = await checkTenancy({
    routes: h.release.routes,
    state: h.state,
    anonymous: call(ANONYMOUS),
    viewer: { call: call(viewer), permissions: viewer.permissions },
    strangers: strangers.map((who) => ({ call: call(who), permissions: who.permissions })),
    sample: (route) => {
      const kind = route.path.split('/')[2];
      const id =
        { policies: policy, simulations: simulation.id, bookings: booking, draws: draw }[kind ?? ''] ?? session;
      return { params: { id }, body: bodies[`${route.method} ${route.path}`] };
    },
    secrets: [HOSPITAL, '市一院'],
  });
  expect(findings).toEqual([]);
  expect(checked).toBeGreaterThan(h.release.routes.length * 3);
}, 120_000);
