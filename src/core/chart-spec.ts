import type { JSONObject } from '@lumino/coreutils';

import { moment } from './format';

/** One value for each period; null where nothing was measured. */
export interface Series {
  label: string;
  values: readonly (number | null)[];
}

export type ChartSpec = JSONObject;

const WIDTH = 400;
const HEIGHT = 150;
const MINUTE = 60;
const DAY = 24 * 3600;
const COLORS = [
  'brand-color1',
  'warn-color1',
  'success-color1',
  'error-color1',
  'info-color1',
  'accent-color1'
].map(name => `var(--jp-${name})`);
/** Lines differ by more than their colour. */
const DASHES = [
  [1, 0],
  [6, 3],
  [2, 2],
  [8, 3, 2, 3]
];
const FAINT = 'var(--jp-border-color2)';
const INK = 'var(--jp-ui-font-color1)';

/** A chart over time in Vega-Lite. */
export function chartSpec({
  mark,
  fitted = false,
  times,
  period,
  series
}: {
  mark: 'bar' | 'line';
  fitted?: boolean;
  times: readonly number[];
  period: number;
  series: readonly Series[];
}): ChartSpec {
  const labels = series.map(each => each.label);
  const repeated = <T>(some: readonly T[]): T[] =>
    labels.map((_, index) => some[index % some.length]);
  const isBar = mark === 'bar';
  const legend =
    labels.length > 1
      ? { orient: 'top', title: null, symbolType: isBar ? 'square' : 'stroke' }
      : null;
  const spread = times[times.length - 1] - times[0];
  const dashes = {
    field: 'of',
    scale: { domain: labels, range: repeated(DASHES) },
    legend
  };
  return {
    $schema: 'https://vega.github.io/schema/vega-lite/v5.json',
    width: WIDTH,
    height: HEIGHT,
    autosize: { type: 'fit', contains: 'padding' },
    data: { values: series.flatMap(each => points(each, times, period)) },
    mark: isBar
      ? { type: 'bar', width: Math.max(1, (0.8 * WIDTH) / times.length) }
      : { type: 'line', point: { size: 15 }, strokeWidth: 1.5 },
    encoding: {
      x: {
        field: 'middle',
        type: 'temporal',
        title: null,
        scale: {
          domain: [times[0] * 1000, (times[times.length - 1] + period) * 1000]
        },
        axis: { format: timeFormat(spread), tickCount: 6, grid: false }
      },
      ...(isBar ? {} : { strokeDash: dashes }),
      y: {
        field: 'value',
        type: 'quantitative',
        title: null,
        ...(isBar
          ? countAxis(series)
          : { scale: { zero: !fitted, nice: 4 }, axis: { tickCount: 4 } })
      },
      color: {
        field: 'of',
        scale: { domain: labels, range: repeated(COLORS) },
        legend
      },
      tooltip: { field: 'tip' }
    },
    config: {
      background: 'transparent',
      font: 'system-ui, sans-serif',
      view: { stroke: null },
      axis: {
        domainColor: FAINT,
        gridColor: FAINT,
        tickColor: FAINT,
        labelColor: INK,
        labelFontSize: 11
      },
      legend: { labelColor: INK, labelFontSize: 11 }
    }
  };
}

function timeFormat(spread: number): string {
  if (spread > DAY) {
    return '%b %d';
  }
  return spread < 5 * MINUTE ? '%H:%M:%S' : '%H:%M';
}

/** The moment at which a period begins, to the second where periods are short. */
export function timeOf(at: number, period: number): string {
  return moment(at).slice(0, period < MINUTE ? 19 : 16);
}

/** Whole numbers, and room for one where there are none. */
function countAxis(series: readonly Series[]): JSONObject {
  const totals = (series[0]?.values ?? []).map((_, index) =>
    series.reduce((total, { values }) => total + (values[index] ?? 0), 0)
  );
  const most = Math.max(1, ...totals);
  return {
    scale: { domain: [0, most], nice: true },
    axis: { tickCount: Math.min(4, most) }
  };
}

function points(
  { label, values }: Series,
  times: readonly number[],
  period: number
): JSONObject[] {
  return times.map((at, index) => ({
    of: label,
    middle: (at + period / 2) * 1000,
    value: values[index],
    tip: `${label}: ${rounded(values[index])}\n${timeOf(at, period)}`
  }));
}

export function rounded(value: number | null): string {
  return value === null ? '–' : String(Number(value.toPrecision(4)));
}
