import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { api, EmptyState, Loaded, RelTime, textOr, useLive, useText } from '@xinglin/platform/ui';
import { newest } from '../figures.ts';
import { Reasons, StepTag } from '../parts.tsx';
import type { Decision, Page } from '../types.ts';

const SHOWN = 40;
type Row = Pick<Decision, 'id' | 'at' | 'action' | 'step' | 'codes' | 'score'>;

function isRow(data: Readonly<Record<string, unknown>>): boolean {
  return typeof data['id'] === 'string' && typeof data['at'] === 'string' && Array.isArray(data['codes']);
}

/** The stream of decisions, joined to the last ones of the store. */
export function LiveDecisions() {
  const t = useText();
  const [fresh, setFresh] = useState<readonly Row[]>([]);
  const query = useQuery({
    queryKey: ['/antiscalp/decisions', 'live'],
    queryFn: ({ signal }) => api<Page<Row>>('/antiscalp/decisions', { query: { limit: SHOWN }, signal }),
  });
  useLive(['antiscalp.decision'], ({ data }) => {
    if (isRow(data)) setFresh((before) => newest([data as unknown as Row], before, SHOWN));
    else void query.refetch();
  });
  return (
    <Loaded query={query}>
      {(known) => {
        const rows = newest(fresh, known.items, SHOWN);
        if (rows.length === 0) return <EmptyState compact title={t('guard.none')} />;
        return (
          <ul className="guard-live" tabIndex={0} aria-label={t('guard.live')}>
            {rows.map((row) => (
              <li key={row.id}>
                <RelTime at={row.at} />
                <StepTag step={row.step} />
                <span>{textOr(t, `guard.action.${row.action}`, row.action)}</span>
                <Reasons codes={row.codes} max={2} />
                <Link to={`/antiscalp/decisions/${row.id}`}>{t('guard.detail')}</Link>
              </li>
            ))}
          </ul>
        );
      }}
    </Loaded>
  );
}
