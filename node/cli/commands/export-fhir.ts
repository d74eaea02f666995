import { resolve } from 'node:path';
import { exportBundle } from '../../../protocol/chart/fhir.ts';
import { openFile } from '../../../protocol/chart/openings.ts';
import { recorded } from '../audit.ts';
import { CLIENT_OPTIONS, withClient } from '../client.ts';
import { CommandFailed, type Command } from '../command.ts';
import { realClock } from '../../device/real-environment.ts';
import { assertNewFile, writeNewFile } from '../new-file.ts';
import { patientNamed } from '../patients.ts';

export const exportFhir: Command = {
  words: ['export-fhir'],
  summary: 'Write a patient as a FHIR R4 bundle.',
  positionals: ['PATIENT'],
  options: { ...CLIENT_OPTIONS, out: { type: 'string', value: 'FILE', help: 'the file to write; it must not exist', required: true } },
  about: "PATIENT is the id or the record number, as 'wardsync show' lists them. The file is not encrypted any more: mind where it goes.\nThat you took it out is recorded for the ward's privacy officers.",
  async run(args, io) {
    const file = resolve(args.must('out'));
    await assertNewFile(file);
    await withClient(args, io, async ({ session, chart }) => {
      const patient = patientNamed(chart, args.positionals[0] ?? '');
      const bundle = exportBundle(chart, patient, realClock.now());
      if (bundle === null) throw new CommandFailed('no such patient on this device');
      await recorded(openFile(session, chart, { patient, stays: 'all', how: 'export' }));
      await writeNewFile(file, bundle.json);
    });
    io.result({ file }, `Written to ${file}. It is readable by whoever has it.`);
  },
};
