import { addDays, dayOf, instantOf, weekdayOf } from '../../supervise/calendar/index.ts';
import type { Day } from '../../supervise/calendar/index.ts';

/** Whole Beijing days: `from` is the first day, `to` the day after the last. */
export interface Period {
  readonly from: Day;
  readonly to: Day;
}

export type ReportKind = 'weekly' | 'monthly' | 'custom';

const firstOfMonth = (day: Day): Day => `${day.slice(0, 7)}-01`;

/** The seven whole days before today, or the calendar month before this one. */
export function lastPeriod(kind: 'weekly' | 'monthly', now: Date): Period {
  const today = dayOf(now);
  if (kind === 'weekly') return { from: addDays(today, -7), to: today };
  const to = firstOfMonth(today);
  return { from: firstOfMonth(addDays(to, -1)), to };
}

/** The period of the same kind just before. */
export function periodBefore(kind: ReportKind, { from, to }: Period): Period {
  if (kind === 'monthly') return { from: firstOfMonth(addDays(from, -1)), to: from };
  const days = daysOf({ from, to }).length;
  return { from: addDays(from, -days), to: from };
}

export function daysOf({ from, to }: Period): Day[] {
  const days: Day[] = [];
  for (let day = from; day < to; day = addDays(day, 1)) days.push(day);
  return days;
}

export const startOf = (day: Day): Date => instantOf(day, '00:00');

/** ISO 8601 week number of a day. */
export function weekNumber(day: Day): number {
  // The Thursday of the week decides its year.
  const thursday = addDays(day, 4 - (weekdayOf(day) === 0 ? 7 : weekdayOf(day)));
  const first = Date.parse(`${thursday.slice(0, 4)}-01-01T00:00:00Z`);
  return Math.floor((Date.parse(`${thursday}T00:00:00Z`) - first) / (7 * 86_400_000)) + 1;
}

export function periodText(kind: ReportKind, { from, to }: Period): string {
  const zh = (day: Day): string => {
    const [year, month, date] = day.split('-').map(Number);
    return `${year}年${month}月${date}日`;
  };
  const last = addDays(to, -1);
  return `${zh(from)}—${zh(last)}${kind === 'weekly' ? `（第${weekNumber(last)}周）` : ''}`;
}

export interface Schedule {
  readonly kind: 'weekly' | 'monthly';
  /** 0 Sunday … 6 Saturday. */
  readonly weekday: number;
  readonly day: number;
  /** `HH:MM` in Beijing. */
  readonly time: string;
}

/** The last moment at or before `now` at which the schedule was due. */
export function lastDue({ kind, weekday, day, time }: Schedule, now: Date): Date {
  const today = dayOf(now);
  if (kind === 'weekly') {
    const back = (weekdayOf(today) - weekday + 7) % 7;
    const at = instantOf(addDays(today, -back), time);
    return at <= now ? at : instantOf(addDays(today, -back - 7), time);
  }
  const inMonth = (month: Day): Date => instantOf(`${month.slice(0, 8)}${String(day).padStart(2, '0')}`, time);
  const at = inMonth(firstOfMonth(today));
  return at <= now ? at : inMonth(firstOfMonth(addDays(firstOfMonth(today), -1)));
}
