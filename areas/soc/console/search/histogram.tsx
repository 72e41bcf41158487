import { useMemo } from 'react';
import {
  Chart,
  shortTime,
  exactTime,
  useSeriesColours,
  useText,
  useThemeName,
  type ChartOption,
} from '@xinglin/platform/ui';

interface Histogram {
  readonly intervalMs: number;
  readonly buckets: readonly { readonly at: string; readonly count: number }[];
}

/** Events over time; dragging over it sets the time range. */
export function EventHistogram({
  data,
  onRange,
}: {
  readonly data: Histogram | undefined;
  readonly onRange: (from: string, to: string) => void;
}) {
  const t = useText();
  const theme = useThemeName();
  const [brand] = useSeriesColours();
  const buckets = data?.buckets;
  const option = useMemo<ChartOption>(() => {
    const axis = theme === 'dark' ? '#84939b' : '#6b7a83';
    const line = theme === 'dark' ? '#243038' : '#edf0f2';
    return {
      animation: false,
      grid: { left: 52, right: 12, top: 8, bottom: 20 },
      tooltip: {
        trigger: 'axis',
        confine: true,
        formatter: (params: unknown) => {
          const [one] = params as { dataIndex: number; value: number }[];
          return one === undefined
            ? ''
            : `${exactTime(buckets?.[one.dataIndex]?.at ?? '')}<br/><b>${String(one.value)}</b>`;
        },
      },
      xAxis: {
        type: 'category',
        data: buckets?.map((bucket) => shortTime(bucket.at)) ?? [],
        axisTick: { show: false },
        axisLine: { lineStyle: { color: line } },
        axisLabel: { color: axis, fontSize: 11, hideOverlap: true },
      },
      yAxis: {
        type: 'value',
        splitNumber: 2,
        minInterval: 1,
        splitLine: { lineStyle: { color: line } },
        axisLabel: { color: axis, fontSize: 11 },
      },
      brush: {
        xAxisIndex: 0,
        brushType: 'lineX',
        brushMode: 'single',
        throttleType: 'debounce',
        transformable: false,
        brushStyle: { color: 'rgba(11,112,120,.15)', borderColor: brand },
      },
      series: [
        {
          type: 'bar',
          barCategoryGap: '12%',
          itemStyle: { color: brand },
          data: buckets?.map((bucket) => bucket.count) ?? [],
        },
      ],
    };
  }, [buckets, theme, brand]);
  return (
    <Chart
      option={option}
      height={112}
      label={t('search.histogram')}
      onBrush={(from, to) => {
        const first = buckets?.[Math.max(0, from)];
        const last = buckets?.[Math.min((buckets?.length ?? 1) - 1, to)];
        if (first === undefined || last === undefined || data === undefined) return;
        onRange(first.at, new Date(new Date(last.at).getTime() + data.intervalMs).toISOString());
      }}
    />
  );
}
