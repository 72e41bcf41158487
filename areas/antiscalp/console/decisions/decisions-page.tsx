import { Input } from 'antd';
import { useNavigate } from '@tanstack/react-router';
import { useMemo } from 'react';
import {
  Copyable,
  DataTable,
  EmptyState,
  ExactTime,
  FilterBar,
  PageFrame,
  textOr,
  TimeFilter,
  timeBounds,
  useFilters,
  useNow,
  useText,
  type Column,
} from '@xinglin/platform/ui';
import { shortKey, STEPS } from '../figures.ts';
import { reasonWords, Reasons, StepTag } from '../parts.tsx';
import type { Decision } from '../types.ts';
import '../antiscalp.css';

const ACTIONS = ['view', 'list', 'book', 'cancel', 'login', 'pay', 'other'];
const CLIENTS = ['browser', 'app', 'mini-program', 'kiosk', 'staff', 'api'];

/** Every decision kept, filtered by step, action, reason, client or a salted key. */
export function Page() {
  const t = useText();
  const navigate = useNavigate();
  const [filters, set] = useFilters();
  const minute = Math.floor(useNow() / 60_000);
  const query = useMemo(() => {
    const { step, action, code, key, client } = filters;
    return { step, action, code, key, client, ...timeBounds(filters, '24h', minute * 60_000) };
  }, [filters, minute]);
  const columns: readonly Column<Decision>[] = [
    { key: 'at', title: t('guard.at'), width: 172, render: (row) => <ExactTime at={row.at} />, csv: (row) => row.at },
    {
      key: 'step',
      title: t('guard.step'),
      width: 108,
      fixed: true,
      render: (row) => <StepTag step={row.step} />,
      csv: (row) => row.step,
    },
    {
      key: 'action',
      title: t('guard.action'),
      width: 86,
      render: (row) => textOr(t, `guard.action.${row.action}`, row.action),
      csv: (row) => row.action,
    },
    {
      key: 'codes',
      title: t('guard.reasons'),
      least: 300,
      fixed: true,
      render: (row) => <Reasons codes={row.codes} />,
      csv: (row) => row.codes.map((code) => `${code} ${reasonWords(t, code)}`).join('; '),
    },
    {
      key: 'score',
      title: t('guard.score'),
      width: 70,
      align: 'right',
      render: (row) => <span className="xl-num">{row.score}</span>,
      csv: (row) => row.score,
    },
    {
      key: 'client',
      title: t('guard.channel'),
      width: 96,
      render: (row) => textOr(t, `guard.client.${row.client}`, row.client),
      csv: (row) => row.client,
    },
    {
      key: 'device',
      title: t('guard.key.device'),
      width: 122,
      render: (row) =>
        row.keys['device'] === undefined ? (
          <span className="xl-muted">–</span>
        ) : (
          <Copyable text={row.keys['device']}>{shortKey(row.keys['device'])}</Copyable>
        ),
      csv: (row) => row.keys['device'],
    },
    {
      key: 'network',
      title: t('guard.network'),
      width: 120,
      hidden: true,
      render: (row) => <span className="xl-mono">{row.network}</span>,
      csv: (row) => row.network,
    },
    {
      key: 'route',
      title: t('guard.route'),
      width: 160,
      hidden: true,
      ellipsis: true,
      render: (row) => <span className="xl-mono">{row.route}</span>,
      csv: (row) => row.route,
    },
    {
      key: 'mode',
      title: t('guard.mode'),
      width: 84,
      render: (row) => textOr(t, `guard.mode.${row.mode}`, row.mode),
      csv: (row) => row.mode,
    },
  ];
  const narrowed = Object.keys(filters).some((name) => name !== 'range');
  return (
    <PageFrame
      title={t('guard.decisions')}
      note={t('guard.decisionsNote')}
      crumbs={[{ label: t('nav.guard'), to: '/antiscalp' }]}
    >
      <FilterBar
        selects={[
          {
            name: 'step',
            label: t('guard.step'),
            options: STEPS.map((value) => ({ value, label: t(`guard.step.${value}`) })),
          },
          {
            name: 'action',
            label: t('guard.action'),
            options: ACTIONS.map((value) => ({ value, label: t(`guard.action.${value}`) })),
          },
          {
            name: 'client',
            label: t('guard.channel'),
            options: CLIENTS.map((value) => ({ value, label: t(`guard.client.${value}`) })),
          },
        ]}
      >
        <TimeFilter fallback="24h" />
        <Input.Search
          allowClear
          key={filters['key'] ?? ''}
          defaultValue={filters['key'] ?? ''}
          style={{ width: 300 }}
          placeholder={t('guard.keyPlaceholder')}
          aria-label={t('guard.keyPlaceholder')}
          onSearch={(value) => set({ key: /^[0-9a-f]{32}$/.test(value.trim()) ? value.trim() : undefined })}
        />
        <Input.Search
          allowClear
          key={`code ${filters['code'] ?? ''}`}
          defaultValue={filters['code'] ?? ''}
          style={{ width: 220 }}
          placeholder={t('guard.codePlaceholder')}
          aria-label={t('guard.codePlaceholder')}
          onSearch={(value) => set({ code: value.trim() })}
        />
      </FilterBar>
      <section className="xl-panel">
        <DataTable<Decision>
          name="antiscalp-decisions"
          path="/antiscalp/decisions"
          query={query}
          columns={columns}
          rowKey={(row) => row.id}
          onOpen={(row) => void navigate({ to: `/antiscalp/decisions/${row.id}` })}
          empty={
            <EmptyState
              title={t(narrowed ? 'guard.noneFiltered' : 'guard.none')}
              hint={t(narrowed ? 'guard.noneFilteredHint' : 'guard.startServer')}
            />
          }
        />
      </section>
    </PageFrame>
  );
}
