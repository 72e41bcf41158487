import { Tooltip } from 'antd';
import { useEffect, useState } from 'react';
import { useLocale, useText, type Translate } from './text.ts';

const MINUTE = 60;
const HOUR = 3600;
const DAY = 86_400;

const two = (value: number) => String(value).padStart(2, '0');

/** `2026-11-22 14:03:09` in the browser's time zone. */
export function exactTime(iso: string, withMs = false): string {
  const at = new Date(iso);
  if (Number.isNaN(at.getTime())) return iso;
  const base = `${String(at.getFullYear())}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
  return withMs ? `${base}.${String(at.getMilliseconds()).padStart(3, '0')}` : base;
}

export function shortTime(iso: string): string {
  const at = new Date(iso);
  const clock = `${two(at.getHours())}:${two(at.getMinutes())}`;
  return at.toDateString() === new Date().toDateString()
    ? clock
    : `${two(at.getMonth() + 1)}-${two(at.getDate())} ${clock}`;
}

/** Seconds between `iso` and now in words: `3 分钟前`, `2 天后`. */
export function relativeTime(t: Translate, iso: string, now = Date.now()): string {
  const seconds = (now - new Date(iso).getTime()) / 1000;
  const past = seconds >= 0;
  const size = Math.abs(seconds);
  if (size < 5) return t('ui.justNow');
  const [value, unit] =
    size < MINUTE
      ? [size, 'second']
      : size < HOUR
        ? [size / MINUTE, 'minute']
        : size < DAY
          ? [size / HOUR, 'hour']
          : [size / DAY, 'day'];
  return t(past ? `ui.ago.${unit as string}` : `ui.in.${unit as string}`, { n: Math.floor(value as number) });
}

/** `3 小时 12 分`: a length of time people compare, two units at most. */
export function duration(t: Translate, seconds: number | null | undefined): string {
  if (seconds === null || seconds === undefined) return '–';
  if (seconds < MINUTE) return t('ui.span.s', { s: Math.round(seconds) });
  if (seconds < HOUR) return t('ui.span.m', { m: Math.floor(seconds / MINUTE), s: Math.round(seconds % MINUTE) });
  if (seconds < DAY) return t('ui.span.h', { h: Math.floor(seconds / HOUR), m: Math.floor((seconds % HOUR) / MINUTE) });
  return t('ui.span.d', { d: Math.floor(seconds / DAY), h: Math.floor((seconds % DAY) / HOUR) });
}

const tickers = new Set<(now: number) => void>();
setInterval(() => {
  const now = Date.now();
  for (const tick of tickers) tick(now);
}, 10_000);

/** One shared clock for every relative time on the page. */
export function useNow(): number {
  const [now, set] = useState(Date.now);
  useEffect(() => {
    tickers.add(set);
    return () => void tickers.delete(set);
  }, []);
  return now;
}

/** Relative time; the exact time appears on hover and for screen readers. */
export function RelTime({ at, className }: { readonly at: string | null | undefined; readonly className?: string }) {
  const t = useText();
  const now = useNow();
  if (at === null || at === undefined) return <span className="xl-muted">–</span>;
  return (
    <Tooltip title={exactTime(at, true)} mouseEnterDelay={0.3}>
      <time dateTime={at} className={className ?? 'xl-time'}>
        {relativeTime(t, at, now)}
      </time>
    </Tooltip>
  );
}

export function ExactTime({ at }: { readonly at: string | null | undefined }) {
  const t = useText();
  if (at === null || at === undefined) return <span className="xl-muted">–</span>;
  return (
    <Tooltip title={relativeTime(t, at)} mouseEnterDelay={0.3}>
      <time dateTime={at} className="xl-time xl-num">
        {exactTime(at)}
      </time>
    </Tooltip>
  );
}

/** `12,345`, `1.2 万` / `12.3k` when compact. */
export function useNumber(): (value: number, compact?: boolean) => string {
  const locale = useLocale();
  return (value, compact = false) =>
    compact && Math.abs(value) >= 10_000
      ? new Intl.NumberFormat(locale, { notation: 'compact', maximumFractionDigits: 1 }).format(value)
      : new Intl.NumberFormat(locale, { maximumFractionDigits: value < 10 ? 1 : 0 }).format(value);
}

export function bytes(size: number): string {
  const units = ['B', 'KB', 'MB', 'GB', 'TB'];
  let value = size;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${value >= 100 || unit === 0 ? value.toFixed(0) : value.toFixed(1)} ${units[unit] ?? ''}`;
}
