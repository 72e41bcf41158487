import { useEffect, useRef } from 'react';
import type { EChartsCoreOption, EChartsType } from 'echarts/core';
import { useThemeName } from './theme-context.ts';
import { FONT_STACK } from './theme.ts';

export type ChartOption = EChartsCoreOption;

/** ECharts, loaded when the first chart is drawn; resizes with its box. */
export function Chart({
  option,
  height,
  label,
  onClick,
  onBrush,
}: {
  readonly option: ChartOption;
  readonly height: number;
  /** What the picture says, for those who cannot see it. */
  readonly label: string;
  readonly onClick?: (params: { readonly name: string; readonly data: unknown; readonly dataType?: string }) => void;
  /** Range of category indexes selected by dragging. */
  readonly onBrush?: (from: number, to: number) => void;
}) {
  const box = useRef<HTMLDivElement>(null);
  const chart = useRef<EChartsType | undefined>(undefined);
  const latest = useRef({ option, onClick, onBrush });
  const theme = useThemeName();
  useEffect(() => {
    latest.current = { option, onClick, onBrush };
    chart.current?.setOption(withFont(option), { notMerge: true });
    if (chart.current !== undefined && onBrush !== undefined) armBrush(chart.current);
  }, [option, onClick, onBrush]);
  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    let gone = false;
    let observer: ResizeObserver | undefined;
    void import('./echarts.ts').then(({ createChart }) => {
      if (gone) return;
      const instance = createChart(element);
      chart.current = instance;
      instance.setOption(withFont(latest.current.option));
      instance.on('click', (params) => latest.current.onClick?.(params as never));
      instance.on('brushEnd', (params) => {
        const range = (params as { areas?: { coordRange?: number[] }[] }).areas?.[0]?.coordRange;
        const [from, to] = range ?? [];
        if (from !== undefined && to !== undefined) latest.current.onBrush?.(from, to);
      });
      if (latest.current.onBrush !== undefined) armBrush(instance);
      observer = new ResizeObserver(() => instance.resize());
      observer.observe(element);
    });
    return () => {
      gone = true;
      observer?.disconnect();
      chart.current?.dispose();
      chart.current = undefined;
    };
  }, [theme]);
  return <div ref={box} role="img" aria-label={label} style={{ height, width: '100%' }} />;
}

/** Dragging selects at once, without a toolbox; a new option disarms it. */
function armBrush(chart: EChartsType): void {
  chart.dispatchAction({
    type: 'takeGlobalCursor',
    key: 'brush',
    brushOption: { brushType: 'lineX', brushMode: 'single' },
  });
}

function withFont(option: ChartOption): ChartOption {
  return { textStyle: { fontFamily: FONT_STACK }, animationDuration: 300, ...option };
}
