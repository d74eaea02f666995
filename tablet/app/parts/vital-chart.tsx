/**
 * One vital sign over time on the colour bands of the NEWS2 chart. The canvas is for eyes; the same values are in the
 * table beside it.
 */
import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import uPlot from 'uplot';
import type { News2Band } from '../../../protocol/clinical/news2.ts';
import { theme, words } from '../state/preferences.ts';
import { moment } from '../words/when.ts';
import { now } from '../state/clock.ts';

export interface ChartPoint {
  readonly at: number;
  readonly value: number;
  /** For blood pressure: drawn as a bar from `low` to `value`. */
  readonly low?: number;
}

export interface VitalChartProps {
  readonly name: string;
  readonly unit: string;
  readonly points: readonly ChartPoint[];
  readonly bands: readonly News2Band[];
  /** Half a step of the chart, so that the bands touch: 0.5 for whole numbers. */
  readonly halfStep: number;
  /** The part of the scale that is always shown. */
  readonly usual: readonly [low: number, high: number];
  /** The time shown, in milliseconds. */
  readonly from: number;
  readonly to: number;
  readonly show: (point: ChartPoint) => string;
}

const HEIGHT = 148;
const SYNC_KEY = 'vitals';

export function VitalChart(props: VitalChartProps): JSX.Element {
  const { name, unit, points, from, to, show } = props;
  const place = useRef<HTMLDivElement>(null);
  const [hovered, setHovered] = useState<ChartPoint | null>(null);
  const latest = points.at(-1);

  useEffect(() => {
    const box = place.current;
    if (box === null) return undefined;
    const plot = new uPlot(options(props, box.clientWidth, setHovered), data(points), box);
    const resize = new ResizeObserver(() => plot.setSize({ width: box.clientWidth, height: HEIGHT }));
    resize.observe(box);
    return () => {
      resize.disconnect();
      plot.destroy();
    };
    // A new drawing for new data: cheaper than telling what changed, and rare.
  }, [points, from, to, theme.value, words.value]);

  const told = hovered ?? latest;
  return (
    <figure class="chart">
      <figcaption>
        <span class="chart-name">{name} <span class="muted">{unit}</span></span>
        {told !== undefined && (
          <span class="chart-told">
            <strong>{show(told)}</strong> <span class="muted">{moment(new Date(told.at).toISOString(), now.value, words.value)}</span>
          </span>
        )}
      </figcaption>
      <div
        ref={place} class="chart-canvas" role="img"
        aria-label={words.value.observations.chartLabel(name, latest === undefined ? '–' : `${show(latest)} ${unit}`, points.length)}
      />
    </figure>
  );
}

/** uPlot counts in seconds. */
function data(points: readonly ChartPoint[]): uPlot.AlignedData {
  return [points.map(({ at }) => at / 1000), points.map(({ value }) => value), points.map(({ low }) => low ?? null)];
}

function options(props: VitalChartProps, width: number, hover: (point: ChartPoint | null) => void): uPlot.Options {
  const { points, from, to, usual } = props;
  const paint = paints();
  const values = points.flatMap(({ value, low }) => (low === undefined ? [value] : [value, low]));
  const low = Math.min(usual[0], ...values);
  const high = Math.max(usual[1], ...values);
  const margin = (high - low) * 0.06;
  const bars = points.some((point) => point.low !== undefined);
  const axis = {
    stroke: paint.text, font: paint.font, ticks: { show: false }, grid: { stroke: paint.grid, width: 1 },
  } as const;
  return {
    width,
    height: HEIGHT,
    padding: [6, 10, 0, 0],
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false }, sync: { key: SYNC_KEY }, points: { size: 9 } },
    scales: {
      x: { time: true, range: [from / 1000, to / 1000] },
      y: { range: [low - margin, high + margin] },
    },
    axes: [
      { ...axis, size: 26, space: 64, values: (_plot, ticks, _index, _space, step) => ticks.map((tick) => tickLabel(tick, step)) },
      { ...axis, size: 44, space: 26, incrs: [1, 2, 5, 10, 20, 25, 50, 100] },
    ],
    series: [
      {},
      bars
        ? { stroke: paint.line, paths: () => null, points: { show: false } }
        : { stroke: paint.line, width: 2, points: { show: points.length < 150, size: 6, fill: paint.line, stroke: paint.line }, spanGaps: true },
      { show: bars, stroke: paint.line, paths: () => null, points: { show: false } },
    ],
    hooks: {
      drawClear: [(plot) => drawBands(plot, props, paint)],
      draw: bars ? [(plot) => drawBars(plot, points, paint)] : [],
      setCursor: [(plot) => {
        const index = plot.cursor.idx;
        hover(index === null || index === undefined || (plot.cursor.left ?? -1) < 0 ? null : points[index] ?? null);
      }],
    },
  };
}

interface Paints {
  readonly text: string;
  readonly font: string;
  readonly grid: string;
  readonly line: string;
  readonly bands: readonly [string, string, string, string];
}

function paints(): Paints {
  const style = getComputedStyle(document.documentElement);
  const token = (name: string): string => style.getPropertyValue(name).trim();
  return {
    text: token('--ink-2'),
    font: `12px ${token('--font')}`,
    grid: token('--chart-grid'),
    line: token('--chart-line'),
    bands: [token('--band-0'), token('--band-1'), token('--band-2'), token('--band-3')],
  };
}

function drawBands(plot: uPlot, { bands, halfStep }: VitalChartProps, paint: Paints): void {
  const { left, top, width, height } = plot.bbox;
  const context = plot.ctx;
  context.save();
  for (const band of bands) {
    const upper = band.to === undefined ? top : plot.valToPos(band.to + halfStep, 'y', true);
    const lower = band.from === undefined ? top + height : plot.valToPos(band.from - halfStep, 'y', true);
    const from = Math.max(top, upper);
    const to = Math.min(top + height, lower);
    if (to <= from) continue;
    context.fillStyle = paint.bands[band.points];
    context.fillRect(left, from, width, to - from);
  }
  context.restore();
}

/** Blood pressure as on the paper chart: a bar from diastolic to systolic with a mark at both ends. */
function drawBars(plot: uPlot, points: readonly ChartPoint[], paint: Paints): void {
  const context = plot.ctx;
  const pixel = devicePixelRatio;
  const arm = (points.length > 40 ? 1 : 3) * pixel;
  context.save();
  context.beginPath();
  context.rect(plot.bbox.left, plot.bbox.top, plot.bbox.width, plot.bbox.height);
  context.clip();
  context.strokeStyle = paint.line;
  context.lineWidth = (points.length > 40 ? 1.5 : 2) * pixel;
  context.lineCap = 'round';
  context.beginPath();
  for (const { at, value, low } of points) {
    const x = plot.valToPos(at / 1000, 'x', true);
    const top = plot.valToPos(value, 'y', true);
    context.moveTo(x - arm, top);
    context.lineTo(x + arm, top);
    if (low === undefined) continue;
    const bottom = plot.valToPos(low, 'y', true);
    context.moveTo(x, top);
    context.lineTo(x, bottom);
    context.moveTo(x - arm, bottom);
    context.lineTo(x + arm, bottom);
  }
  context.stroke();
  context.restore();
}

const DAY_SECONDS = 86_400;

function tickLabel(seconds: number, step: number): string {
  const at = new Date(seconds * 1000);
  const midnight = at.getHours() === 0 && at.getMinutes() === 0;
  return step >= DAY_SECONDS || midnight
    ? at.toLocaleDateString(words.value.locale, { day: 'numeric', month: 'short' })
    : at.toLocaleTimeString(words.value.locale, { hour: '2-digit', minute: '2-digit' });
}
