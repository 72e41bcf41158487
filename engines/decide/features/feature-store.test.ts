import { describe, expect, it } from 'vitest';
import { FEATURES } from './catalogue.ts';
import { createFeatureStore, restoreFeatureStore } from './feature-store.ts';
import { summariseBehaviour } from './behaviour.ts';
import type { RegistrationEvent } from './types.ts';

const START = 1_760_000_000_000;
const event = (seconds: number, rest: Partial<RegistrationEvent> = {}): RegistrationEvent => ({
  at: START + seconds * 1000,
  action: 'query',
  ...rest,
});
const SMALL = {
  capacity: { device: 512, account: 512, person: 512, phone: 512, session: 512, ip: 512, subnet: 64, doctor: 64 },
};

describe('createFeatureStore()', () => {
  it('gives exactly the features of the catalogue, in its order, with its types', () => {
    const row = createFeatureStore(SMALL).observe(
      event(0, {
        action: 'book',
        device: 'd',
        account: 'a',
        person: 'p',
        phone: 'f',
        ip: 'i',
        subnet: 'n',
        doctor: 'o',
        session: 's',
        slot: 'x',
      }),
    );
    expect(Object.keys(row)).toEqual(FEATURES.map(({ name }) => name));
    expect(FEATURES.length).toBeGreaterThanOrEqual(40);
    for (const { name, type, note } of FEATURES) {
      if (row[name] !== undefined) expect(typeof row[name], name).toBe(type);
      expect(note?.length).toBeGreaterThan(5);
    }
  });

  it('leaves missing what cannot be known, and never counts it against anybody', () => {
    const row = createFeatureStore(SMALL).observe(event(0));
    expect(row['device.known']).toBe(false);
    for (const [name, value] of Object.entries(row)) {
      if (/^(device|account|person|phone|ip)\.(requests|books|persons|devices)/.test(name))
        expect(value).toBeUndefined();
    }
  });

  it('counts a family on one device, and what they do', () => {
    const store = createFeatureStore(SMALL);
    for (const [index, person] of ['mother', 'child', 'grandfather', 'child'].entries()) {
      store.observe(event(index * 30, { action: 'book', device: 'd', account: 'a', person, phone: 'f' }));
    }
    const row = store.observe(event(125, { device: 'd', account: 'a', person: 'mother', phone: 'f' }));
    expect(row['device.persons_24h']).toBe(3);
    expect(row['phone.persons_7d']).toBe(3);
    expect(row['device.books_24h']).toBe(4);
    expect(row['person.books_7d']).toBe(1);
    expect(row['device.requests_10s']).toBe(1);
    expect(row['device.interval_ms']).toBe(35_000);
    expect(row['device.new']).toBe(false);
  });

  it('finds the hand-over of a slot to another identity, for both sides, and tells families apart', () => {
    const store = createFeatureStore(SMALL);
    const slot = { slot: 's1', doctor: 'o' };
    store.observe(event(0, { action: 'cancel', account: 'hoarder', person: 'p1', ...slot }));
    const self = store.observe(event(5, { action: 'book', ok: false, account: 'hoarder', person: 'p1', ...slot }));
    expect(self['slot.handover_s']).toBeUndefined();
    const taken = store.observe(event(20, { action: 'book', account: 'buyer', person: 'p2', ...slot }));
    expect(taken).toMatchObject({
      'slot.handover_s': 20,
      'slot.handover_same_account': false,
      'account.handovers_7d': 1,
    });
    expect(taken['identity.pair_handovers_7d']).toBe(1);
    expect(store.observe(event(30, { account: 'hoarder', person: 'p1' }))).toMatchObject({
      'account.handovers_7d': 1,
      'person.handovers_7d': 1,
    });
    store.observe(event(40, { action: 'cancel', account: 'mother', person: 'mother', slot: 's2' }));
    expect(store.observe(event(41, { action: 'book', account: 'mother', person: 'child', slot: 's2' }))).toMatchObject({
      'slot.handover_same_account': true,
      'account.handovers_7d': 0,
    });
    store.observe(event(100, { action: 'cancel', account: 'x', person: 'x', slot: 's3' }));
    expect(
      store.observe(event(1000, { action: 'book', account: 'y', person: 'y', slot: 's3' }))['slot.handover_s'],
    ).toBeUndefined();
  });

  it('links identities by shared devices and accounts at the tick, but not through kiosks', () => {
    const store = createFeatureStore(SMALL);
    for (let person = 0; person < 12; person++) {
      store.observe(event(person, { device: `d${person % 3}`, account: `a${person % 4}`, person: `p${person}` }));
      store.observe(event(person, { device: 'kiosk', person: `k${person}`, client: 'kiosk' }));
    }
    store.tick(START + 60_000);
    expect(store.peek(event(60, { person: 'p7' }))['identity.group_persons']).toBe(12);
    expect(store.peek(event(60, { device: 'kiosk' }))['identity.group_persons']).toBe(0);
  });

  it('sees the same timing on other devices, not on retries of the same one', () => {
    const keys = [0, 131, 290, 377, 601, 744, 1002, 1099, 1250, 1433].map((down) => [down, down + 60] as const);
    const behaviour = summariseBehaviour({ keys, actionAt: 2000 });
    const store = createFeatureStore(SMALL);
    const replays = (device: string): unknown =>
      store.observe(event(0, { device, behaviour }))['behaviour.replayed_timing'];
    expect([replays('d1'), replays('d1'), replays('d2'), replays('d3')]).toEqual([0, 0, 1, 2]);
  });

  it('reports the pace of the whole site at the tick', () => {
    const store = createFeatureStore(SMALL);
    for (let index = 0; index < 100; index++) {
      store.observe(
        event(index / 10, {
          device: `d${index % 20}`,
          ok: index % 4 !== 0,
          action: index % 2 === 0 ? 'book' : 'query',
        }),
      );
    }
    store.tick(START + 9900);
    const row = store.peek(event(10));
    expect(row).toMatchObject({ 'site.requests_10s': 100, 'site.books_10s': 50, 'site.failure_share_60s': 0.25 });
    expect(row['site.new_device_share_60s']).toBe(0.2);
    expect(Math.abs(Number(row['site.devices_60s']) - 20)).toBeLessThanOrEqual(2);
  });

  it('changes nothing on peek()', () => {
    const store = createFeatureStore(SMALL);
    const asked = event(1, { action: 'book', device: 'd', account: 'a', person: 'p', ip: 'i', slot: 's' });
    store.observe(event(0, { device: 'd', account: 'a' }));
    const before = store.peek(asked);
    for (let round = 0; round < 20; round++) store.peek(asked);
    expect(store.peek(asked)).toEqual(before);
    expect(before['device.requests_60s']).toBe(1);
    expect(store.stats().events).toBe(1);
  });

  it('goes on after restoreFeatureStore() as if nothing had happened', () => {
    const store = createFeatureStore(SMALL);
    const events = Array.from({ length: 400 }, (_, index) =>
      event(index * 3, {
        action: (['query', 'book', 'cancel'] as const)[index % 3] ?? 'query',
        device: `d${index % 23}`,
        account: index % 19,
        person: `p${index % 31}`,
        ip: `i${index % 7}`,
        slot: `s${index % 5}`,
      }),
    );
    for (const each of events.slice(0, 300)) store.observe(each);
    store.tick(events[299]?.at ?? 0);
    const copy = restoreFeatureStore(store.serialise(), SMALL);
    expect(copy.stats()).toEqual(store.stats());
    for (const each of events.slice(300)) expect(copy.observe(each)).toEqual(store.observe(each));
  });

  it('refuses a snapshot of other options', () => {
    const store = createFeatureStore(SMALL);
    for (let index = 0; index < 400; index++) store.observe(event(index, { device: index }));
    expect(() => restoreFeatureStore(store.serialise(), { capacity: { ...SMALL.capacity, device: 64 } })).toThrow(
      /"device"/,
    );
  });

  it('forgets a person on demand', () => {
    const store = createFeatureStore(SMALL);
    store.observe(event(0, { action: 'book', person: 'p' }));
    expect(store.forget('person', 'p')).toBe(true);
    expect(store.forget('person', 'p')).toBe(false);
    expect(store.peek(event(1, { person: 'p' }))['person.books_7d']).toBeUndefined();
  });

  it('stays below 320 MB with a million distinct keys', () => {
    const store = createFeatureStore();
    const keys = (index: number): Partial<RegistrationEvent> => ({
      device: index,
      account: index,
      person: index,
      phone: index >> 1,
      session: index >> 1,
      ip: index >> 2,
      subnet: index >> 4,
      slot: index >> 2,
      action: 'cancel',
    });
    for (let index = 0; index < 220_000; index++) store.observe(event(index / 100, keys(index)));
    const { entities, bytes } = store.stats();
    // 1.0 million keys with the slots; at 84 % of the caps next to nobody is forgotten.
    expect(entities.device + entities.account + entities.person).toBeGreaterThan(659_000);
    expect(entities.phone + entities.session + entities.ip + entities.subnet).toBeGreaterThan(288_000);
    expect(bytes).toBeLessThan(320e6);
  });
});

describe('summariseBehaviour()', () => {
  it('says nothing about a mouse to those who have none', () => {
    const summary = summariseBehaviour({
      keys: [
        [0, 50],
        [200, 260],
        [450, 520],
      ],
      actionAt: 900,
    });
    expect(summary).toMatchObject({ inputs: 4, keyPresses: 3, actionMs: 900 });
    expect(summary.pointerStraightness).toBeUndefined();
    expect(summary.touches).toBeUndefined();
  });

  it('tells a ruler from a hand', () => {
    const ruler = Array.from({ length: 30 }, (_, index) => [index * 16, index * 10, index * 5] as const);
    const hand = Array.from(
      { length: 30 },
      (_, index) => [index * 16 + (index % 3), index * 10, 40 * Math.sin(index)] as const,
    );
    const [straight, curved] = [summariseBehaviour({ pointer: ruler }), summariseBehaviour({ pointer: hand })];
    expect(straight.pointerStraightness).toBeCloseTo(1, 6);
    expect(curved.pointerStraightness).toBeLessThan(0.7);
    expect(straight.pointerSpeedVariation).toBeLessThan(0.01);
    expect(curved.pointerSpeedVariation).toBeGreaterThan(0.2);
    expect(straight.pointerDirectionEntropy).toBe(0);
  });

  it('counts the pages that were left out', () => {
    const usualPages = ['list', 'doctor', 'slot', 'confirm'];
    expect(summariseBehaviour({ pages: [[0, 'confirm']] }, { usualPages }).pagesSkipped).toBe(3);
    expect(
      summariseBehaviour(
        {
          pages: [
            [0, 'list'],
            [5, 'doctor'],
          ],
        },
        { usualPages },
      ).pagesSkipped,
    ).toBe(0);
  });

  it('survives samples of any kind', () => {
    const summary = summariseBehaviour({
      pointer: [[Number.NaN, 1, 2], [5, 5, 5], ['x', 1, 1] as never],
      touch: [
        [0, 1, 1],
        [0, 1, 1],
      ],
      keys: [[5, 1]],
      actionAt: Number.POSITIVE_INFINITY,
    });
    expect(summary).toMatchObject({ inputs: 7, pointerEvents: 1, touches: 2 });
    expect(summary.actionMs).toBeUndefined();
    for (const value of Object.values(summary)) expect(value).not.toBeNaN();
  });
});
