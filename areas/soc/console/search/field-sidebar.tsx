import { MinusCircleOutlined, PlusCircleOutlined } from '@ant-design/icons';
import { useQuery } from '@tanstack/react-query';
import { Input, Skeleton } from 'antd';
import { useMemo, useState } from 'react';
import { api, Bar, useNumber, useStored, useText } from '@xinglin/platform/ui';
import type { EventRecord } from '@xinglin/soc';

const USUAL = [
  'event.dataset',
  'event.action',
  'event.outcome',
  'source.ip',
  'destination.ip',
  'destination.port',
  'host.name',
  'user.name',
  'process.name',
  'organization.id',
];

interface FieldStats {
  readonly field: string;
  readonly present: number;
  readonly cardinality: number;
  readonly top: readonly { readonly value: string; readonly count: number }[];
}

/** Which values occur how often; plus adds one to the query, minus excludes it. Opened fields are remembered. */
export function FieldSidebar({
  body,
  run,
  sample,
  onAdd,
}: {
  readonly body: object;
  readonly run: number;
  readonly sample: readonly EventRecord[];
  readonly onAdd: (field: string, value: string, exclude: boolean) => void;
}) {
  const t = useText();
  const [open, setOpen] = useStored<readonly string[]>('search.fields', ['event.dataset', 'event.action', 'source.ip']);
  const [find, setFind] = useState('');
  const others = useMemo(() => {
    const counts = new Map<string, number>();
    for (const event of sample.slice(0, 200))
      for (const name of Object.keys(event.fields)) counts.set(name, (counts.get(name) ?? 0) + 1);
    return [...counts]
      .filter(([name]) => !USUAL.includes(name) && !name.startsWith('@'))
      .toSorted((a, b) => b[1] - a[1])
      .map(([name]) => name);
  }, [sample]);
  const names = [...USUAL, ...others].filter((name) => name.toLowerCase().includes(find.toLowerCase()));
  return (
    <aside className="soc-sidebar" aria-label={t('search.fields')}>
      <Input
        size="small"
        allowClear
        placeholder={t('search.findField')}
        aria-label={t('search.findField')}
        value={find}
        onChange={(event) => setFind(event.target.value)}
      />
      <ul>
        {names.slice(0, 60).map((name) => {
          const isOpen = open.includes(name);
          return (
            <li key={name}>
              <button
                type="button"
                className="soc-field-name"
                aria-expanded={isOpen}
                onClick={() => setOpen(isOpen ? open.filter((one) => one !== name) : [...open, name])}
              >
                <i>{isOpen ? '▾' : '▸'}</i>
                {name}
              </button>
              {isOpen ? <Values body={body} run={run} field={name} onAdd={onAdd} /> : null}
            </li>
          );
        })}
      </ul>
    </aside>
  );
}

function Values({
  body,
  run,
  field,
  onAdd,
}: {
  readonly body: object;
  readonly run: number;
  readonly field: string;
  readonly onAdd: (field: string, value: string, exclude: boolean) => void;
}) {
  const t = useText();
  const number = useNumber();
  const query = useQuery({
    queryKey: ['/events/fields', field, body, run],
    queryFn: ({ signal }) =>
      api<{ readonly items: readonly FieldStats[] }>('/events/fields', {
        method: 'POST',
        body: { ...body, fields: [field], top: 6 },
        signal,
      }),
    staleTime: Infinity,
    retry: false,
  });
  const stats = query.data?.items[0];
  if (query.isPending) return <Skeleton active title={false} paragraph={{ rows: 3 }} className="soc-values" />;
  if (stats === undefined || stats.top.length === 0)
    return <p className="soc-values xl-muted">{t('search.noValues')}</p>;
  return (
    <ul className="soc-values">
      {stats.top.map((entry) => (
        <li key={entry.value}>
          <span className="xl-spread">
            <span className="xl-ellipsis xl-mono" title={entry.value}>
              {entry.value === '' ? '（空）' : entry.value}
            </span>
            <span className="xl-num">{number(entry.count, true)}</span>
          </span>
          <Bar share={entry.count / Math.max(1, stats.present)} />
          <span className="soc-value-acts">
            <button
              type="button"
              aria-label={`${t('ui.filterFor')} ${entry.value}`}
              onClick={() => onAdd(field, entry.value, false)}
            >
              <PlusCircleOutlined />
            </button>
            <button
              type="button"
              aria-label={`${t('ui.filterOut')} ${entry.value}`}
              onClick={() => onAdd(field, entry.value, true)}
            >
              <MinusCircleOutlined />
            </button>
          </span>
        </li>
      ))}
      <li className="xl-muted soc-values-note">
        {t('search.cardinality', { n: number(stats.cardinality), present: number(stats.present) })}
      </li>
    </ul>
  );
}
