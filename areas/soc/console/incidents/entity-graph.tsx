import { useNavigate } from '@tanstack/react-router';
import { useMemo } from 'react';
import { Chart, EmptyState, useSeriesColours, useText, useThemeName, type ChartOption } from '@xinglin/platform/ui';
import type { IncidentDetail } from '@xinglin/soc';
import { entityQuery } from '../shared/entities.tsx';
import { word } from '../shared/words.ts';
import { layoutGraph } from './graph-layout.ts';

/** Drawn at this size exactly, so that circles stay round. */
const GRAPH = { width: 520, height: 318 } as const;

const SYMBOLS: Readonly<Record<string, string>> = {
  ip: 'circle',
  host: 'roundRect',
  user: 'diamond',
  asset: 'roundRect',
  process: 'triangle',
  domain: 'pin',
};

/** Who touched what; a click hunts for the entity. */
export function EntityGraph({ incident }: { readonly incident: IncidentDetail }) {
  const t = useText();
  const theme = useThemeName();
  const colours = useSeriesColours();
  const navigate = useNavigate();
  const { nodes, edges } = incident.graph;
  const option = useMemo<ChartOption>(() => {
    const dark = theme === 'dark';
    const types = [...new Set(nodes.map((node) => node.type))];
    const maxWeight = Math.max(1, ...nodes.map((node) => node.weight));
    const label = nodes.length <= 40;
    const places = layoutGraph(nodes, edges, GRAPH.width, GRAPH.height, 0);
    return {
      tooltip: {
        confine: true,
        formatter: (params: unknown) => {
          const { dataType, data } = params as {
            dataType: string;
            data: { full?: string; kind?: string; text?: string; asset?: string };
          };
          const safe = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
          return dataType === 'edge'
            ? safe(data.text ?? '')
            : `${safe(data.kind ?? '')}<br/><b>${safe(data.full ?? '')}</b>${data.asset ? `<br/>${safe(data.asset)}` : ''}`;
        },
      },
      legend: {
        bottom: 4,
        itemWidth: 10,
        itemHeight: 10,
        textStyle: { color: dark ? '#a0aeb5' : '#53636c' },
        data: types.map((type) => word(t, 'entity', type)),
      },
      series: [
        {
          type: 'graph',
          layout: 'none',
          left: 'center',
          top: 26,
          width: GRAPH.width,
          height: GRAPH.height,
          roam: true,
          draggable: true,
          scaleLimit: { min: 0.4, max: 4 },
          categories: types.map((type, index) => ({
            name: word(t, 'entity', type),
            itemStyle: { color: colours[index % colours.length] },
          })),
          edgeSymbol: ['none', 'arrow'],
          edgeSymbolSize: 7,
          lineStyle: { color: dark ? '#4b5e69' : '#b6c2c8', curveness: 0.12 },
          emphasis: { focus: 'adjacency', lineStyle: { width: 3 } },
          label: {
            show: label,
            position: 'right',
            fontSize: 12,
            color: dark ? '#dfe7ea' : '#1a262c',
            formatter: (params: { data: { short?: string } }) => params.data.short ?? '',
          },
          labelLayout: { hideOverlap: true },
          data: nodes.map((node) => ({
            id: node.id,
            x: places.get(node.id)?.x ?? 0,
            y: places.get(node.id)?.y ?? 0,
            name: node.id,
            full: node.label,
            short: node.label.length > 26 ? `${node.label.slice(0, 24)}…` : node.label,
            kind: word(t, 'entity', node.type),
            asset: node.asset ?? '',
            entity: node.type,
            category: types.indexOf(node.type),
            symbol: SYMBOLS[node.type] ?? 'circle',
            symbolSize: 14 + 22 * Math.sqrt(node.weight / maxWeight),
          })),
          links: edges.map((edge) => ({
            source: edge.from,
            target: edge.to,
            text: `${edge.label}${edge.count > 1 ? ` ×${String(edge.count)}` : ''}`,
            lineStyle: { width: Math.min(4, 1 + Math.log2(1 + edge.count) / 2) },
          })),
        },
      ],
    };
  }, [nodes, edges, theme, colours, t]);
  if (nodes.length === 0) return <EmptyState compact title={t('incident.noGraph')} />;
  return (
    <Chart
      option={option}
      height={400}
      label={t('incident.graph')}
      onClick={({ data, dataType }) => {
        if (dataType !== 'node') return;
        const { full, entity } = data as { full: string; entity: string };
        void navigate({
          to: '/search',
          search: {
            q: entity === 'ip' ? `"${full}"` : entityQuery({ type: entity as never, value: full }),
            range: '24h',
          } as never,
        });
      }}
    />
  );
}
