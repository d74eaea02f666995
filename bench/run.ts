/**
 * `npm run bench [-- NAME…] [--json] [--write]`: measures, checks the results, and says how it stands with the goals.
 *
 * --write puts the report into docs/BENCHMARKS.md; --small measures a tenth, to try a benchmark itself.
 */
import { parseArgs } from 'node:util';
import { describeMachine } from './harness/machine.ts';
import { machineText, reportText, type Report } from './harness/report.ts';
import { latency, LATENCY } from './latency/latency.ts';

const BENCHMARKS: Readonly<Record<string, (small: boolean) => Promise<Report>>> = {
  latency: (small) => latency(small ? { changes: 50, patients: 10 } : LATENCY),
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'boolean' }, write: { type: 'boolean' }, small: { type: 'boolean' } },
});
const names = positionals.length > 0 ? positionals : Object.keys(BENCHMARKS);
const unknown = names.filter((name) => !Object.hasOwn(BENCHMARKS, name));
if (unknown.length > 0) {
  console.error(`no benchmark ${unknown.join(', ')}; there are: ${Object.keys(BENCHMARKS).join(', ')}`);
  process.exit(2);
}
const machine = await describeMachine();
if (values.json !== true) console.log(machineText(machine));
const reports: Report[] = [];
for (const name of names) {
  const report = await BENCHMARKS[name]?.(values.small === true);
  if (report === undefined) continue;
  reports.push(report);
  if (values.json !== true) console.log(`\n${reportText(report)}`);
}
if (values.json === true) console.log(JSON.stringify({ machine, reports }, null, 2));
