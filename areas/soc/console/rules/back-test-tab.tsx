import { useQuery } from '@tanstack/react-query';
import { Alert, App, Button, DatePicker, Input, Popconfirm, Progress } from 'antd';
import dayjs, { type Dayjs } from 'dayjs';
import { useState } from 'react';
import {
  api,
  EmptyState,
  exactTime,
  Panel,
  PlainTag,
  StateTag,
  useAct,
  useNumber,
  useSession,
  useText,
} from '@xinglin/platform/ui';
import type { RuleBackTest, RuleBackTestDetail } from '@xinglin/soc';
import { WhyFired } from '../alerts/why-fired.tsx';
import type { Detail } from './rule-editor.tsx';
import './rules.css';

const TONE = { queued: 'quiet', running: 'busy', done: 'good', failed: 'bad', cancelled: 'quiet' } as const;
const POLL_MS = 2_000;

/** The rule over months, in the background: the page may be left meanwhile. */
export function BackTestTab({ rule }: { readonly rule: Detail }) {
  const t = useText();
  const { can } = useSession();
  const [range, setRange] = useState<[Dayjs, Dayjs]>([dayjs().subtract(30, 'day'), dayjs()]);
  const [query, setQuery] = useState('');
  const jobs = useQuery({
    queryKey: ['/back-tests', rule.id],
    queryFn: () => api<{ items: readonly RuleBackTest[] }>('/back-tests', { query: { rule: rule.id, limit: 20 } }),
    refetchInterval: ({ state }) =>
      state.data?.items.some(({ status }) => status === 'running' || status === 'queued') === true ? POLL_MS : false,
  });
  const begin = useAct({ done: t('backTest.begun'), refresh: [['/back-tests']] });
  const may = can('rule:write') && can('event:read');
  return (
    <Panel>
      {may ? (
        <div className="xl-row-wrap">
          <DatePicker.RangePicker
            value={range}
            maxDate={dayjs()}
            allowClear={false}
            onChange={(value) => {
              if (value?.[0] && value[1]) setRange([value[0].startOf('day'), value[1].endOf('day')]);
            }}
          />
          <Input
            style={{ width: 320 }}
            value={query}
            onChange={(event) => setQuery(event.target.value)}
            placeholder={t('backTest.query')}
            aria-label={t('backTest.query')}
          />
          <Button
            type="primary"
            loading={begin.isPending}
            onClick={() =>
              begin.mutate({
                path: `/rules/${encodeURIComponent(rule.id)}/back-tests`,
                body: { query, from: range[0].toISOString(), to: range[1].toISOString() },
              })
            }
          >
            {t('backTest.begin')}
          </Button>
        </div>
      ) : null}
      <div className="xl-stack soc-gap">
        {jobs.data?.items.length === 0 ? <EmptyState title={t('backTest.none')} hint={t('backTest.noneHint')} /> : null}
        {jobs.data?.items.map((job) => (
          <Job key={job.id} job={job} may={may} />
        ))}
      </div>
    </Panel>
  );
}

function Job({ job, may }: { readonly job: RuleBackTest; readonly may: boolean }) {
  const t = useText();
  const number = useNumber();
  const { can } = useSession();
  const [open, setOpen] = useState(false);
  const act = useAct({ done: t('ui.done'), refresh: [['/back-tests']] });
  const { message } = App.useApp();
  const alerts = useAct<{ hits: number }>({
    refresh: [['/back-tests'], ['/alerts']],
    onDone: ({ hits }) => void message.success(t('backTest.alertsMade', { n: hits })),
  });
  const active = job.status === 'queued' || job.status === 'running';
  const path = `/back-tests/${job.id}`;
  return (
    <div className="soc-hit-row">
      <div className="xl-spread">
        <span className="xl-row-wrap">
          <StateTag tone={TONE[job.status]}>{t(`backTest.status.${job.status}`)}</StateTag>
          <span className="xl-num">{`${exactTime(job.from)} – ${exactTime(job.to)}`}</span>
          {job.query === '' ? null : <PlainTag mono>{job.query}</PlainTag>}
          {job.saved ? null : <PlainTag>{t('backTest.unsaved')}</PlainTag>}
          <span>{t('backTest.figures', { scanned: number(job.scanned), matched: number(job.matched) })}</span>
          <span className="xl-muted">{`${job.author} · ${exactTime(job.createdAt)}`}</span>
          {job.outcome === null ? null : <PlainTag>{t(`backTest.outcome.${job.outcome}`)}</PlainTag>}
        </span>
        <span className="xl-row">
          {job.status === 'done' && can('event:read') ? (
            <Button size="small" onClick={() => setOpen(!open)}>
              {t('backTest.result')}
            </Button>
          ) : null}
          {active && may ? (
            <Button size="small" onClick={() => act.mutate({ path: `${path}/cancel` })}>
              {t('ui.cancel')}
            </Button>
          ) : null}
          {job.status === 'done' && job.outcome === null && job.matched > 0 && may ? (
            <>
              {job.saved && can('alert:write') ? (
                <Popconfirm
                  title={t('backTest.alertsAsk', { n: number(Math.min(job.matched, 1000)) })}
                  okText={t('ui.confirm')}
                  cancelText={t('ui.cancel')}
                  onConfirm={() => alerts.mutate({ path: `${path}/alerts` })}
                >
                  <Button size="small" type="primary" loading={alerts.isPending}>
                    {t('backTest.alerts')}
                  </Button>
                </Popconfirm>
              ) : null}
              <Button size="small" onClick={() => act.mutate({ path: `${path}/discard` })}>
                {t('backTest.discard')}
              </Button>
            </>
          ) : null}
        </span>
      </div>
      {active ? <Progress percent={Math.floor(job.progress * 100)} size="small" /> : null}
      {job.status === 'failed' ? <Alert type="error" title={job.error ?? ''} /> : null}
      {open ? <Result id={job.id} /> : null}
    </div>
  );
}

function Result({ id }: { readonly id: string }) {
  const t = useText();
  const query = useQuery({
    queryKey: ['/back-tests', 'one', id],
    queryFn: () => api<RuleBackTestDetail>(`/back-tests/${id}`),
  });
  const { data } = query;
  if (data === undefined) return null;
  const days = Object.entries(data.perDay);
  const most = Math.max(1, ...days.map(([, count]) => count));
  return (
    <div className="xl-stack soc-gap">
      <div className="soc-days" role="img" aria-label={t('backTest.perDay')}>
        {days.map(([day, count]) => (
          <i
            key={day}
            style={{ height: `${String(Math.max(4, (100 * count) / most))}%` }}
            title={`${day}: ${String(count)}`}
          />
        ))}
      </div>
      <div className="xl-row-wrap">
        {Object.entries(data.perTenant).map(([tenant, count]) => (
          <PlainTag key={tenant}>{`${tenant}: ${String(count)}`}</PlainTag>
        ))}
      </div>
      {data.hits.map((hit) => (
        <details key={hit.id + hit.ts} className="soc-hit-row">
          <summary>
            <span className="xl-num">{exactTime(hit.ts)}</span> <span className="xl-mono">{hit.message}</span>
          </summary>
          <WhyFired explanation={{ matched: hit.explanation }} />
        </details>
      ))}
    </div>
  );
}
