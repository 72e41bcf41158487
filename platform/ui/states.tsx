import { ReloadOutlined } from '@ant-design/icons';
import { Button, Skeleton } from 'antd';
import type { ReactNode } from 'react';
import { ApiError } from './api.ts';
import { Copyable } from './marks.tsx';
import { i18n, useText } from './text.ts';

/** Nothing here: says why and what to do about it. */
export function EmptyState({
  title,
  hint,
  action,
  compact = false,
}: {
  readonly title: string;
  readonly hint?: ReactNode;
  readonly action?: ReactNode;
  readonly compact?: boolean;
}) {
  return (
    <div className={compact ? 'xl-empty xl-empty-compact' : 'xl-empty'}>
      <svg width="56" height="56" viewBox="0 0 56 56" aria-hidden="true">
        <path className="xl-empty-a" d="M28 6 8 15v13c0 12 8.5 19.6 20 23 11.5-3.4 20-11 20-23V15Z" />
        <path className="xl-empty-b" d="M20 28.5l6 6 11-12" />
      </svg>
      <strong>{title}</strong>
      {hint === undefined ? null : <p>{hint}</p>}
      {action}
    </div>
  );
}

/** What went wrong, its code for whoever is asked for help, and what to do. */
export function ErrorState({ error, retry }: { readonly error: unknown; readonly retry?: (() => void) | undefined }) {
  const t = useText();
  const problem = error instanceof ApiError ? error : undefined;
  const code = problem?.code ?? 'console.unexpected';
  const remedyKey = `ui.remedy.${code}`;
  const family = `ui.remedy.${String(problem?.status ?? 'other')}`;
  const remedy = i18n.exists(remedyKey) ? t(remedyKey) : i18n.exists(family) ? t(family) : t('ui.remedy.other');
  return (
    <div className="xl-error" role="alert">
      <strong>{problem?.message ?? (error instanceof Error ? error.message : String(error))}</strong>
      <p>{remedy}</p>
      {problem === undefined || problem.details.length === 0 ? null : (
        <ul>
          {problem.details.slice(0, 12).map((detail) => (
            <li key={`${detail.path}${detail.message}`}>
              <code>{detail.path}</code> {detail.message}
            </li>
          ))}
        </ul>
      )}
      <div className="xl-error-foot">
        <Copyable text={problem?.ref === undefined ? code : `${code} · ${problem.ref}`} />
        {retry === undefined ? null : (
          <Button size="small" icon={<ReloadOutlined />} onClick={retry}>
            {t('ui.retry')}
          </Button>
        )}
      </div>
    </div>
  );
}

/** Grey bars of the page's final height, so that nothing jumps. */
export function PageSkeleton({ rows = 8 }: { readonly rows?: number }) {
  return (
    <div className="xl-skeleton" aria-busy="true">
      <Skeleton
        active
        title={{ width: 220 }}
        paragraph={{ rows, width: Array.from({ length: rows }, (_, index) => `${String(96 - ((index * 7) % 23))}%`) }}
      />
    </div>
  );
}

interface QueryLike<T> {
  readonly data: T | undefined;
  readonly error: unknown;
  readonly refetch: () => unknown;
}

/** Loading, failed or ready: the three states of everything that is fetched. */
export function Loaded<T>({
  query,
  rows,
  children,
}: {
  readonly query: QueryLike<T>;
  readonly rows?: number;
  readonly children: (data: T) => ReactNode;
}) {
  if (query.data !== undefined) return children(query.data);
  if (query.error !== null && query.error !== undefined)
    return <ErrorState error={query.error} retry={() => void query.refetch()} />;
  return <PageSkeleton {...(rows === undefined ? {} : { rows })} />;
}
