import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { baselineHit } from './baseline-hit.ts';
import type { BaselineEvent } from './baseline-hit.ts';
import { createBaselines } from './baselines.ts';
import type { BaselineOptions, Baselines } from './baselines.ts';
import { baselineRules } from './explain-baseline.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** A Monday, 00:00 in Beijing. */
const START = Date.UTC(2026, 0, 4, 16);
const QUICK: BaselineOptions = {
  firstSeen: { learnMs: 2 * DAY, learnEvents: 10, maxPerDay: 3 },
  volume: { learnWeeks: 2, minDifference: 50 },
};

let serial = 0;
function event(ts: number, fields: Record<string, unknown>, tenant = 'cn.h1'): BaselineEvent {
  serial += 1;
  return { tenant, ts, sourceId: 's', batch: '1', seq: serial, event: { 'event.dataset': 'test.log', ...fields } };
}
const start = (name: string, ts: number, tenant?: string): BaselineEvent =>
  event(
    ts,
    {
      'event.category': ['process'],
      'event.type': ['start'],
      'process.executable': `C:\\Apps\\${name}`,
      'host.name': 'ws-1',
    },
    tenant,
  );
const login = (user: string, host: string, country: string | undefined, ts: number): BaselineEvent =>
  event(ts, {
    'event.category': 'authentication',
    'event.outcome': 'success',
    'user.name': user,
    'host.name': host,
    ...(country === undefined ? {} : { 'source.geo.country_iso_code': country }),
  });

/** Two quiet days of everyday programs and logins. */
function taught(options: BaselineOptions = QUICK): Baselines<BaselineEvent> {
  const baselines = createBaselines<BaselineEvent>(options);
  for (let hour = 0; hour <= 49; hour += 1) {
    const at = START + hour * HOUR;
    expect(baselines.observe([start('word.exe', at), login('li', 'ws-1', 'CN', at + 1)])).toEqual([]);
  }
  return baselines;
}
const NOW = START + 50 * HOUR;

describe('createBaselines(): rarity', () => {
  it('tells a program, a country and an account on a host that were never seen, once, and with figures', () => {
    const baselines = taught();
    const events = [start('mimi.exe', NOW), login('li', 'ws-1', 'BR', NOW), login('li', 'dc-1', 'CN', NOW)];
    const found = baselines.observe(events);
    expect(found.map(({ ruleId, group }) => [ruleId, group])).toEqual([
      ['baseline:first-seen-process', { 'process.name': 'mimi.exe' }],
      ['baseline:first-seen-country', { 'source.geo.country_iso_code': 'BR' }],
      ['baseline:first-seen-account-host', { 'user.name': 'li', 'host.name': 'dc-1' }],
    ]);
    expect(found[0]).toMatchObject({ tenant: 'cn.h1', at: NOW, figures: { days: 2, sightings: 51, known: 1 } });
    expect(found[0]?.textZh).toMatch(/mimi\.exe[^]*2 天[^]*51 次/);
    expect(found[0]?.event).toBe(events[0]);
    expect(baselines.observe([start('mimi.exe', NOW + 1), login('li', 'DC-1', 'br', NOW + 1)])).toEqual([]);
  });

  it('is silent while it learns, by time and by number, each institution for itself', () => {
    const few = createBaselines(QUICK);
    few.observe([start('a.exe', START)]);
    expect(few.observe([start('b.exe', START + 3 * DAY - HOUR)])).toEqual([]);
    const baselines = taught();
    expect(baselines.observe([start('word.exe', NOW, 'cn.h2'), start('x.exe', NOW + 1, 'cn.h2')])).toEqual([]);
    expect(baselines.observe([start('x.exe', NOW + 2)])).toHaveLength(1);
  });

  it('takes versions and random names of one program for the same', () => {
    const baselines = taught();
    const names = ['setup-4.2.1.exe', 'setup-4.2.2.exe', 'setup-10.0.exe'];
    expect(names.flatMap((name, index) => baselines.observe([start(name, NOW + index)]))).toHaveLength(1);
    const temporary = ['is-0a1b2c3d.tmp', 'is-9f8e7d6c.tmp'];
    expect(temporary.flatMap((name, index) => baselines.observe([start(name, NOW + index)]))).toHaveLength(1);
  });

  it('tells at most so many a day, counts the rest, and begins anew the next day', () => {
    const baselines = taught();
    const many = Array.from({ length: 10 }, (_, index) => start(`${'abcdefghij'[index] ?? ''}.exe`, NOW + index));
    expect(baselines.observe(many)).toHaveLength(3);
    expect(baselines.stats.heldBack).toBe(7);
    baselines.advance(NOW + DAY);
    const [next] = baselines.observe([start('next.exe', NOW + DAY)]);
    expect(next?.figures).toMatchObject({ toldToday: 1, heldBack: 7 });
  });

  it('leaves failures, computers and what is no start alone', () => {
    const baselines = taught();
    expect(
      baselines.observe([
        event(NOW, { 'event.category': ['process'], 'event.type': ['end'], 'process.executable': 'x.exe' }),
        event(NOW, {
          'event.category': 'authentication',
          'event.outcome': 'failure',
          'user.name': 'z',
          'host.name': 'z',
        }),
        login('PC-7$', 'dc-9', 'CN', NOW),
        login('SYSTEM', 'dc-9', undefined, NOW),
        start('', NOW),
      ]),
    ).toEqual([]);
  });
});

/** Events a hour, quiet at night and on weekends. */
const usual = (hour: number): number => {
  const ofDay = hour % 24;
  const day = Math.floor(hour / 24) % 7;
  return day < 5 && ofDay >= 8 && ofDay < 18 ? 400 : 40;
};

function hourOf(hour: number, count: number, tenant = 'cn.h1'): BaselineEvent[] {
  return Array.from({ length: count }, (_, index) =>
    event(START + hour * HOUR + Math.floor((index / count) * HOUR), { 'event.dataset': 'nginx.access' }, tenant),
  );
}

function weeks(baselines: Baselines<BaselineEvent>, until: number): void {
  for (let hour = 0; hour < until; hour += 1) expect(baselines.observe(hourOf(hour, usual(hour)))).toEqual([]);
}

const SUNDAY_3 = 3 * 168 + 6 * 24 + 3;

describe('createBaselines(): volume by hour of the week', () => {
  it('tells a flood on a Sunday night that would be nothing on a Monday morning', () => {
    const baselines = createBaselines<BaselineEvent>(QUICK);
    weeks(baselines, SUNDAY_3);
    expect(baselines.observe(hourOf(SUNDAY_3, 400))).toEqual([]);
    const found = baselines.observe(hourOf(SUNDAY_3 + 1, 40));
    expect(found).toMatchObject([
      {
        ruleId: 'baseline:volume-up',
        group: { 'event.dataset': 'nginx.access' },
        at: START + (SUNDAY_3 + 1) * HOUR - 1,
        figures: { count: 400, median: 40 },
      },
    ]);
    expect(found[0]?.textZh).toContain('400 条');
  });

  it('tells when a source falls silent, by the clock of the others', () => {
    const baselines = createBaselines<BaselineEvent>(QUICK);
    const monday9 = 3 * 168 + 9;
    weeks(baselines, monday9);
    const others = (hour: number): BaselineEvent[] => [
      event(START + hour * HOUR, { 'event.dataset': 'other' }, 'cn.h9'),
    ];
    baselines.observe(others(monday9));
    const found = baselines.observe([...others(monday9 + 1), ...others(monday9 + 2)]);
    expect(found.map(({ ruleId, figures }) => [ruleId, figures['count']])).toContainEqual(['baseline:volume-down', 0]);
  });

  it('learns nothing of hours in which the platform itself stood still', () => {
    const baselines = createBaselines<BaselineEvent>(QUICK);
    weeks(baselines, 3 * 168 + 9);
    const later = 3 * 168 + 9 + 72;
    expect(baselines.observe(hourOf(later, usual(later)))).toEqual([]);
    expect(baselines.observe(hourOf(later + 1, usual(later + 1)))).toEqual([]);
    expect(baselines.stats.skewedEvents).toBeGreaterThan(0);
  });

  it('does not believe one clock that is far ahead', () => {
    const baselines = createBaselines<BaselineEvent>(QUICK);
    weeks(baselines, 30);
    expect(baselines.observe([event(START + 1000 * DAY, {})])).toEqual([]);
    expect(baselines.observe(hourOf(30, usual(30)))).toEqual([]);
    expect(baselines.stats).toMatchObject({ skewedEvents: 1, lateEvents: 0 });
  });
});

describe('createBaselines(): state and memory', () => {
  it('goes on after a restart exactly where it was', () => {
    const step = fc.record({
      minutes: fc.integer({ min: 0, max: 29 }),
      kind: fc.constantFrom('start', 'login'),
      name: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'),
      tenant: fc.constantFrom('cn.h1', 'cn.h2'),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120 }), fc.nat(120), (steps, cut) => {
        const options: BaselineOptions = {
          firstSeen: { learnMs: 3 * HOUR, learnEvents: 3, maxValues: 4, maxPerDay: 2 },
          volume: { learnWeeks: 1, minDifference: 1, threshold: 1, weeks: 2 },
        };
        let at = START;
        const events = steps.map(({ minutes, kind, name, tenant }) => {
          at += minutes * 60_000;
          const made = kind === 'start' ? start(name, at) : login(name, 'h', 'CN', at);
          return { ...made, tenant };
        });
        const whole = createBaselines<BaselineEvent>(options);
        const expected = events.flatMap((one) => whole.observe([one]));
        const before = createBaselines<BaselineEvent>(options);
        const found = events.slice(0, cut).flatMap((one) => before.observe([one]));
        const after = createBaselines<BaselineEvent>(options);
        after.restore(JSON.parse(JSON.stringify(before.snapshot())));
        found.push(...events.slice(cut).flatMap((one) => after.observe([one])));
        expect(found).toEqual(expected);
      }),
      { numRuns: 60 },
    );
  });

  it('takes a stop of the platform for what it was', () => {
    const before = createBaselines<BaselineEvent>(QUICK);
    weeks(before, 3 * 168 + 9);
    const after = createBaselines<BaselineEvent>(QUICK);
    after.restore(JSON.parse(JSON.stringify(before.snapshot())));
    for (let hour = 3 * 168 + 12; hour < 3 * 168 + 15; hour += 1)
      expect(after.observe(hourOf(hour, usual(hour)))).toEqual([]);
    expect(after.observe(hourOf(3 * 168 + 15, 2000))).toEqual([]);
    expect(after.advance(START + (3 * 168 + 17) * HOUR)).toMatchObject([{ ruleId: 'baseline:volume-up' }]);
  });

  it('refuses other data and keeps what it has', () => {
    const baselines = taught();
    const before = JSON.stringify(baselines.snapshot());
    for (const state of [undefined, {}, { version: 2 }, { version: 1, newest: 0, books: [{}], series: [] }])
      expect(() => baselines.restore(state)).toThrow();
    expect(JSON.stringify(baselines.snapshot())).toBe(before);
  });

  it('remembers no more than it may, whatever comes', () => {
    const baselines = createBaselines<BaselineEvent>({
      firstSeen: { maxValues: 50, maxBooks: 4 },
      volume: { maxSeries: 3, weeks: 2 },
    });
    fc.assert(
      fc.property(
        fc.array(
          fc.record({
            ts: fc.oneof(fc.integer({ min: START, max: START + 100 * DAY }), fc.double()),
            name: fc.stringMatching(/^[a-z]{1,6}$/),
            tenant: fc.stringMatching(/^cn\.[a-z]$/),
            dataset: fc.stringMatching(/^[a-z]$/),
          }),
          { maxLength: 200 },
        ),
        (rows) => {
          baselines.observe(
            rows.map(({ ts, name, tenant, dataset }) => {
              const made = start(name, ts, tenant);
              return { ...made, event: { ...made.event, 'event.dataset': dataset } };
            }),
          );
          const { books, values, series } = baselines.stats;
          expect(books).toBeLessThanOrEqual(4);
          expect(values).toBeLessThanOrEqual(4 * 50);
          expect(series).toBeLessThanOrEqual(3);
        },
      ),
    );
  });
});

describe('baselineHit()', () => {
  it('is a hit with a rule that the book can show, the same when handed over again', () => {
    const baselines = taught();
    const [found] = baselines.observe([start('mimi.exe', NOW)]);
    if (found === undefined) throw new Error('nothing found');
    const hit = baselineHit(found);
    expect(baselineHit(found)).toEqual(hit);
    expect(hit).toMatchObject({ kind: 'correlation', tenant: 'cn.h1', sourceId: 's', batch: '1' });
    expect(hit.correlation?.events).toHaveLength(1);
    const info = baselineRules.find(({ id }) => id === hit.ruleId);
    expect(info?.titleZh).toMatch(/\p{Script=Han}/u);
    expect(info?.remediationZh).toMatch(/\p{Script=Han}/u);
    expect(new Set(baselineRules.map(({ id }) => id)).size).toBe(5);
  });

  it('gives a volume its hour as identity', () => {
    const baselines = createBaselines<BaselineEvent>(QUICK);
    weeks(baselines, SUNDAY_3);
    baselines.observe(hourOf(SUNDAY_3, 400));
    const [found] = baselines.advance(START + (SUNDAY_3 + 2) * HOUR);
    if (found === undefined) throw new Error('nothing found');
    const hit = baselineHit(found);
    expect(hit).toMatchObject({ batch: '0', ruleId: 'baseline:volume-up', correlation: { count: 400, events: [] } });
    expect(hit.seq).toBe(Math.floor(START / HOUR) + SUNDAY_3);
  });
});
