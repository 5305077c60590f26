import { BarChart, LineChart } from 'echarts/charts';
import { GridComponent, LegendComponent, TitleComponent } from 'echarts/components';
import { init, use } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';

use([BarChart, LineChart, GridComponent, LegendComponent, TitleComponent, SVGRenderer]);

/** Values by name, or over time. */
export interface ChartSpec {
  title: string;
  /** Beside the axis of values, such as `tasks` or `hours`. */
  unit: string;
  kind: 'bars' | 'lines';
  /** Names of bars, or ISO dates of points. */
  names: readonly string[];
  series: readonly { name: string; values: readonly number[]; colour: string }[];
}

export interface ChartSize {
  width: number;
  height: number;
}

/** Names of bars stand beside each other only while there is room. */
const MANY_NAMES = 8;

/** Characters that XML cannot hold, however they are written (XML 1.0, 2.2). Names may have them all the same. */
// oxlint-disable-next-line no-control-regex -- these characters are what this removes
const NOT_XML = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Cs}/gu;

const FONT = 'DejaVu Sans, Arial, Helvetica, sans-serif';

/** Draws a chart as SVG. */
export function chartSvg(spec: ChartSpec, { width, height }: ChartSize): string {
  const { title, unit, kind, names, series } = spec;
  const isTilted = kind === 'bars' && names.length > MANY_NAMES;
  const chart = init(null, null, { renderer: 'svg', ssr: true, width, height });
  chart.setOption({
    animation: false,
    backgroundColor: '#FFFFFF',
    textStyle: { fontFamily: FONT, fontSize: 13 },
    title: { text: title, left: 16, top: 10, textStyle: { fontSize: 16, fontFamily: FONT } },
    legend: { show: series.length > 1, right: 16, top: 12 },
    grid: { left: 16, right: 24, top: 64, bottom: 20, containLabel: true },
    xAxis: {
      type: 'category',
      data: [...names],
      boundaryGap: kind === 'bars',
      axisLabel: { rotate: isTilted ? 35 : 0, hideOverlap: true },
    },
    yAxis: { type: 'value', name: unit, nameTextStyle: { align: 'left' }, minInterval: 1 },
    series: series.map(({ name, values, colour }) => ({
      name,
      type: kind === 'bars' ? ('bar' as const) : ('line' as const),
      data: [...values],
      itemStyle: { color: colour },
      ...(kind === 'lines' && { showSymbol: values.length < 40, lineStyle: { color: colour, width: 3 } }),
    })),
  });
  const svg = chart.renderToSVGString();
  chart.dispose();
  return svg.replace(NOT_XML, '');
}
