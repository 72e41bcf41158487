import { useQuery } from '@tanstack/react-query';
import {
  bytes,
  duration,
  EmptyState,
  ErrorState,
  PageFrame,
  PageSkeleton,
  Panel,
  StateTag,
  useNow,
  useNumber,
  useText,
} from '@xinglin/platform/ui';
import { parseMetrics, sumOf, valueOf, type Family } from './metrics.ts';
import './pages.css';

interface Ready {
  readonly ok: boolean;
  readonly reason: string;
}

async function readiness(): Promise<Ready> {
  const response = await fetch('/readyz');
  return { ok: response.ok, reason: (await response.text()).slice(0, 500) };
}

async function metrics() {
  const response = await fetch('/metrics', { credentials: 'same-origin' });
  if (!response.ok) return undefined;
  return parseMetrics(await response.text());
}

/** Is the platform well: ready or why not, memory, event loop, what each step counted. */
export function Page() {
  const t = useText();
  const number = useNumber();
  const now = useNow();
  const ready = useQuery({ queryKey: ['readyz'], queryFn: readiness, refetchInterval: 10_000 });
  const data = useQuery({ queryKey: ['metrics'], queryFn: metrics, refetchInterval: 10_000 });
  const all = data.data;
  const facts: readonly (readonly [string, string])[] =
    all === undefined
      ? []
      : [
          [
            t('system.uptime'),
            duration(t, now / 1000 - (valueOf(all, 'xinglin_process_start_time_seconds') ?? now / 1000)),
          ],
          [t('system.memory'), bytes(valueOf(all, 'xinglin_process_resident_memory_bytes') ?? 0)],
          [
            t('system.heap'),
            `${bytes(valueOf(all, 'xinglin_nodejs_heap_size_used_bytes') ?? 0)} / ${bytes(valueOf(all, 'xinglin_nodejs_heap_size_total_bytes') ?? 0)}`,
          ],
          [t('system.cpu'), duration(t, valueOf(all, 'xinglin_process_cpu_seconds_total') ?? 0)],
          [
            t('system.lag'),
            `${((valueOf(all, 'xinglin_nodejs_eventloop_lag_p99_seconds') ?? 0) * 1000).toFixed(0)} ms`,
          ],
          [t('system.live'), number(valueOf(all, 'xinglin_live_connections') ?? 0)],
        ];
  const own =
    all === undefined
      ? []
      : [...all.families.values()].filter((family) => isStep(family)).toSorted((a, b) => a.name.localeCompare(b.name));
  return (
    <PageFrame title={t('nav.system')} note={t('system.note')}>
      <div className="xl-grid">
        <div className="xl-c4 xl-stack">
          <Panel title={t('system.state')}>
            {ready.data === undefined ? (
              <PageSkeleton rows={2} />
            ) : (
              <div className="xl-col">
                <StateTag tone={ready.data.ok ? 'good' : 'bad'}>
                  {t(ready.data.ok ? 'system.ready' : 'system.notReady')}
                </StateTag>
                {ready.data.ok ? null : <pre className="xl-raw">{ready.data.reason}</pre>}
              </div>
            )}
          </Panel>
          <Panel title={t('system.process')}>
            {data.isError ? <ErrorState error={data.error} /> : null}
            <dl className="pg-facts">
              {facts.map(([label, value]) => (
                <div key={label}>
                  <dt>{label}</dt>
                  <dd className="xl-num">{value}</dd>
                </div>
              ))}
            </dl>
            {data.isFetched && all === undefined ? (
              <EmptyState compact title={t('system.noMetrics')} hint={t('system.noMetricsHint')} />
            ) : null}
          </Panel>
        </div>
        <div className="xl-c8">
          <Panel title={t('system.counters')} extra={<a href="/metrics">Prometheus</a>} flush>
            {own.length === 0 ? (
              <EmptyState compact title={t('system.noCounters')} />
            ) : (
              <table className="pg-counters">
                <tbody>
                  {own.map((family) => (
                    <tr key={family.name}>
                      <td>
                        <b>{family.help}</b>
                        <span className="xl-mono">{family.name}</span>
                      </td>
                      <td>
                        {family.samples
                          .filter((sample) => sample.labels !== '')
                          .toSorted((a, b) => b.value - a.value)
                          .slice(0, 8)
                          .map((sample) => (
                            <span key={sample.labels} className="xl-plain xl-mono">
                              {sample.labels} {number(sample.value, true)}
                            </span>
                          ))}
                      </td>
                      <td className="xl-num pg-right">{number(sumOf(family), true)}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            )}
          </Panel>
        </div>
      </div>
    </PageFrame>
  );
}

/** Counters of the product's own steps, without those of the process. */
function isStep(family: Family): boolean {
  return (
    family.type === 'counter' && family.name.startsWith('xinglin_') && !/^xinglin_(process|nodejs)_/.test(family.name)
  );
}
