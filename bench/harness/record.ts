/** What was measured last, kept in docs/: benchmarks.json for programs, BENCHMARKS.md for people. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { Machine } from './machine.ts';
import { machineText, reportMarkdown, type Report } from './report.ts';

interface Entry {
  readonly measured: string;
  readonly machine: Machine;
  readonly report: Report;
}

const FOLDER = new URL('../../docs/', import.meta.url);
const JSON_FILE = new URL('benchmarks.json', FOLDER);
const MARKDOWN_FILE = new URL('BENCHMARKS.md', FOLDER);

/** Puts `reports` in the place of the earlier ones of the same names. `order` is that of the sections. */
export function record(machine: Machine, reports: readonly Report[], measured: string, order: readonly string[]): void {
  const entries = new Map(readEntries().map((entry) => [entry.report.name, entry]));
  for (const report of reports) entries.set(report.name, { measured, machine, report });
  const sorted = order.flatMap((name) => entries.get(name) ?? []);
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(JSON_FILE, `${JSON.stringify(sorted, null, 2)}\n`);
  writeFileSync(MARKDOWN_FILE, [HEAD, ...sorted.map(section)].join('\n'));
}

const HEAD = `# Benchmarks

Written by \`npm run bench -- --write\`; the figures in full are in [benchmarks.json](benchmarks.json). Every benchmark
checks its results outside of what it times. Compare ratios, which come from one run; seconds are this machine's.
`;

function section({ measured, machine, report }: Entry): string {
  return `${reportMarkdown(report)}\nMeasured ${measured.slice(0, 10)} on ${machineText(machine)}.\n`;
}

function readEntries(): readonly Entry[] {
  try {
    return JSON.parse(readFileSync(JSON_FILE, 'utf8')) as Entry[];
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}
