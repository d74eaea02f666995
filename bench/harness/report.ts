/** What a benchmark hands back, and how it is printed. */
import type { Machine } from './machine.ts';

export interface Figure {
  readonly what: string;
  readonly value: number;
  readonly unit: 'ms' | 's' | 'bytes' | 'MB' | '×' | '';
  /** At most this, by the issues; absent where there is no goal. */
  readonly goal?: number;
  /** The next goal, for later. */
  readonly later?: number;
}

export interface Report {
  readonly name: string;
  readonly title: string;
  /** What was done, how often, and what was checked: sentences. */
  readonly method: string;
  readonly figures: readonly Figure[];
}

/** What goes on meanwhile, for who waits: to standard error. */
export function progress(text: string): void {
  console.error(`  … ${text}`);
}

export function reportText({ name, title, method, figures }: Report): string {
  const width = Math.max(...figures.map(({ what }) => what.length));
  const lines = figures.map((figure) => `  ${figure.what.padEnd(width)}  ${valueText(figure).padStart(12)}  ${goalText(figure)}`.trimEnd());
  return [`${name}: ${title}`, `  ${method}`, ...lines].join('\n');
}

/** One line for each goal that was not reached. */
export function missedGoals(reports: readonly Report[]): readonly string[] {
  return reports.flatMap(({ name, figures }) => figures.filter(isMissed).map((figure) => `GOAL MISSED: ${name}, ${figure.what}: ${valueText(figure)}, ${limitText(figure, figure.goal)}`));
}

export function reportMarkdown({ name, title, method, figures }: Report): string {
  const rows = figures.map((figure) => `| ${figure.what} | ${valueText(figure)} | ${goalText(figure)} |`);
  return [`## ${title}`, '', `\`npm run bench -- ${name}\``, '', method, '', '| | measured | goal |', '| --- | ---: | --- |', ...rows, ''].join('\n');
}

export function machineText({ cpu, cores, memoryGiB, system, node, flushMilliseconds, loadBefore }: Machine): string {
  return `${cpu}, ${cores} cores, ${memoryGiB} GiB, ${system}, Node ${node}; a flush to disk takes ${flushMilliseconds} ms; load before the run ${loadBefore}`;
}

function valueText({ value, unit }: Figure): string {
  const digits = Math.abs(value) >= 100 || Number.isInteger(value) ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return `${value.toFixed(digits)}${unit === '×' ? '×' : unit === '' ? '' : ` ${unit}`}`;
}

function goalText(figure: Figure): string {
  const { value, goal, later } = figure;
  if (goal === undefined) return '';
  const next = later === undefined ? '' : `, later ${limitText(figure, later)}${value <= later ? ' (met)' : ''}`;
  return `${limitText(figure, goal)} ${isMissed(figure) ? 'MISSED' : 'met'}${next}`;
}

/** A figure that is no number has reached nothing. */
function isMissed(figure: Figure): figure is Figure & { readonly goal: number } {
  return figure.goal !== undefined && !(figure.value <= figure.goal);
}

function limitText({ unit }: Figure, limit: number): string {
  return `≤ ${limit}${unit === '' || unit === '×' ? unit : ` ${unit}`}`;
}
