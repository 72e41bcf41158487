import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AGE_BANDS, ageBand, ageOver89, readAge } from './ages.ts';
import { ageOn, coarseDate, dayNumber, dayOf, readDate, shiftDate } from './dates.ts';

describe('shiftDate()', () => {
  test('moves the dates of the guide and keeps their distance', () => {
    expect(shiftDate('2018-01-01', 100)).toBe('2018-04-11');
    expect(shiftDate('2018-04-01', 100)).toBe('2018-07-10');
    expect(dayNumber('2018-07-10')! - dayNumber('2018-04-11')!).toBe(90);
  });

  test.each([
    ['2018/1/1', '2018/1/31'],
    ['2018/01/01 08:30:00', '2018/01/31 08:30:00'],
    ['2018.01.01', '2018.01.31'],
    ['20180101', '20180131'],
    ['20180101083000', '20180131083000'],
    ['2018-01-01T08:30:00+08:00', '2018-01-31T08:30:00+08:00'],
    ['2018\u5E741\u67081\u65E5', '2018\u5E741\u670831\u65E5'],
    ['2018\u5E7401\u670801\u65E5 08\u65F630\u5206', '2018\u5E7401\u670831\u65E5 08\u65F630\u5206'],
    ['2020-02-28', '2020-03-29'],
    ['2019-02-28', '2019-03-30'],
    ['1999-12-31', '2000-01-30'],
  ])('keeps format and time of %s', (from, to) => expect(shiftDate(from, 30)).toBe(to));

  test.each([
    ['2018', '2018'],
    ['2018-05', '2018'],
    ['201805', '2018'],
    ['2018\u5E745\u6708', '2018'],
    ['2018\u5E74', '2018'],
  ])('generalises the partial date %s', (from, to) => expect(shiftDate(from, 30)).toBe(to));

  test.each([
    '',
    '\u4E0D\u8BE6',
    '2019-02-29',
    '2018-13-01',
    '1704067200',
    '1704067200000',
    '2018-01-01 \u5F20\u4E09',
    '18-01-01',
    '201801010',
    '2018-01-01x',
  ])('does not let %s through', (text) => expect(shiftDate(text, 30)).toBeUndefined());

  test('agrees with the calendar of JavaScript and comes back, for every day and offset', () => {
    fc.assert(
      fc.property(fc.integer({ min: -36_000, max: 47_000 }), fc.integer({ min: -3650, max: 3650 }), (day, by) => {
        const iso = (at: number): string => new Date(at * 86_400_000).toISOString().slice(0, 10);
        const moved = shiftDate(iso(day), by);
        expect(moved).toBe(iso(day + by));
        expect(dayNumber(iso(day))).toBe(day);
        expect(shiftDate(moved as string, -by)).toBe(iso(day));
      }),
    );
  });
});

test('coarseDate() gives month or year, never more than there was', () => {
  expect(coarseDate('2018/5/7 10:00', 'month')).toBe('2018-05');
  expect(coarseDate('2018', 'month')).toBe('2018');
  expect(coarseDate('20180507', 'year')).toBe('2018');
  expect(coarseDate('\u53BB\u5E74', 'year')).toBeUndefined();
});

test('ageOn() counts birthdays, in leap years too', () => {
  expect(ageOn('1980-03-02', '2026-03-01')).toBe(45);
  expect(ageOn('1980-03-02', '2026-03-02')).toBe(46);
  expect(ageOn('2000-02-29', '2025-02-28')).toBe(24);
  expect(ageOn('2000-02-29', '2025-03-01')).toBe(25);
  expect(ageOn('2030-01-01', '2026-01-01')).toBeUndefined();
  expect(ageOn('1980', '2026-01-01')).toBeUndefined();
  expect(ageOn('1980-01-01', '')).toBeUndefined();
});

test('dayOf() counts from 1970', () => {
  expect(dayOf(1970, 1, 1)).toBe(0);
  expect(dayOf(2000, 3, 1)).toBe(11_017);
  expect(readDate('2000-03-01')).toMatchObject({ year: 2000, month: 3, day: 1, separator: '-', padded: true });
});

describe('ages', () => {
  test('fifteen bands with the borders of the guide', () => {
    expect(AGE_BANDS).toHaveLength(15);
    expect([0, 24, 25, 29, 30, 85, 89, 90, 120].map(ageBand)).toEqual([
      '<25',
      '<25',
      '25-29',
      '25-29',
      '30-34',
      '85-89',
      '85-89',
      '>89',
      '>89',
    ]);
    for (let age = 0; age < 130; age++) expect(AGE_BANDS).toContain(ageBand(age));
    expect([89, 90].map(ageOver89)).toEqual(['<=89', '>89']);
  });

  test.each([
    ['45', 45],
    ['45\u5C81', 45],
    ['45 \u5468\u5C81', 45],
    ['045Y', 45],
    ['003M', 0],
    ['8\u4E2A\u6708', 0],
    ['12\u5929', 0],
    ['13\u6708', 1],
    ['1\u5C816\u4E2A\u6708', 1],
    ['10D', 0],
    ['101', 101],
  ])('readAge() reads %s', (text, age) => expect(readAge(text)).toBe(age));

  test.each(['', ' ', '-1', '\u6210\u4EBA', '200', '45\u5C81\u5F20\u4E09', 'NaN', '1e1'])(
    'readAge() refuses %s',
    (text) => expect(readAge(text)).toBeUndefined(),
  );
});
