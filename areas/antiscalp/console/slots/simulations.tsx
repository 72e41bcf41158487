import { useQuery } from '@tanstack/react-query';
import { Button, InputNumber, Progress } from 'antd';
import { useMemo, useState } from 'react';
import {
  api,
  Chart,
  EmptyState,
  ErrorState,
  Loaded,
  Panel,
  RelTime,
  useAct,
  useNumber,
  useSession,
  useText,
  type ChartOption,
} from '@xinglin/platform/ui';
import type { SimulationInput, SimulationResult } from '../../release/core/simulate.ts';
import { percent } from '../figures.ts';
import { useChartStyle } from '../parts.tsx';
import type { Page, PolicyRow, SimulationRow } from '../types.ts';
import { simulationBars } from './simulation-bars.ts';

const FIELDS = ['places', 'patients', 'look', 'identities', 'poll', 'trials'] as const;
type Form = Readonly<Record<(typeof FIELDS)[number], number>>;
/** The guide's assumptions; a hospital puts in its own. */
const REFERENCE: Form = { places: 10, patients: 30, look: 600, identities: 20, poll: 1, trials: 4000 };
const LIMITS: Form = {
  places: 500,
  patients: 20_000,
  look: 604_800,
  identities: 20_000,
  poll: 604_800,
  trials: 40_000,
};

/** What a version would give to patients and to a scalper, with 95 % intervals, before it is switched on. */
export function Simulations({ policy }: { readonly policy: PolicyRow }) {
  const t = useText();
  const { can } = useSession();
  const path = `/antiscalp/policies/${policy.id}/simulations`;
  const query = useQuery({
    queryKey: [path],
    queryFn: ({ signal }) => api<Page<SimulationRow>>(path, { signal }),
    refetchInterval: ({ state }) =>
      state.data?.items.some((one) => one.status === 'queued' || one.status === 'running') === true ? 700 : false,
  });
  const [form, setForm] = useState<Form>(REFERENCE);
  const run = useAct({ refresh: [[path]] });
  return (
    <Panel title={t('slots.simulation')} extra={<span className="xl-muted">{t('slots.simulationNote')}</span>}>
      <div className="guard-form">
        {can('slot:write') ? (
          <>
            <div className="guard-fields">
              {FIELDS.map((name) => (
                <div key={name} className="guard-field">
                  {t(`slots.sim.${name}`)}
                  <InputNumber
                    aria-label={t(`slots.sim.${name}`)}
                    style={{ width: '100%' }}
                    min={name === 'identities' ? 0 : name === 'trials' ? 100 : name === 'poll' ? 0.1 : 1}
                    max={LIMITS[name]}
                    value={form[name]}
                    onChange={(value) => setForm({ ...form, [name]: value ?? REFERENCE[name] })}
                  />
                </div>
              ))}
            </div>
            <div>
              <Button
                type="primary"
                loading={run.isPending}
                onClick={() =>
                  run.mutate({
                    path,
                    body: {
                      places: form.places,
                      trials: form.trials,
                      patients: [
                        {
                          name: t('slots.sim.patientName'),
                          count: form.patients,
                          lookSeconds: form.look,
                          reactionSeconds: 8,
                          reactionSpread: 6,
                          offlineShare: 0.2,
                        },
                      ],
                      bots: [
                        {
                          name: t('slots.sim.botName'),
                          identities: form.identities,
                          pollSeconds: form.poll,
                          reactionSeconds: 0.2,
                        },
                      ],
                    },
                  })
                }
              >
                {t('slots.simulate')}
              </Button>
            </div>
          </>
        ) : null}
        <Loaded query={query} rows={3}>
          {({ items }) =>
            items.length === 0 ? (
              <EmptyState compact title={t('slots.notSimulated')} hint={t('slots.notSimulatedHint')} />
            ) : (
              <>
                {items.slice(0, 3).map((row) => (
                  <Result key={row.id} row={row} />
                ))}
              </>
            )
          }
        </Loaded>
      </div>
    </Panel>
  );
}

function Result({ row }: { readonly row: SimulationRow }) {
  const t = useText();
  const number = useNumber();
  const style = useChartStyle();
  const result = row.result as unknown as SimulationResult | null;
  const input = row.input as unknown as SimulationInput;
  const option = useMemo<ChartOption>(() => {
    if (result === null) return {};
    const bars = simulationBars(result, { patients: t('slots.sim.allPatients'), unused: t('slots.sim.unused') });
    return {
      grid: { left: 8, right: 56, top: 6, bottom: 4, containLabel: true },
      tooltip: {
        confine: true,
        trigger: 'axis',
        axisPointer: { type: 'none' },
        formatter: (params: unknown) => {
          const bar = bars[(params as readonly { dataIndex: number }[])[0]?.dataIndex ?? 0];
          return bar === undefined
            ? ''
            : `${bar.name.replaceAll('<', '&lt;')}<br/>${percent(bar.value)} (95%: ${percent(bar.low)} – ${percent(bar.high)})`;
        },
      },
      xAxis: {
        type: 'value',
        min: 0,
        max: 100,
        axisLabel: { color: style.text, formatter: '{value}%' },
        splitLine: { lineStyle: { color: style.line } },
      },
      yAxis: {
        type: 'category',
        inverse: true,
        data: bars.map((bar) => bar.name),
        axisLabel: { color: style.strong },
        axisLine: { show: false },
        axisTick: { show: false },
      },
      series: [
        {
          type: 'bar',
          barWidth: 14,
          data: bars.map((bar) => ({
            value: bar.value * 100,
            itemStyle: {
              color: bar.kind === 'bot' ? style.bad : bar.kind === 'patient' ? style.colours[0] : style.text,
            },
          })),
          label: {
            show: true,
            position: 'right',
            color: style.strong,
            formatter: ({ dataIndex }: { dataIndex: number }) => percent(bars[dataIndex]?.value ?? 0),
          },
        },
        // The interval as a thin bar over the value: an invisible part up to its lower end, then its length.
        {
          type: 'bar',
          stack: 'interval',
          barWidth: 4,
          barGap: '-64%',
          silent: true,
          itemStyle: { color: 'transparent' },
          data: bars.map((bar) => bar.low * 100),
        },
        {
          type: 'bar',
          stack: 'interval',
          barWidth: 4,
          silent: true,
          itemStyle: { color: style.strong },
          data: bars.map((bar) => Math.max(0.4, (bar.high - bar.low) * 100)),
        },
      ],
    };
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [result, style.dark, t]);
  return (
    <section>
      <div className="guard-row xl-muted">
        <RelTime at={row.createdAt} />
        <span>{row.createdBy}</span>
        <span>
          {t('slots.sim.summary', {
            places: input.places,
            patients: input.patients.reduce((sum, one) => sum + one.count, 0),
            bots: input.bots.reduce((sum, one) => sum + one.identities, 0),
            trials: number(input.trials),
          })}
        </span>
      </div>
      {row.error !== null ? (
        <ErrorState error={new Error(row.error)} />
      ) : result === null ? (
        <Progress percent={row.progress} />
      ) : (
        <Chart
          option={option}
          height={52 + 30 * (2 + result.byGroup.length + result.byBot.length)}
          label={`${t('slots.simulation')}: ${percent(result.patientShare.value)}`}
        />
      )}
    </section>
  );
}
