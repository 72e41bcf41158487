import { useQuery } from '@tanstack/react-query';
import { Input } from 'antd';
import { useMemo } from 'react';
import {
  api,
  Chart,
  EmptyState,
  Loaded,
  PageFrame,
  Panel,
  TimeFilter,
  timeBounds,
  useFilters,
  useNow,
  useNumber,
  useText,
  type ChartOption,
} from '@xinglin/platform/ui';
import { shortKey } from '../figures.ts';
import { KeyLinks, useChartStyle } from '../parts.tsx';
import type { Graph } from '../types.ts';
import '../antiscalp.css';

const KEY = /^[0-9a-f]{32,64}$/;
const TYPES = ['device', 'account', 'person', 'phone'] as const;
const SYMBOLS = { device: 'roundRect', account: 'diamond', person: 'circle', phone: 'triangle' } as const;

/** Which ids came in one request with a key, and which places were handed over, two steps far. */
export function Page() {
  const t = useText();
  const [filters, set] = useFilters();
  const key = filters['key'] ?? '';
  const minute = Math.floor(useNow() / 60_000);
  const range = useMemo(() => timeBounds(filters, '30d', minute * 60_000), [filters, minute]);
  const query = useQuery({
    queryKey: ['/antiscalp/graph', key, range],
    queryFn: ({ signal }) => api<Graph>('/antiscalp/graph', { query: { key, ...range }, signal }),
    enabled: KEY.test(key),
    placeholderData: (before) => before,
  });
  return (
    <PageFrame title={t('nav.guardGraph')} note={t('guard.graphNote')}>
      <div className="guard-toolbar">
        <Input.Search
          key={key}
          defaultValue={key}
          style={{ width: 460 }}
          placeholder={t('guard.graphPlaceholder')}
          aria-label={t('guard.graphPlaceholder')}
          onSearch={(value) => set({ key: value.trim().toLowerCase() })}
        />
        <TimeFilter fallback="30d" />
      </div>
      {KEY.test(key) ? (
        <Loaded query={query}>
          {(graph) =>
            graph.nodes.length === 0 ? (
              <Panel>
                <EmptyState title={t('guard.graphEmpty')} hint={t('guard.graphEmptyHint')} />
              </Panel>
            ) : (
              <div className="xl-grid">
                <Panel
                  className="xl-c7"
                  title={t('guard.graphAround', { key: shortKey(key) })}
                  extra={<span className="xl-muted">{t('guard.graphClick')}</span>}
                >
                  <Picture graph={graph} onOpen={(id) => set({ key: id })} />
                </Panel>
                <Panel className="xl-c5" title={t('guard.graphList')} flush>
                  <NodeTable graph={graph} />
                </Panel>
              </div>
            )
          }
        </Loaded>
      ) : (
        <Panel>
          <EmptyState
            title={t(key === '' ? 'guard.graphStart' : 'guard.graphNotKey')}
            hint={t('guard.graphStartHint')}
          />
        </Panel>
      )}
    </PageFrame>
  );
}

function Picture({ graph, onOpen }: { readonly graph: Graph; readonly onOpen: (key: string) => void }) {
  const t = useText();
  const style = useChartStyle();
  const option = useMemo<ChartOption>(() => {
    const most = Math.max(1, ...graph.nodes.map((node) => node.count));
    return {
      tooltip: { confine: true, formatter: (params: unknown) => (params as { data: { text: string } }).data.text },
      legend: { bottom: 0, itemWidth: 10, itemHeight: 10, textStyle: { color: style.text } },
      series: [
        {
          type: 'graph',
          layout: 'force',
          roam: true,
          draggable: true,
          top: 10,
          bottom: 40,
          force: { repulsion: 170, edgeLength: [50, 120], gravity: 0.12, layoutAnimation: false },
          categories: TYPES.map((type, index) => ({
            name: t(`guard.key.${type}`),
            symbol: SYMBOLS[type],
            itemStyle: { color: style.colours[index] },
          })),
          label: {
            show: graph.nodes.length <= 30,
            position: 'right',
            fontSize: 11,
            color: style.strong,
            formatter: (params: { data: { short: string } }) => params.data.short,
          },
          emphasis: { focus: 'adjacency' },
          data: graph.nodes.map((node) => ({
            id: node.key,
            name: node.key,
            short: shortKey(node.key),
            text: `${t(`guard.key.${node.type}`)} ${shortKey(node.key)}<br/>${t('guard.graphSeen', { n: node.count, refused: node.refused })}`,
            category: TYPES.indexOf(node.type),
            symbol: SYMBOLS[node.type],
            symbolSize: 12 + 22 * Math.sqrt(node.count / most),
            itemStyle: {
              ...(node.refused > 0 ? { borderColor: style.bad, borderWidth: 2 } : {}),
              ...(node.key === graph.key ? { shadowBlur: 14, shadowColor: style.strong } : {}),
            },
          })),
          links: graph.edges.map((edge) => ({
            source: edge.from,
            target: edge.to,
            text: t(`guard.edge.${edge.kind}`, { n: edge.count }),
            symbol: edge.kind === 'hand-over' ? ['none', 'arrow'] : ['none', 'none'],
            symbolSize: 8,
            lineStyle:
              edge.kind === 'hand-over'
                ? { color: style.bad, width: 2, type: 'dashed' }
                : { color: style.dark ? '#4b5e69' : '#b6c2c8', width: Math.min(4, 1 + Math.log2(edge.count) / 2) },
          })),
        },
      ],
    };
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [graph, style.dark, t]);
  return (
    <Chart
      option={option}
      height={520}
      label={t('guard.graphList')}
      onClick={({ name, dataType }) => {
        if (dataType === 'node') onOpen(name);
      }}
    />
  );
}

/** The same in words: for the keyboard, for screen readers, for copying. */
function NodeTable({ graph }: { readonly graph: Graph }) {
  const t = useText();
  const number = useNumber();
  const seen = new Set(graph.edges.flatMap((edge) => (edge.kind === 'seen' ? [edge.from, edge.to] : [])));
  return (
    <div style={{ maxHeight: 540, overflowY: 'auto' }} tabIndex={0} aria-label={t('guard.graphList')}>
      <table className="guard-table">
        <thead>
          <tr>
            <th scope="col">{t('guard.kind')}</th>
            <th scope="col">{t('guard.key')}</th>
            <th scope="col" className="guard-right">
              {t('guard.requests')}
            </th>
            <th scope="col" className="guard-right">
              {t('guard.kpi.refused')}
            </th>
          </tr>
        </thead>
        <tbody>
          {graph.nodes.map((node) => (
            <tr key={node.key}>
              <td>{t(`guard.key.${node.type}`)}</td>
              <td>
                <KeyLinks
                  id={node.key}
                  graph={node.key !== graph.key}
                  decisions={seen.has(node.key) || graph.edges.length === 0}
                />
              </td>
              <td className="guard-right xl-num">{number(node.count)}</td>
              <td className={`guard-right xl-num ${node.refused > 0 ? 'guard-bad' : ''}`}>{number(node.refused)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p className="guard-note">
        {t('guard.graphSalts')} {graph.cut ? t('guard.cut') : ''}
      </p>
    </div>
  );
}
