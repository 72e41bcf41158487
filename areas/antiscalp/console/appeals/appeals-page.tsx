import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { Alert, Button, Drawer, Input, Segmented, Select } from 'antd';
import { useMemo, useState } from 'react';
import {
  api,
  Copyable,
  DataTable,
  EmptyState,
  ExactTime,
  Facts,
  Loaded,
  PageFrame,
  RelTime,
  StateTag,
  useAct,
  useFilters,
  useSession,
  useText,
  type Column,
  type Tone,
} from '@xinglin/platform/ui';
import { KeyLinks, reasonWords } from '../parts.tsx';
import type { Appeal, Page as Listing } from '../types.ts';
import { Overrides } from './overrides.tsx';
import '../antiscalp.css';

const TONE: Readonly<Record<Appeal['status'], Tone>> = { open: 'watch', lifted: 'good', upheld: 'quiet' };

/** What visitors say against a refusal, answered by a person; and every override in force. */
export function Page() {
  const t = useText();
  const navigate = useNavigate();
  const { id } = useParams({ strict: false }) as { readonly id?: string };
  const [filters, set] = useFilters();
  const tab = filters['tab'] ?? 'open';
  const query = useMemo(
    () => ({ status: tab === 'open' || tab === 'lifted' || tab === 'upheld' ? tab : undefined }),
    [tab],
  );
  const columns: readonly Column<Appeal>[] = [
    {
      key: 'status',
      title: t('guard.state'),
      width: 104,
      fixed: true,
      render: (row) => <StateTag tone={TONE[row.status]}>{t(`guard.appealState.${row.status}`)}</StateTag>,
      csv: (row) => row.status,
    },
    {
      key: 'created',
      title: t('guard.at'),
      width: 116,
      render: (row) => <RelTime at={row.createdAt} />,
      csv: (row) => row.createdAt,
    },
    {
      key: 'text',
      title: t('guard.appealText'),
      least: 320,
      fixed: true,
      ellipsis: true,
      render: (row) => row.text,
      csv: (row) => row.text,
    },
    {
      key: 'code',
      title: t('guard.reason'),
      width: 190,
      ellipsis: true,
      render: (row) => (row.code === '' ? <span className="xl-muted">–</span> : reasonWords(t, row.code)),
      csv: (row) => row.code,
    },
    {
      key: 'contact',
      title: t('guard.contact'),
      width: 130,
      hidden: true,
      render: (row) => row.contact,
    },
    {
      key: 'answer',
      title: t('guard.answer'),
      least: 200,
      ellipsis: true,
      render: (row) =>
        row.answer === '' ? <span className="xl-muted">–</span> : `${row.answeredBy ?? ''}: ${row.answer}`,
      csv: (row) => row.answer,
    },
  ];
  return (
    <PageFrame title={t('nav.guardAppeals')} note={t('guard.appealsNote')}>
      <div className="guard-toolbar">
        <Segmented
          value={tab}
          onChange={(value) => set({ tab: value === 'open' ? undefined : value })}
          options={(['open', 'lifted', 'upheld', 'all', 'overrides'] as const).map((value) => ({
            value,
            label: t(`guard.tab.${value}`),
          }))}
        />
      </div>
      <section className="xl-panel">
        {tab === 'overrides' ? (
          <Overrides />
        ) : (
          <DataTable<Appeal>
            key={tab}
            name="antiscalp-appeals"
            path="/antiscalp/appeals"
            query={query}
            columns={columns}
            limit={500}
            rowKey={(row) => row.id}
            onOpen={(row) => void navigate({ to: `/antiscalp/appeals/${row.id}`, search: filters as never })}
            openKey={id}
            live={['antiscalp.appeal']}
            empty={<EmptyState title={t('guard.noAppeals')} hint={t('guard.noAppealsHint')} />}
          />
        )}
      </section>
      <Drawer
        open={id !== undefined}
        size={620}
        title={t('guard.appeal')}
        destroyOnHidden
        onClose={() => void navigate({ to: '/antiscalp/appeals', search: filters as never })}
      >
        {id === undefined ? null : <AppealView id={id} />}
      </Drawer>
    </PageFrame>
  );
}

function AppealView({ id }: { readonly id: string }) {
  const t = useText();
  const query = useQuery({
    queryKey: ['/antiscalp/appeals', 'all'],
    queryFn: ({ signal }) => api<Listing<Appeal>>('/antiscalp/appeals', { query: { limit: 500 }, signal }),
  });
  return (
    <Loaded query={query}>
      {({ items }) => {
        const appeal = items.find((one) => one.id === id);
        return appeal === undefined ? (
          <EmptyState title={t('guard.appealGone')} hint={t('guard.appealGoneHint')} />
        ) : (
          <AppealDetail appeal={appeal} />
        );
      }}
    </Loaded>
  );
}

function AppealDetail({ appeal }: { readonly appeal: Appeal }) {
  const t = useText();
  const { can } = useSession();
  return (
    <div className="guard-form">
      <div className="guard-row">
        <StateTag tone={TONE[appeal.status]}>{t(`guard.appealState.${appeal.status}`)}</StateTag>
        <ExactTime at={appeal.createdAt} />
      </div>
      <blockquote className="guard-quote">{appeal.text}</blockquote>
      <Facts
        columns={1}
        items={[
          { label: t('guard.contact'), value: appeal.contact === '' ? '–' : <Copyable text={appeal.contact} /> },
          {
            label: t('guard.reason'),
            value: appeal.code === '' ? '–' : `${reasonWords(t, appeal.code)} (${appeal.code})`,
          },
          {
            label: t('guard.decision'),
            value:
              appeal.reference === '' ? (
                '–'
              ) : (
                <Link to={`/antiscalp/decisions/${appeal.reference}`} className="xl-mono">
                  {appeal.reference}
                </Link>
              ),
          },
          {
            label: t('guard.key.device'),
            value: appeal.device === '' ? t('guard.noDevice') : <KeyLinks id={appeal.device} />,
          },
          appeal.status === 'open'
            ? undefined
            : { label: t('guard.answer'), value: `${appeal.answeredBy ?? ''}: ${appeal.answer}` },
        ]}
      />
      {appeal.status === 'open' && can('antiscalp:write') ? <AnswerForm appeal={appeal} /> : null}
    </div>
  );
}

function AnswerForm({ appeal }: { readonly appeal: Appeal }) {
  const t = useText();
  const [outcome, setOutcome] = useState<'lifted' | 'upheld'>('lifted');
  const [answer, setAnswer] = useState('');
  const [hours, setHours] = useState<number>(72);
  const act = useAct({
    done: t('guard.answered'),
    refresh: [['/antiscalp/appeals'], ['/antiscalp/overrides'], ['/antiscalp/overview']],
  });
  return (
    <>
      <Segmented
        block
        value={outcome}
        onChange={setOutcome}
        options={(['lifted', 'upheld'] as const).map((value) => ({ value, label: t(`guard.answer.${value}`) }))}
      />
      {outcome === 'lifted' ? (
        appeal.device === '' ? (
          <Alert type="warning" showIcon title={t('guard.noDeviceLift')} />
        ) : (
          <div className="guard-field">
            {t('guard.liftFor')}
            <Select
              aria-label={t('guard.liftFor')}
              value={hours}
              onChange={setHours}
              options={[4, 24, 72, 168, 720].map((value) => ({ value, label: t(`guard.hours.${value}`) }))}
            />
          </div>
        )
      ) : (
        <Alert type="info" showIcon title={t('guard.upholdNote')} />
      )}
      <div className="guard-field">
        {t('guard.answerText')}
        <Input.TextArea
          aria-label={t('guard.answerText')}
          rows={4}
          maxLength={1000}
          value={answer}
          placeholder={t('guard.answerHint')}
          onChange={(event) => setAnswer(event.target.value)}
        />
      </div>
      <Button
        type="primary"
        disabled={answer.trim().length < 2}
        loading={act.isPending}
        onClick={() => act.mutate({ path: `/antiscalp/appeals/${appeal.id}/answer`, body: { outcome, answer, hours } })}
      >
        {t('guard.answerSend')}
      </Button>
    </>
  );
}
