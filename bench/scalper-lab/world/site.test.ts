import { describe, expect, test } from 'vitest';
import { verifyDraw } from '@xinglin/antiscalp/release';
import type { Booking, Release } from '@xinglin/antiscalp/release';
import { ipBanDoor, limitReqDoor, openDoor } from './doors.ts';
import type { LabRequest } from './doors.ts';
import { Site } from './site.ts';
import { createTally } from './tally.ts';

const T = Date.parse('2026-11-23T07:00:00+08:00');
const MINUTE = 60_000;
const make = (release: Release, slots = 2): Site =>
  new Site({ seed: 'test', sessions: 4, slotsPerSession: slots, releaseAt: T, closeAt: T + 300 * MINUTE, release });
const ask = (site: Site, path: string, account: string, patient: string, now: number, session = 's0') =>
  site.handle('POST', path, account, { session, patient }, now);

describe('Site', () => {
  test('first come: as many as there are places, then nobody; one identity once', () => {
    const site = make({ kind: 'immediate' });
    expect(ask(site, '/api/bookings', 'a1', 'p1', T - MINUTE).status).toBe(409);
    expect(ask(site, '/api/bookings', 'a1', 'p1', T + 1).status).toBe(201);
    expect(ask(site, '/api/bookings', 'a1', 'p1', T + 2).body).toEqual({ error: { code: 'booking.exists' } });
    expect(ask(site, '/api/bookings', 'a2', 'p2', T + 3).status).toBe(201);
    expect(ask(site, '/api/bookings', 'a3', 'p3', T + 4).body).toEqual({ error: { code: 'slot.none-open' } });
    expect(site.handle('GET', '/api/sessions/s0/slots', 'a3', {}, T + 5).body).toEqual({ open: 0 });
  });

  test('window: entries, a draw that anybody can verify, holds told to whoever won, and payment by the owner alone', () => {
    const site = make({ kind: 'window', windowSeconds: 600 });
    const held: Booking[] = [];
    site.onHeld = (booking) => void held.push(booking);
    for (let i = 0; i < 30; i += 1) expect(ask(site, '/api/entries', `a${i}`, `p${i}`, T + i).status).toBe(201);
    expect(ask(site, '/api/entries', 'a0', 'p0', T + 99).body).toEqual({ error: { code: 'entry.exists' } });
    site.advance(T + 11 * MINUTE);
    expect(held).toHaveLength(2);
    const record = site.books.get('s0')!.data.draws[0]!.record;
    expect(verifyDraw(record).valid).toBe(true);
    const [won] = held;
    const pay = `/api/bookings/${won!.id}/pay`;
    expect(site.handle('POST', pay, 'somebody', {}, T + 12 * MINUTE).status).toBe(404);
    expect(site.handle('POST', pay, won!.account, {}, T + 12 * MINUTE).status).toBe(200);
    expect(site.holders('s0').filter(({ state }) => state === 'booked')).toEqual([
      { person: won!.person, state: 'booked' },
    ]);
    // The other place is not paid for and goes to somebody else by the next draw.
    site.advance(T + 120 * MINUTE);
    expect(held.length).toBeGreaterThan(2);
    expect(site.entered('p29')).toBe(true);
    expect(site.entered('stranger')).toBe(false);
  });

  test('the hospital’s limits hold over sessions: two places a day for one identity', () => {
    const site = make({ kind: 'immediate' });
    const codes = ['s0', 's2'].map((session) => ask(site, '/api/bookings', 'a', 'p', T + 1, session).status);
    expect(codes).toEqual([201, 201]);
    const sevenRelatives = ['s1', 's3'].flatMap((session) =>
      [1, 2].map((i) => ask(site, '/api/bookings', 'family', `${session}${i}`, T + 2, session).status),
    );
    expect(sevenRelatives).toEqual([201, 201, 201, 201]);
  });
});

describe('baseline doors', () => {
  const request = (ip: string): LabRequest => ({
    method: 'GET',
    path: '/api/sessions',
    account: 'a',
    ip,
    headers: {},
    who: createTally('adult', false, []),
  });

  test('limitReqDoor() is a leaky bucket: the burst passes, then the rate', async () => {
    let now = T;
    const door = limitReqDoor(make({ kind: 'immediate' }), () => now, 10, 20);
    const statuses = [];
    for (let i = 0; i < 30; i += 1) statuses.push((await door.send(request('1.2.3.4'))).status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(21);
    expect((await door.send(request('5.6.7.8'))).status).toBe(200);
    now += 1000;
    let passed = 0;
    for (let i = 0; i < 30; i += 1) passed += (await door.send(request('1.2.3.4'))).status === 200 ? 1 : 0;
    expect(passed).toBe(10);
  });

  test('ipBanDoor() bans the whole address for ten minutes; openDoor() nobody', async () => {
    let now = T;
    const site = make({ kind: 'immediate' });
    const [ban, open] = [ipBanDoor(site, () => now), openDoor(site, () => now)];
    for (let i = 0; i < 100; i += 1) expect((await ban.send(request('1.2.3.4'))).status).toBe(200);
    expect((await ban.send(request('1.2.3.4'))).step).toBe('banned');
    now += 9 * MINUTE;
    expect((await ban.send(request('1.2.3.4'))).step).toBe('banned');
    now += 2 * MINUTE;
    expect((await ban.send(request('1.2.3.4'))).status).toBe(200);
    for (let i = 0; i < 500; i += 1) expect((await open.send(request('1.2.3.4'))).status).toBe(200);
  });
});
