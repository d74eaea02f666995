import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { importBundle, ImportFailed, type ImportSummary } from '../../../protocol/chart/fhir.ts';
import { defaultTeam } from '../../../protocol/chart/teams.ts';
import { CLIENT_OPTIONS, withClient } from '../client.ts';
import { CommandFailed, type Command } from '../command.ts';
import { teamNamed } from '../members.ts';

export const importFhir: Command = {
  words: ['import-fhir'],
  summary: 'Bring in patients from FHIR R4 bundles.',
  positionals: ['FILE'],
  variadic: true,
  options: { ...CLIENT_OPTIONS, team: { type: 'string', value: 'TEAM', help: 'the care team that gets the patients (default: your first)' } },
  about: 'The report names and counts everything that was not taken over. The same bundle again changes nothing.',
  async run(args, io) {
    const reports = await withClient(args, io, async ({ chart, session, device }) => {
      const name = args.text('team');
      const team = name === undefined ? defaultTeam(device.replica.state(), session.user) : teamNamed(session, device.replica, name);
      const summaries: { file: string; summary: ImportSummary }[] = [];
      for (const file of args.positionals) {
        const size = await sizeOf(file);
        try {
          const summary = await importBundle(chart, team, createReadStream(file), {
            size, pause: () => new Promise((resolve) => { setImmediate(resolve); }),
            onProgress: ({ done, total, what }) => io.progress(done, total, `${what} ${file}`),
          });
          summaries.push({ file, summary });
        } catch (error) {
          if (error instanceof ImportFailed) throw new CommandFailed(`${file}: ${error.message}. Nothing of it was imported.`);
          throw error;
        }
      }
      return summaries;
    });
    io.result(reports, reports.map(({ file, summary }) => describe(file, summary)).join('\n\n'));
  },
};

async function sizeOf(file: string): Promise<number> {
  try {
    const { size } = await stat(file);
    return size;
  } catch {
    throw new CommandFailed(`${file} cannot be read`);
  }
}

function describe(file: string, { patients, stays, created, changed, unchanged, unmapped }: ImportSummary): string {
  const lines = Object.entries(unmapped).map(([what, count]) => `  ${String(count).padStart(6)}  ${what}`);
  return [
    `${file}: ${patients} patients, ${stays} stays; documents: ${created} new, ${changed} changed, ${unchanged} as they were.`,
    ...(lines.length === 0 ? ['Everything was taken over.'] : ['Not taken over:', ...lines]),
  ].join('\n');
}
