import { Link } from '@tanstack/react-router';
import { Segmented } from 'antd';
import { useMemo } from 'react';
import {
  DataTable,
  EmptyState,
  ExactTime,
  FilterBar,
  PageFrame,
  StateTag,
  textOr,
  useFilters,
  useText,
  type Column,
} from '@xinglin/platform/ui';
import { percent, shortKey } from '../figures.ts';
import { KeyLinks } from '../parts.tsx';
import type { DrawRow, HandOverRow, SlotSession, Waiting } from '../types.ts';
import { Policies } from './policies.tsx';
import { SessionDrawer } from './session-drawer.tsx';
import '../antiscalp.css';

const TABS = ['sessions', 'policies', 'draws', 'waitlist', 'handOvers'] as const;
export const PHASE_TONE = { committed: 'busy', closed: 'watch', revealed: 'good' } as const;

/** How places are given out: sessions, the policies behind them, draws anybody can check, who waits, and who hands over. */
export function Page() {
  const t = useText();
  const [filters, set] = useFilters();
  const tab = TABS.find((one) => one === filters['tab']) ?? 'sessions';
  return (
    <PageFrame title={t('nav.slots')} note={t('slots.note')}>
      <div className="guard-toolbar">
        <Segmented
          value={tab}
          onChange={(value) => set({ tab: value === 'sessions' ? undefined : value, open: undefined })}
          options={TABS.map((value) => ({ value, label: t(`slots.tab.${value}`) }))}
        />
        {filters['session'] === undefined ? null : <FilterBar keep={['tab']} />}
      </div>
      {tab === 'policies' ? (
        <Policies />
      ) : (
        <section className="xl-panel">
          {tab === 'sessions' ? (
            <Sessions />
          ) : tab === 'draws' ? (
            <Draws />
          ) : tab === 'waitlist' ? (
            <Waitlist />
          ) : (
            <HandOvers />
          )}
        </section>
      )}
      {tab === 'sessions' && filters['open'] !== undefined ? (
        <SessionDrawer id={filters['open']} onClose={() => set({ open: undefined })} />
      ) : null}
    </PageFrame>
  );
}

function useSessionQuery() {
  const [filters] = useFilters();
  const session = filters['session'];
  return useMemo(() => ({ session }), [session]);
}

function Sessions() {
  const t = useText();
  const [filters, set] = useFilters();
  const columns: readonly Column<SlotSession>[] = [
    {
      key: 'date',
      title: t('slots.date'),
      width: 112,
      fixed: true,
      render: (row) => <span className="xl-num">{row.date}</span>,
      csv: (row) => row.date,
    },
    {
      key: 'doctor',
      title: t('slots.doctor'),
      least: 220,
      fixed: true,
      render: (row) => (
        <div>
          <span className="xl-cell-title">{row.doctor}</span>
          <span className="xl-cell-sub">{row.department}</span>
        </div>
      ),
      csv: (row) => `${row.department} ${row.doctor}`,
    },
    {
      key: 'state',
      title: t('guard.state'),
      width: 96,
      render: (row) => (
        <StateTag tone={row.published ? 'good' : 'quiet'}>
          {t(row.published ? 'slots.published' : 'slots.unpublished')}
        </StateTag>
      ),
      csv: (row) => row.published,
    },
    {
      key: 'release',
      title: t('slots.releaseAt'),
      width: 172,
      render: (row) => <ExactTime at={row.releaseAt} />,
      csv: (row) => row.releaseAt,
    },
    {
      key: 'close',
      title: t('slots.closeAt'),
      width: 172,
      hidden: true,
      render: (row) => <ExactTime at={row.closeAt} />,
      csv: (row) => row.closeAt,
    },
    {
      key: 'due',
      title: t('slots.dueAt'),
      width: 172,
      render: (row) => <ExactTime at={row.dueAt} />,
      csv: (row) => row.dueAt,
    },
    {
      key: 'slots',
      title: t('slots.places'),
      width: 84,
      align: 'right',
      render: (row) => <span className="xl-num">{row.slots}</span>,
      csv: (row) => row.slots,
    },
    {
      key: 'open',
      title: t('slots.open'),
      width: 84,
      align: 'right',
      render: (row) => <span className="xl-num">{row.open}</span>,
      csv: (row) => row.open,
    },
    {
      key: 'waiting',
      title: t('slots.waiting'),
      width: 84,
      align: 'right',
      render: (row) => <span className="xl-num">{row.waiting}</span>,
      csv: (row) => row.waiting,
    },
  ];
  return (
    <DataTable<SlotSession>
      name="slot-sessions"
      path="/antiscalp/sessions"
      columns={columns}
      limit={500}
      rowKey={(row) => row.id}
      openKey={filters['open']}
      onOpen={(row) => set({ open: row.id })}
      empty={<EmptyState title={t('slots.noSessions')} hint={t('slots.noSessionsHint')} />}
    />
  );
}

function Draws() {
  const t = useText();
  const query = useSessionQuery();
  const text = (row: DrawRow, name: string) => {
    const value = row.record[name];
    return typeof value === 'string' ? value : '';
  };
  const columns: readonly Column<DrawRow>[] = [
    {
      key: 'phase',
      title: t('slots.phase'),
      width: 108,
      fixed: true,
      render: (row) => <StateTag tone={PHASE_TONE[row.phase]}>{t(`slots.phase.${row.phase}`)}</StateTag>,
      csv: (row) => row.phase,
    },
    {
      key: 'closes',
      title: t('slots.closes'),
      width: 172,
      render: (row) => <ExactTime at={row.closesAt} />,
      csv: (row) => row.closesAt,
    },
    {
      key: 'commitment',
      title: t('slots.commitment'),
      least: 180,
      render: (row) => <span className="xl-mono">{text(row, 'commitment').slice(0, 24)}…</span>,
      csv: (row) => text(row, 'commitment'),
    },
    {
      key: 'entrants',
      title: t('slots.entrants'),
      width: 100,
      align: 'right',
      render: (row) => (
        <span className="xl-num">{Array.isArray(row.record['entrants']) ? row.record['entrants'].length : '–'}</span>
      ),
      csv: (row) => (Array.isArray(row.record['entrants']) ? row.record['entrants'].length : ''),
    },
    {
      key: 'places',
      title: t('slots.places'),
      width: 84,
      align: 'right',
      render: (row) => (
        <span className="xl-num">{typeof row.record['places'] === 'number' ? row.record['places'] : '–'}</span>
      ),
      csv: (row) => row.record['places'],
    },
    {
      key: 'algorithm',
      title: t('slots.algorithm'),
      width: 96,
      render: (row) => text(row, 'algorithm').toUpperCase(),
      csv: (row) => text(row, 'algorithm'),
    },
    {
      key: 'proof',
      title: '',
      width: 100,
      fixed: true,
      render: (row) => <Link to={`/slots/draws/${row.id}`}>{t('slots.proof')}</Link>,
    },
  ];
  return (
    <DataTable<DrawRow>
      name="slot-draws"
      path="/antiscalp/draws"
      query={query}
      columns={columns}
      limit={500}
      rowKey={(row) => row.id}
      empty={<EmptyState title={t('slots.noDraws')} hint={t('slots.noDrawsHint')} />}
    />
  );
}

function Waitlist() {
  const t = useText();
  const query = useSessionQuery();
  const columns: readonly Column<Waiting>[] = [
    {
      key: 'state',
      title: t('guard.state'),
      width: 96,
      render: (row) => (
        <StateTag tone={row.state === 'won' ? 'good' : row.state === 'waiting' ? 'busy' : 'quiet'}>
          {textOr(t, `slots.entry.${row.state}`, row.state)}
        </StateTag>
      ),
      csv: (row) => row.state,
    },
    {
      key: 'person',
      title: t('guard.key.person'),
      least: 240,
      fixed: true,
      render: (row) => <span className="xl-mono">{shortKey(row.person)}</span>,
      csv: (row) => row.person,
    },
    {
      key: 'channel',
      title: t('guard.channel'),
      width: 100,
      render: (row) => t(`slots.channel.${row.channel}`),
      csv: (row) => row.channel,
    },
    {
      key: 'losses',
      title: t('slots.losses'),
      width: 110,
      align: 'right',
      render: (row) => <span className="xl-num">{row.losses}</span>,
      csv: (row) => row.losses,
    },
    {
      key: 'entered',
      title: t('slots.enteredAt'),
      width: 172,
      render: (row) => <ExactTime at={row.enteredAt} />,
      csv: (row) => row.enteredAt,
    },
    {
      key: 'session',
      title: t('slots.session'),
      width: 90,
      render: (row) => (
        <Link to="/slots" search={{ open: row.session } as never}>
          {t('guard.detail')}
        </Link>
      ),
      csv: (row) => row.session,
    },
  ];
  return (
    <DataTable<Waiting>
      name="slot-waitlist"
      path="/antiscalp/waitlist"
      query={query}
      columns={columns}
      limit={500}
      rowKey={(row) => row.id}
      empty={<EmptyState title={t('slots.noWaiting')} hint={t('slots.noWaitingHint')} />}
    />
  );
}

function HandOvers() {
  const t = useText();
  const query = useSessionQuery();
  const columns: readonly Column<HandOverRow>[] = [
    { key: 'at', title: t('guard.at'), width: 172, render: (row) => <ExactTime at={row.at} />, csv: (row) => row.at },
    {
      key: 'from',
      title: t('slots.from'),
      least: 250,
      fixed: true,
      render: (row) => <KeyLinks id={row.from} decisions={false} />,
      csv: (row) => row.from,
    },
    {
      key: 'to',
      title: t('slots.to'),
      least: 250,
      fixed: true,
      render: (row) => <KeyLinks id={row.to} decisions={false} />,
      csv: (row) => row.to,
    },
    {
      key: 'seconds',
      title: t('slots.after'),
      width: 90,
      align: 'right',
      render: (row) => <span className="xl-num">{t('ui.span.s', { s: row.seconds })}</span>,
      csv: (row) => row.seconds,
    },
    {
      key: 'chance',
      title: t('slots.chance'),
      width: 96,
      align: 'right',
      render: (row) => <span className="xl-num">{percent(row.chance)}</span>,
      csv: (row) => row.chance,
    },
    {
      key: 'shared',
      title: t('slots.shared'),
      width: 130,
      render: (row) =>
        row.shared.length === 0 ? (
          <span className="xl-muted">–</span>
        ) : (
          row.shared.map((one) => textOr(t, `slots.shared.${one}`, one)).join(' · ')
        ),
      csv: (row) => row.shared.join(' '),
    },
    {
      key: 'total',
      title: t('slots.fromTotal'),
      width: 100,
      align: 'right',
      render: (row) => <span className={`xl-num ${row.fromTotal > 1 ? 'guard-bad' : ''}`}>{row.fromTotal}</span>,
      csv: (row) => row.fromTotal,
    },
  ];
  return (
    <>
      <DataTable<HandOverRow>
        name="slot-hand-overs"
        path="/antiscalp/hand-overs"
        query={query}
        columns={columns}
        limit={500}
        rowKey={(row) => `${row.slot} ${row.from} ${row.to} ${row.at}`}
        empty={<EmptyState title={t('slots.noHandOvers')} hint={t('slots.noHandOversHint')} />}
      />
      <p className="guard-note">{t('slots.handOverNote')}</p>
    </>
  );
}
