/** The chart library, cut to what is used, with colours read from the design tokens. A chunk of its own. */
import { BarChart, LineChart, PieChart } from 'echarts/charts';
import { GridComponent, LegendComponent, MarkLineComponent, TooltipComponent } from 'echarts/components';
import { init, use } from 'echarts/core';
import type { EChartsCoreOption } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';

use([BarChart, LineChart, PieChart, GridComponent, LegendComponent, MarkLineComponent, TooltipComponent, SVGRenderer]);

export type ChartOption = EChartsCoreOption;
export interface Chart {
  update(option: ChartOption): void;
  resize(): void;
  dispose(): void;
}

function token(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

function theme(): object {
  const axis = {
    axisLine: { lineStyle: { color: token('--line-strong') } },
    axisTick: { show: false },
    axisLabel: { color: token('--text-3'), fontSize: 12 },
    splitLine: { lineStyle: { color: token('--line') } },
  };
  return {
    color: [
      token('--primary'),
      token('--accent'),
      token('--info'),
      token('--success'),
      token('--danger'),
      token('--neutral'),
    ],
    textStyle: { fontFamily: token('--font'), color: token('--text-2') },
    categoryAxis: { ...axis, splitLine: { show: false } },
    valueAxis: { ...axis, axisLine: { show: false } },
    bar: { label: { color: token('--text-2') } },
    legend: { textStyle: { color: token('--text-2') }, itemWidth: 10, itemHeight: 10, icon: 'roundRect' },
    tooltip: {
      backgroundColor: token('--surface'),
      borderColor: token('--line'),
      textStyle: { color: token('--text'), fontSize: 13 },
    },
    grid: { left: 8, right: 8, top: 28, bottom: 4, containLabel: true },
  };
}

/** Draws a chart; `pick` hears clicks on its marks. */
export function openChart(
  box: HTMLElement,
  option: ChartOption,
  pick: (seriesIndex: number, dataIndex: number) => void,
): Chart {
  const chart = init(box, theme(), { renderer: 'svg' });
  chart.setOption(option);
  chart.on('click', (event) => pick(event.seriesIndex ?? 0, event.dataIndex));
  return {
    update: (next) => chart.setOption(next, { notMerge: true }),
    resize: () => chart.resize(),
    dispose: () => chart.dispose(),
  };
}
