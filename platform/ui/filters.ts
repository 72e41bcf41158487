import { useNavigate, useSearch } from '@tanstack/react-router';
import { useCallback } from 'react';

export type Filters = Readonly<Record<string, string>>;

/** Filters live in the URL: a view can be bookmarked, sent to a colleague, and survives reload and back. */
export function useFilters(): readonly [Filters, (change: Readonly<Record<string, string | undefined>>) => void] {
  const search = useSearch({ strict: false }) as Filters;
  const navigate = useNavigate();
  const set = useCallback(
    (change: Readonly<Record<string, string | undefined>>) => {
      void navigate({
        to: '.',
        replace: true,
        resetScroll: false,
        search: ((before: Filters) => merge(before, change)) as never,
      });
    },
    [navigate],
  );
  return [search, set];
}

/** Empty and undefined values leave the URL. */
export function merge(before: Filters, change: Readonly<Record<string, string | undefined>>): Filters {
  const next: Record<string, string> = { ...before };
  for (const [key, value] of Object.entries(change)) {
    if (value === undefined || value === '') delete next[key];
    else next[key] = value;
  }
  return next;
}

/** Plain `a=b` both ways: no JSON quoting in addresses people read. */
export function parseSearch(text: string): Filters {
  const out: Record<string, string> = {};
  for (const [key, value] of new URLSearchParams(text)) out[key] = value;
  return out;
}

export function stringifySearch(search: Readonly<Record<string, unknown>>): string {
  const params = new URLSearchParams();
  for (const [key, value] of Object.entries(search))
    if (value !== undefined && value !== null && value !== '')
      params.set(key, String(value as string | number | boolean));
  const text = params.toString();
  return text === '' ? '' : `?${text}`;
}
