import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Button } from 'antd';
import { useMemo, useState } from 'react';
import {
  api,
  ApiError,
  EmptyState,
  ErrorState,
  PageFrame,
  PageSkeleton,
  TimeFilter,
  timeBounds,
  useFilters,
  useNumber,
  useSession,
  useText,
} from '@xinglin/platform/ui';
import type { EventRecord } from '@xinglin/soc';
import { InstitutionFilter } from '../shared/institutions.tsx';
import { ExportMenu } from './export-menu.tsx';
import { FieldSidebar } from './field-sidebar.tsx';
import { EventHistogram } from './histogram.tsx';
import { QueryBar } from './query-bar.tsx';
import { addTerm } from './query-terms.ts';
import { ResultTable } from './result-table.tsx';
import { SavedSearches } from './saved-searches.tsx';
import '../soc.css';
import './search.css';

export interface SearchAnswer {
  readonly items: readonly EventRecord[];
  readonly total: number | null;
  readonly next?: string;
  readonly tookMs: number;
}

/** Hunting: a query, its shape over time, which values occur, the events themselves. Everything clicked becomes part of the query. */
export function Page() {
  const t = useText();
  const number = useNumber();
  const { can } = useSession();
  const [filters, set] = useFilters();
  /** When the person last ran it, ms since the epoch. */
  const [run, setRun] = useState(() => Date.now());
  const query = filters['q'] ?? '';
  // A moving range is frozen until the person runs it again, or paging would skip events.
  const { range: last, from, to, tenant } = filters;
  const range = useMemo(
    () =>
      from !== undefined && to !== undefined
        ? { from, to }
        : timeBounds(last === undefined ? {} : { range: last }, '24h', run),
    [last, from, to, run],
  );
  const body = useMemo(
    () => ({ query, ...range, ...(tenant === undefined ? {} : { tenant }) }),
    [query, range, tenant],
  );
  const events = useInfiniteQuery({
    queryKey: ['/events/search', body, run],
    queryFn: ({ pageParam, signal }) =>
      api<SearchAnswer>('/events/search', {
        method: 'POST',
        body: { ...body, limit: 100, ...(pageParam === '' ? {} : { cursor: pageParam }) },
        signal,
      }),
    initialPageParam: '',
    getNextPageParam: (last) => last.next,
    staleTime: Infinity,
    retry: false,
  });
  const histogram = useQuery({
    queryKey: ['/events/histogram', body, run],
    queryFn: ({ signal }) =>
      api<{
        intervalMs: number;
        total: number;
        buckets: { at: string; count: number; series: Record<string, number> }[];
      }>('/events/histogram', { method: 'POST', body: { ...body, by: 'none', buckets: 80 }, signal }),
    enabled: !(events.error instanceof ApiError),
    staleTime: Infinity,
    retry: false,
  });
  const add = (field: string, value: string, exclude: boolean) => set({ q: addTerm(query, field, value, exclude) });
  const items = events.data?.pages.flatMap((page) => page.items) ?? [];
  const [first] = events.data?.pages ?? [];
  const syntax = events.error instanceof ApiError && events.error.code === 'search.syntax' ? events.error : undefined;
  return (
    <PageFrame
      fill
      title={t('nav.search')}
      actions={
        <>
          <SavedSearches />
          {can('event:export') ? <ExportMenu body={body} /> : null}
        </>
      }
    >
      <div className="soc-query">
        <QueryBar
          value={query}
          error={syntax?.message}
          onRun={(text) => {
            set({ q: text });
            setRun(Date.now());
          }}
        />
        <InstitutionFilter />
        <TimeFilter fallback="24h" />
        <Button
          type="primary"
          loading={events.isFetching && !events.isFetchingNextPage}
          onClick={() => setRun(Date.now())}
        >
          {t('search.run')}
        </Button>
      </div>
      <div className="soc-hunt">
        <FieldSidebar body={body} run={run} sample={items} onAdd={add} />
        <div className="soc-hunt-main">
          <section className="xl-panel soc-histogram">
            <div className="soc-histogram-head">
              <span>
                {first === undefined
                  ? ' '
                  : t('search.found', {
                      n: first.total === null ? t('search.many') : number(first.total),
                      ms: first.tookMs,
                    })}
              </span>
              <span className="xl-muted">{t('search.brush')}</span>
            </div>
            <EventHistogram data={histogram.data} onRange={(from, to) => set({ from, to, range: undefined })} />
          </section>
          <section className="xl-panel soc-results">
            {events.error !== null && events.data === undefined ? (
              syntax === undefined ? (
                <ErrorState error={events.error} retry={() => void events.refetch()} />
              ) : (
                <EmptyState title={t('search.syntaxWrong')} hint={syntax.message} />
              )
            ) : events.isPending ? (
              <PageSkeleton rows={12} />
            ) : items.length === 0 ? (
              <EmptyState title={t('search.none')} hint={t('search.noneHint')} />
            ) : (
              <ResultTable
                items={items}
                onAdd={add}
                more={events.hasNextPage}
                loading={events.isFetchingNextPage}
                onMore={() => void events.fetchNextPage()}
              />
            )}
          </section>
        </div>
      </div>
    </PageFrame>
  );
}
