/**
 * `npm run bench [-- NAME…] [--json] [--write] [--small] [--profile DIR]`: measures, checks the results, and says how it
 * stands with the goals. `npm run bench -- --help` lists the names.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { freshPeer } from './bulk/fresh-peer.ts';
import { makeManyDocuments, type ManyDocuments } from './bulk/many-documents.ts';
import { reconnect } from './bulk/reconnect.ts';
import { grant } from './grant/grant.ts';
import { describeMachine } from './harness/machine.ts';
import { PROFILE_VARIABLE } from './harness/profile.ts';
import { record } from './harness/record.ts';
import { machineText, missedGoals, reportText, type Report } from './harness/report.ts';
import { latency } from './latency/latency.ts';
import { replay } from './log/replay.ts';
import { rotation } from './rotation/rotation.ts';
import { start } from './start/start.ts';
import { unlock } from './unlock/unlock.ts';

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
    small: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
    profile: { type: 'string' },
  },
});

const SIZE = options.small
  ? { rounds: 1, documents: 100, operations: 1000, unlocks: 4, members: 50, latency: { changes: 50, patients: 10 } }
  : { rounds: 3, documents: 1000, operations: 10_000, unlocks: 20, members: 500, latency: { changes: 200, patients: 60 } };

let manyDocuments: Promise<ManyDocuments> | undefined;

/** Made when the first benchmark asks for them, and shared. */
function documents(): Promise<ManyDocuments> {
  manyDocuments ??= makeManyDocuments({ documents: SIZE.documents, changesets: 20, sessions: 8 }, SIZE.rounds);
  return manyDocuments;
}

/** With goals; these run when no name is given. */
const BENCHMARKS: Readonly<Record<string, () => Promise<Report>>> = {
  latency: () => latency(SIZE.latency),
  'fresh-peer': async () => freshPeer(await documents(), SIZE.rounds),
  reconnect: async () => reconnect(await documents(), 2 * SIZE.rounds),
  start: async () => start(await documents(), SIZE.rounds),
  log: () => replay(SIZE.operations, SIZE.rounds),
  unlock: () => unlock(SIZE.unlocks),
  rotation: () => rotation(SIZE.members, SIZE.rounds),
  grant: () => grant(SIZE.documents, SIZE.rounds),
};

/** Of single parts; by name only, and they print for themselves. */
const PARTS = ['primitives', 'store', 'pipe'] as const;

const HELP = `npm run bench [-- NAME…]

  ${Object.keys(BENCHMARKS).join(', ')}: all of them when no name is given
  ${PARTS.join(', ')}: of single parts, by name

  --json         figures as JSON, and nothing else
  --write        puts the figures into docs/
  --small        a tenth of the size: to try a benchmark, not to measure; goals do not count
  --profile DIR  writes CPU profiles of the processes that are measured, which slows them

Exit codes: 0 every goal reached, 1 a goal missed (each is named at the end) or a result wrong, 2 wrongly called`;

process.exitCode = await main();

async function main(): Promise<number> {
  if (options.help) {
    console.log(HELP);
    return 0;
  }
  const known = new Set<string>([...Object.keys(BENCHMARKS), ...PARTS]);
  const unknown = positionals.filter((name) => !known.has(name));
  if (unknown.length > 0) {
    console.error(`no benchmark '${unknown.join("', '")}'\n\n${HELP}`);
    return 2;
  }
  if (options.profile !== undefined) {
    mkdirSync(options.profile, { recursive: true });
    process.env[PROFILE_VARIABLE] = options.profile;
  }
  const machine = await describeMachine();
  const measured = new Date().toISOString();
  if (!options.json) console.log(machineText(machine));
  const reports: Report[] = [];
  try {
    for (const name of positionals.length > 0 ? positionals : Object.keys(BENCHMARKS)) {
      const report = await BENCHMARKS[name]?.();
      if (report === undefined) runPart(name);
      else {
        reports.push(report);
        if (!options.json) console.log(`\n${reportText(report)}`);
      }
    }
  } finally {
    await (await manyDocuments)?.ward.close();
  }
  if (options.json) console.log(JSON.stringify({ measured, machine, reports }, null, 2));
  if (options.write) record(machine, reports, measured, Object.keys(BENCHMARKS));
  return judge(reports);
}

/** 1 when a goal was missed, which is said last, where it is seen. With `--small` nothing is measured that a goal is about. */
function judge(reports: readonly Report[]): number {
  const missed = missedGoals(reports);
  for (const line of missed) console.error(options.small ? `${line} (--small: does not count)` : line);
  return missed.length > 0 && !options.small ? 1 : 0;
}

function runPart(name: string): void {
  execFileSync(process.execPath, ['--import', import.meta.resolve('tsx'), fileURLToPath(new URL(`${name}.ts`, import.meta.url))], {
    stdio: ['ignore', options.json ? 'ignore' : 'inherit', 'inherit'],
  });
}
