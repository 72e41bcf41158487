import { afterEach, expect, test } from 'vitest';
import type { RegistrationDemo } from './index.ts';
import { openDemo, send, signIn } from './test-support.ts';

let demo: RegistrationDemo | undefined;
afterEach(async () => {
  await demo?.stop();
  demo = undefined;
});

interface Listed {
  items: { id: string; state: string }[];
}

test('the control port needs its token, knows everybody, and none of it is on the public port', async () => {
  demo = await openDemo({ controlPort: 0 });
  const control = demo.control!;
  const auth = { authorization: `Bearer ${control.token}` };
  expect((await send(control.url, 'GET', '/state')).status).toBe(401);
  expect((await send(control.url, 'GET', '/state', undefined, { authorization: 'Bearer x' })).status).toBe(401);
  const accounts = await send<{ items: { people: { idNumber: string }[] }[] }>(
    control.url,
    'GET',
    '/accounts',
    undefined,
    auth,
  );
  expect(accounts.body.items).toHaveLength(30);
  for (const path of ['/state', '/accounts', '/bookings', '/events', '/hand-overs', '/advance', '/control/state']) {
    const publicly = await fetch(demo.url + path, { headers: auth });
    expect(publicly.status, path).toBe(404);
  }
  const before = demo.hospital.now;
  const moved = await send(control.url, 'POST', '/advance', { seconds: 3600 }, auth);
  expect(moved.status).toBe(200);
  expect(demo.hospital.now - before).toBeGreaterThanOrEqual(3_600_000);
  expect((await send(control.url, 'POST', '/advance', { seconds: -5 }, auth)).status).toBe(400);
});

test('the desk enters people by telephone into the same draw, and the day of the visit is settled there', async () => {
  demo = await openDemo({
    controlPort: 0,
    policy: { release: { kind: 'window', windowSeconds: 600 } },
    releaseInSeconds: 0,
  });
  const auth = { authorization: `Bearer ${demo.control!.token}` };
  const session = demo.hospital.sessions()[0]!.plan.session.id;
  const account = demo.hospital.byPhone.get('10000000011')!;
  const desk = { account: account.id, patient: account.owner, session, channel: 'phone' };
  expect((await send(demo.control!.url, 'POST', '/desk/entries', desk, auth)).status).toBe(201);
  expect((await send(demo.control!.url, 'POST', '/desk/entries', desk, auth)).status).toBe(409);
  demo.advance(601);
  const { call } = await signIn(demo, 11);
  const [booking] = (await call<Listed>('GET', '/bookings')).body.items;
  await call('POST', `/bookings/${booking!.id}/pay`);
  const settled = await send<{ settled: number; refused: string[] }>(
    demo.control!.url,
    'POST',
    '/settle',
    {
      bookings: [
        { id: booking!.id, came: false },
        { id: 'nothing', came: true },
      ],
    },
    auth,
  );
  expect(settled.body).toEqual({ settled: 1, refused: ['nothing'] });
  expect((await call<Listed>('GET', '/bookings')).body.items[0]!.state).toBe('missed');
  const events = await send<{ items: { type: string }[] }>(demo.control!.url, 'GET', '/events', undefined, auth);
  expect(events.body.items.map(({ type }) => type)).toContain('booking.missed');
});
