import { readFileSync } from 'node:fs';
import chineseDays from 'chinese-days/dist/chinese-days.json' with { type: 'json' };
import { parse } from 'yaml';
import { z } from 'zod';
import { addDays, dayOf, instantOf, weekdayOf, yearOf } from './day.ts';
import type { Day } from './day.ts';
import { statutoryDays } from './statutory-days.ts';

const DayKey = z.string().regex(/^\d{4}-\d{2}-\d{2}$/);
const Time = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/);
const CalendarFile = z.strictObject({
  businessEnd: Time.default('17:30'),
  businessStart: Time.default('09:00'),
  years: z
    .record(
      z.string().regex(/^\d{4}$/),
      z.strictObject({
        source: z.string().default(''),
        holidays: z.record(DayKey, z.string()).default({}),
        workdays: z.record(DayKey, z.string()).default({}),
      }),
    )
    .default({}),
});
export type CalendarFile = z.input<typeof CalendarFile>;

export interface DayInfo {
  readonly day: Day;
  readonly work: boolean;
  /** 元旦, 春节 …, 调休 for a weekend that is worked, 周末, or empty. */
  readonly name: string;
}

export interface Deadline {
  readonly day: Day;
  /** The moment the period ends: closing time of its last working day. */
  readonly at: Date;
  /** Years whose holiday arrangement is not published; the result counts the days the law names, no make-up days, and may move. */
  readonly unknownYears: readonly number[];
}

export interface WorkCalendar {
  readonly businessStart: string;
  readonly businessEnd: string;
  /** Years with a published arrangement. */
  readonly years: readonly number[];
  info(day: Day): DayInfo;
  isWorkday(day: Day): boolean;
  /** The day `count` working days after (before, when negative) `day`; `day` itself does not count (Civil Code, art. 201). 0 gives `day` itself when it is worked, else the next working day. */
  add(day: Day, count: number): Day;
  /** Working days after `from` up to and including `to`; negative when `to` is earlier. */
  between(from: Day, to: Day): number;
  /** A period of working days that starts at an instant. */
  deadline(start: Date, workdays: number): Deadline;
}

/** Reads `content/calendar/cn.yaml`. Throws with the place of the mistake when the file is wrong. */
export function loadCalendar(file: URL | string): WorkCalendar {
  const parsed = CalendarFile.safeParse(parse(readFileSync(file, 'utf8')) ?? {});
  if (!parsed.success) throw new Error(`calendar ${String(file)}: ${z.prettifyError(parsed.error)}`);
  return createCalendar(parsed.data);
}

export function createCalendar(file: CalendarFile = {}): WorkCalendar {
  const { businessEnd, businessStart, years } = CalendarFile.parse(file);
  const holidays = new Map<Day, string>();
  const workdays = new Map<Day, string>();
  const known = new Set<number>();
  for (const [from, to] of [
    [chineseDays.holidays, holidays],
    [chineseDays.workdays, workdays],
  ] as const) {
    for (const [day, text] of Object.entries(from)) {
      to.set(day, text.split(',')[1] ?? '');
      if (to === holidays) known.add(yearOf(day));
    }
  }
  for (const [year, arrangement] of Object.entries(years)) {
    known.add(Number(year));
    for (const map of [holidays, workdays]) for (const day of map.keys()) if (day.startsWith(year)) map.delete(day);
    for (const [day, name] of Object.entries(arrangement.holidays)) holidays.set(day, name);
    for (const [day, name] of Object.entries(arrangement.workdays)) workdays.set(day, name);
  }
  const computed = new Map<number, ReadonlyMap<Day, string>>();

  function info(day: Day): DayInfo {
    const year = yearOf(day);
    const weekend = weekdayOf(day) === 0 || weekdayOf(day) === 6;
    let named = holidays.get(day);
    if (!known.has(year)) {
      let days = computed.get(year);
      if (days === undefined) computed.set(year, (days = statutoryDays(year)));
      named = days.get(day);
    }
    if (named !== undefined) return { day, work: false, name: named };
    if (weekend && workdays.has(day)) return { day, work: true, name: `${workdays.get(day)}调休` };
    return { day, work: !weekend, name: weekend ? '周末' : '' };
  }
  const isWorkday = (day: Day): boolean => info(day).work;

  function add(day: Day, count: number): Day {
    const step = count < 0 ? -1 : 1;
    let at = day;
    if (count === 0) while (!isWorkday(at)) at = addDays(at, 1);
    for (let left = Math.abs(count); left > 0;) {
      at = addDays(at, step);
      if (isWorkday(at)) left -= 1;
    }
    return at;
  }

  return {
    businessStart,
    businessEnd,
    years: [...known].toSorted((a, b) => a - b),
    info,
    isWorkday,
    add,
    between(from, to) {
      if (to < from) return -this.between(to, from);
      let count = 0;
      for (let day = addDays(from, 1); day <= to; day = addDays(day, 1)) if (isWorkday(day)) count += 1;
      return count;
    },
    deadline(start, workdays_) {
      const from = dayOf(start);
      const day = add(from, workdays_);
      const unknownYears: number[] = [];
      for (let year = yearOf(from); year <= yearOf(day); year += 1) if (!known.has(year)) unknownYears.push(year);
      return { day, at: instantOf(day, businessEnd), unknownYears };
    },
  };
}
