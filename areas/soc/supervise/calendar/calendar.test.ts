import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createCalendar, loadCalendar } from './calendar.ts';
import { addDays, chineseDay, chineseTime, dayOf, daysBetween, instantOf, weekdayOf } from './day.ts';
import { statutoryDays } from './statutory-days.ts';

const calendar = createCalendar();
const anyDay = fc.integer({ min: 0, max: 22 * 365 }).map((n) => addDays('2005-01-01', n));

describe('day', () => {
  test('dayOf() gives the Beijing day when UTC is still on the day before', () => {
    expect(dayOf(new Date('2026-11-22T15:59:59Z'))).toBe('2026-11-22');
    expect(dayOf(new Date('2026-11-22T16:00:00Z'))).toBe('2026-11-23');
  });
  test('instantOf() and dayOf() are inverse for any day', () => {
    fc.assert(fc.property(anyDay, (day) => dayOf(instantOf(day, '17:30')) === day));
  });
  test('chineseDay() and chineseTime() write the date as an office does', () => {
    expect(chineseDay(new Date('2026-01-05T01:02:00Z'))).toBe('2026年1月5日');
    expect(chineseTime(new Date('2026-01-05T01:02:00Z'))).toBe('2026年1月5日9时02分');
  });
});

describe('createCalendar()', () => {
  test.each([
    ['2026-02-14', true, '春节调休'], // Saturday that is worked
    ['2026-02-16', false, '春节'],
    ['2026-02-28', true, '春节调休'],
    ['2026-10-07', false, '国庆节'],
    ['2026-10-10', true, '国庆节调休'],
    ['2026-11-21', false, '周末'],
    ['2026-11-23', true, ''],
  ])('knows that %s is worked: %s', (day, work, name) => {
    expect(calendar.info(day)).toEqual({ day, work, name });
  });

  test('add() skips a long holiday and counts the make-up Saturday', () => {
    expect(calendar.add('2026-09-30', 1)).toBe('2026-10-08');
    expect(calendar.add('2026-09-30', 3)).toBe('2026-10-10');
    expect(calendar.add('2026-02-13', 1)).toBe('2026-02-14');
    expect(calendar.add('2026-02-13', 2)).toBe('2026-02-24');
  });

  test('add() with 0 gives the day itself when worked, else the next working day', () => {
    expect(calendar.add('2026-11-23', 0)).toBe('2026-11-23');
    expect(calendar.add('2026-11-21', 0)).toBe('2026-11-23');
  });

  test('add() lands on a working day, and between() gives back the count', () => {
    fc.assert(
      fc.property(anyDay, fc.integer({ min: 1, max: 60 }), (day, count) => {
        const end = calendar.add(day, count);
        expect(calendar.isWorkday(end)).toBe(true);
        expect(calendar.between(day, end)).toBe(count);
        expect(daysBetween(day, end)).toBeGreaterThanOrEqual(count);
      }),
    );
  });

  test('add() is additive from a working day, and going back undoes it', () => {
    fc.assert(
      fc.property(anyDay, fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 20 }), (any, a, b) => {
        const day = calendar.add(any, 0);
        expect(calendar.add(calendar.add(day, a), b)).toBe(calendar.add(day, a + b));
        expect(calendar.add(calendar.add(day, a), -a)).toBe(day);
      }),
    );
  });

  test('between() is antisymmetric and never more than the days between', () => {
    fc.assert(
      fc.property(anyDay, fc.integer({ min: -400, max: 400 }), (a, days) => {
        const b = addDays(a, days);
        expect(calendar.between(a, b) + calendar.between(b, a)).toBe(0);
        expect(Math.abs(calendar.between(a, b))).toBeLessThanOrEqual(Math.abs(days));
      }),
    );
  });

  test('every published year has between 245 and 256 working days', () => {
    for (const year of calendar.years.filter((y) => y >= 2008)) {
      const count = calendar.between(`${year - 1}-12-31`, `${year}-12-31`);
      expect(count, String(year)).toBeGreaterThanOrEqual(245);
      expect(count, String(year)).toBeLessThanOrEqual(256);
    }
  });

  test('deadline() ends at closing time in Beijing', () => {
    const deadline = calendar.deadline(new Date('2026-11-20T08:00:00Z'), 5);
    expect(deadline).toEqual({ day: '2026-11-27', at: new Date('2026-11-27T09:30:00Z'), unknownYears: [] });
  });

  test('deadline() warns when it reaches a year without arrangement, and still skips what the law names', () => {
    const deadline = calendar.deadline(new Date('2026-12-30T02:00:00Z'), 2);
    expect(deadline.unknownYears).toEqual([2027]);
    expect(deadline.day).toBe('2027-01-04'); // 12-31, (01-01 is off, weekend), 01-04
  });

  test('an arrangement in the file wins over the package and ends the warning', () => {
    const own = createCalendar({
      years: {
        '2027': { holidays: { '2027-01-01': '元旦', '2027-01-04': '元旦' }, workdays: { '2027-01-09': '元旦' } },
      },
    });
    expect(own.deadline(new Date('2026-12-30T02:00:00Z'), 2)).toMatchObject({ day: '2027-01-05', unknownYears: [] });
    expect(own.isWorkday('2027-01-09')).toBe(true);
  });

  test('loadCalendar() names what is wrong in the file', () => {
    const file = join(mkdtempSync(join(tmpdir(), 'calendar-')), 'cn.yaml');
    writeFileSync(file, 'businessEnd: "25:00"\n');
    expect(() => loadCalendar(file)).toThrow(/businessEnd/);
  });

  test('loadCalendar() reads the one that is shipped', () => {
    expect(loadCalendar(new URL('../../../../content/calendar/cn.yaml', import.meta.url)).businessEnd).toBe('17:30');
  });
});

describe('statutoryDays()', () => {
  test('names 13 days, which are all off in the published arrangements since the law of 2025', () => {
    for (const year of calendar.years.filter((y) => y >= 2025)) {
      const days = statutoryDays(year);
      // Two feasts may fall on one day (2025: none; 2020 had 国庆 and 中秋).
      expect(days.size, String(year)).toBeGreaterThanOrEqual(12);
      for (const day of days.keys()) expect(calendar.isWorkday(day), day).toBe(false);
    }
  });
  test('falls on weekdays the almanac gives', () => {
    expect([...statutoryDays(2027).keys()].slice(1, 4)).toEqual(['2027-02-05', '2027-02-06', '2027-02-07']);
    expect(weekdayOf('2027-02-06')).toBe(6);
  });
});
