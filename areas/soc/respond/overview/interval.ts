/** Widths of a trend's points a reader can name, in minutes. */
const WIDTHS = [1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440];
const MOST_POINTS = 72;

export interface Trend {
  readonly widthMs: number;
  /** Beginnings of the points, oldest first; the last one holds now. */
  readonly points: readonly number[];
}

export function trendOf(now: Date, hours: number): Trend {
  const minutes = WIDTHS.find((width) => (hours * 60) / width <= MOST_POINTS) ?? 1440;
  const widthMs = minutes * 60_000;
  const last = Math.floor(now.getTime() / widthMs);
  const count = Math.max(1, Math.ceil((hours * 3_600_000) / widthMs));
  return { widthMs, points: Array.from({ length: count }, (_, index) => (last - count + 1 + index) * widthMs) };
}

/** Midnight before `now` in China, which keeps UTC+8 all year. */
export function startOfDay(now: Date): Date {
  const shifted = now.getTime() + 8 * 3_600_000;
  return new Date(Math.floor(shifted / 86_400_000) * 86_400_000 - 8 * 3_600_000);
}
