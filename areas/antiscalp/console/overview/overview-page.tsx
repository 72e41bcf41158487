import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Alert, Button } from 'antd';
import { useMemo } from 'react';
import {
  api,
  Bar,
  Chart,
  EmptyState,
  Loaded,
  PageFrame,
  Panel,
  shortTime,
  TimeFilter,
  timeBounds,
  useFilters,
  useLiveQueries,
  useNow,
  useNumber,
  useText,
  type ChartOption,
} from '@xinglin/platform/ui';
import { ladder, percent, REFUSALS, series, STEPS, wilson } from '../figures.ts';
import { Kpis, reasonWords, StepTag, useChartStyle } from '../parts.tsx';
import type { Appeal, FalseBlocks, Funnel, GatewayStatus, Page as Listing, Timeline } from '../types.ts';
import { FalseBlockReport } from './false-block-report.tsx';
import { LiveDecisions } from './live-decisions.tsx';
import '../antiscalp.css';

const KEY = '/antiscalp/overview';

/** What the gateway does now, why, and whether it wrongs anybody. */
export function Page() {
  const t = useText();
  const number = useNumber();
  const [filters] = useFilters();
  const minute = Math.floor(useNow() / 60_000);
  const range = useMemo(() => timeBounds(filters, '24h', minute * 60_000), [filters, minute]);
  const read = <T,>(path: string, query: Readonly<Record<string, string>> = range) => ({
    queryKey: [KEY, path, query],
    queryFn: ({ signal }: { readonly signal: AbortSignal }) => api<T>(path, { query, signal }),
    placeholderData: (before: T | undefined) => before,
  });
  const funnel = useQuery(read<Funnel>('/antiscalp/funnel'));
  const timeline = useQuery(read<Timeline>('/antiscalp/timeline'));
  const blocks = useQuery(read<FalseBlocks>('/antiscalp/false-blocks'));
  const status = useQuery(read<GatewayStatus>('/antiscalp/gateway', {}));
  const open = useQuery(read<Listing<Appeal>>('/antiscalp/appeals', { status: 'open', limit: '500' }));
  useLiveQueries(['antiscalp.decision', 'antiscalp.appeal'], [[KEY]], 10_000);
  return (
    <PageFrame
      title={t('nav.guard')}
      note={t('guard.note')}
      actions={
        <>
          <TimeFilter fallback="24h" />
          <Link to="/antiscalp/decisions" search={filters as never}>
            <Button>{t('guard.allDecisions')}</Button>
          </Link>
        </>
      }
    >
      {status.data !== undefined && !status.data.running ? (
        <Alert type="info" showIcon title={t('guard.noGateway')} description={<StartGateway />} />
      ) : null}
      <Loaded query={funnel} rows={12}>
        {(data) => {
          const steps = ladder(data.steps);
          const count = (names: readonly string[]) =>
            steps.filter(({ step }) => names.includes(step)).reduce((sum, one) => sum + one.count, 0);
          const refused = count(REFUSALS);
          const passed = count(['allow']);
          const wrong = blocks.data?.total;
          const share = wrong === undefined ? undefined : wilson(wrong.wronged, wrong.devices);
          return (
            <>
              <Kpis
                items={[
                  { label: t('guard.kpi.total'), value: number(data.total, true), note: status.data?.rules ?? '' },
                  {
                    label: t('guard.kpi.passed'),
                    value: data.total === 0 ? '–' : percent(passed / data.total),
                    note: t('guard.kpi.passedNote', { n: number(passed) }),
                  },
                  {
                    label: t('guard.kpi.stepped'),
                    value: number(data.total - passed - refused, true),
                    note: t('guard.kpi.steppedNote'),
                  },
                  {
                    label: t('guard.kpi.refused'),
                    value: number(refused, true),
                    note: wrong === undefined ? '' : t('guard.kpi.refusedNote', { n: number(wrong.refused) }),
                  },
                  {
                    label: t('guard.kpi.wronged'),
                    value: wrong === undefined ? '–' : number(wrong.wronged),
                    note: share === undefined ? '' : t('guard.kpi.wrongedNote', { high: percent(share.high) }),
                    ...(wrong !== undefined && wrong.wronged > 0 ? { tone: 'bad' as const } : {}),
                  },
                  {
                    label: t('guard.kpi.appeals'),
                    value: open.data === undefined ? '–' : number(open.data.total),
                    note: t('guard.kpi.appealsNote'),
                    ...(open.data !== undefined && open.data.total > 0 ? { tone: 'watch' as const } : {}),
                  },
                ]}
              />
              {data.total === 0 ? (
                <Panel>
                  <EmptyState title={t('guard.none')} hint={<StartGateway />} />
                </Panel>
              ) : (
                <div className="xl-grid xl-grid-stretch">
                  <Panel className="xl-c8" title={t('guard.overTime')}>
                    <Loaded query={timeline}>{(line) => <TimeChart timeline={line} />}</Loaded>
                  </Panel>
                  <Panel className="xl-c4" title={t('guard.funnel')}>
                    <div className="guard-bars">
                      {steps.map((one) => (
                        <FunnelRow key={one.step} {...one} />
                      ))}
                    </div>
                  </Panel>
                  <Panel className="xl-c7" title={t('guard.live')} extra={t('guard.liveNote')} flush>
                    <LiveDecisions />
                  </Panel>
                  <Panel className="xl-c5" title={t('guard.topReasons')}>
                    <TopReasons codes={data.codes} />
                  </Panel>
                </div>
              )}
            </>
          );
        }}
      </Loaded>
      <Panel title={t('guard.falseBlocks')} flush>
        <Loaded query={blocks}>{(data) => <FalseBlockReport report={data} />}</Loaded>
      </Panel>
    </PageFrame>
  );
}

function StartGateway() {
  const t = useText();
  return (
    <>
      {t('guard.start')}{' '}
      <code className="guard-code">xinglin gateway --upstream http://127.0.0.1:9000 --config gateway.yaml</code>
      <br />
      {t('guard.startServer')}
    </>
  );
}

function FunnelRow({ step, count, share }: { readonly step: string; readonly count: number; readonly share: number }) {
  const number = useNumber();
  const style = useChartStyle();
  return (
    <>
      <Link to="/antiscalp/decisions" search={{ step } as never}>
        <StepTag step={step} />
      </Link>
      {count === 0 ? <span /> : <Bar share={share} colour={style.steps[step]} />}
      <span className="xl-num guard-right">{number(count)}</span>
      <span className="xl-num xl-muted">{percent(share)}</span>
    </>
  );
}

function TopReasons({ codes }: { readonly codes: Funnel['codes'] }) {
  const t = useText();
  const number = useNumber();
  const top = codes.slice(0, 12);
  const most = Math.max(1, ...top.map(({ count }) => count));
  if (top.length === 0) return <EmptyState compact title={t('guard.noReasons')} />;
  return (
    <div className="guard-bars guard-bars-3">
      {top.map(({ code, count, devices }) => [
        <Link key={code} to="/antiscalp/decisions" search={{ code } as never} className="xl-ellipsis" title={code}>
          {reasonWords(t, code)}
        </Link>,
        <Bar key={`${code}-bar`} share={count / most} />,
        <span key={`${code}-n`} className="xl-num" title={t('guard.devices', { n: devices })}>
          {number(count)}
        </span>,
      ])}
    </div>
  );
}

function TimeChart({ timeline }: { readonly timeline: Timeline }) {
  const t = useText();
  const style = useChartStyle();
  const option = useMemo<ChartOption>(() => {
    const { at, counts } = series(timeline);
    const present = STEPS.filter((step) => counts.has(step));
    return {
      grid: { left: 8, right: 12, top: 34, bottom: 4, containLabel: true },
      legend: { top: 0, left: 0, itemWidth: 10, itemHeight: 10, textStyle: { color: style.text } },
      tooltip: { trigger: 'axis', confine: true, axisPointer: { type: 'shadow' } },
      xAxis: {
        type: 'category',
        data: at.map(shortTime),
        axisLabel: { color: style.text, hideOverlap: true },
        axisLine: { lineStyle: { color: style.line } },
        axisTick: { show: false },
      },
      yAxis: {
        type: 'value',
        minInterval: 1,
        axisLabel: { color: style.text },
        splitLine: { lineStyle: { color: style.line } },
      },
      series: present.map((step) => ({
        type: 'bar',
        stack: 'steps',
        name: t(`guard.step.${step}`),
        barMaxWidth: 26,
        itemStyle: { color: style.steps[step] },
        data: [...(counts.get(step) ?? [])],
      })),
    };
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [timeline, style.dark, t]);
  return <Chart option={option} height={268} label={t('guard.overTime')} />;
}
