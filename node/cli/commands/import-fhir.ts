import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { Chart } from '../../../protocol/chart/chart.ts';
import { importBundle, ImportFailed, type ImportSummary } from '../../../protocol/chart/fhir.ts';
import { defaultTeam } from '../../../protocol/chart/teams.ts';
import type { TeamId } from '../../../protocol/codec/ids.ts';
import { maySign } from '../../../protocol/membership/roles.ts';
import { CLIENT_OPTIONS, withClient } from '../client.ts';
import { systemCode } from '../../device/system-error.ts';
import { CommandFailed, type Command, type CommandIo } from '../command.ts';
import { ownTeamNamed } from '../members.ts';

export const importFhir: Command = {
  words: ['import-fhir'],
  summary: 'Bring in patients from FHIR R4 bundles.',
  positionals: ['FILE'],
  variadic: true,
  options: { ...CLIENT_OPTIONS, team: { type: 'string', value: 'TEAM', help: 'the care team that gets the patients (default: your first)' } },
  about: 'The report names and counts everything that was not taken over. The same bundle again changes nothing.',
  async run(args, io) {
    const reports = await withClient(args, io, async ({ chart, session, device }) => {
      if (session.role === undefined || !maySign(session.role, 'changeset')) throw new CommandFailed(`a ${session.role ?? 'removed user'} reads records and writes none; let somebody import them who writes (a clinician or an admin)`);
      const name = args.text('team');
      const team = name === undefined ? defaultTeam(device.replica.state(), session.user) : ownTeamNamed(session, device.replica, name);
      const done: FileReport[] = [];
      for (const file of args.positionals) done.push(await importFile(chart, team, file, io));
      return done;
    });
    const failed = reports.filter(({ summary }) => summary === undefined);
    const [only] = reports.length === 1 ? failed : [];
    if (only !== undefined) throw new CommandFailed(describe(only));
    io.result(reports, reports.map(describe).join('\n\n'));
    if (failed.length > 0) throw new CommandFailed(`${failed.length} of ${reports.length} files could not be imported; the others were`);
  },
};

interface FileReport {
  readonly file: string;
  readonly summary?: ImportSummary;
  /** Why nothing of the file was imported. */
  readonly failure?: string;
}

async function importFile(chart: Chart, team: TeamId, file: string, io: CommandIo): Promise<FileReport> {
  try {
    const { size } = await stat(file);
    const summary = await importBundle(chart, team, createReadStream(file), {
      size, pause: () => new Promise((resolve) => { setImmediate(resolve); }),
      onProgress: ({ done, total, what }) => io.progress(done, total, `${what} ${file}`),
    });
    return { file, summary };
  } catch (error) {
    if (error instanceof ImportFailed) return { file, failure: `${lowerFirst(error.message)}. Nothing of it was imported` };
    if (/^E[A-Z]+$/.test(systemCode(error))) return { file, failure: `it cannot be read (${systemCode(error)}); check its name and who may read it` };
    throw error;
  }
}

function describe({ file, summary, failure }: FileReport): string {
  if (summary === undefined) return `${file}: ${failure ?? ''}`;
  const { patients, stays, created, changed, unchanged, unmapped } = summary;
  const lines = Object.entries(unmapped).map(([what, count]) => `  ${String(count).padStart(6)}  ${what}`);
  return [
    `${file}: ${patients} patients, ${stays} stays; documents: ${created} new, ${changed} changed, ${unchanged} as they were.`,
    ...(lines.length === 0 ? ['Everything was taken over.'] : ['Not taken over:', ...lines]),
  ].join('\n');
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
