/** A calendar day in Beijing, `YYYY-MM-DD`. */
export type Day = string;

const BEIJING_MS = 8 * 3600_000;
const DAY_MS = 86_400_000;

/** The day it is in Beijing at an instant. China has one time zone and no summer time. */
export function dayOf(instant: Date): Day {
  return new Date(instant.getTime() + BEIJING_MS).toISOString().slice(0, 10);
}

/** The instant of a wall-clock time (`HH:MM`) on a day in Beijing. */
export function instantOf(day: Day, time: string): Date {
  return new Date(`${day}T${time}:00+08:00`);
}

export function addDays(day: Day, days: number): Day {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);
}

/** Whole days from `a` to `b`. */
export function daysBetween(a: Day, b: Day): number {
  return Math.round((Date.parse(`${b}T00:00:00Z`) - Date.parse(`${a}T00:00:00Z`)) / DAY_MS);
}

/** 0 = Sunday … 6 = Saturday. */
export function weekdayOf(day: Day): number {
  return new Date(`${day}T00:00:00Z`).getUTCDay();
}

export function yearOf(day: Day): number {
  return Number(day.slice(0, 4));
}

/** `2026年11月22日`. */
export function chineseDay(instant: Date): string {
  const [year, month, day] = dayOf(instant).split('-').map(Number);
  return `${year}年${month}月${day}日`;
}

/** `2026年11月22日17时30分` */
export function chineseTime(instant: Date): string {
  const time = new Date(instant.getTime() + BEIJING_MS).toISOString().slice(11, 16);
  const [hour, minute] = time.split(':');
  return `${chineseDay(instant)}${Number(hour)}时${minute}分`;
}
