import { documentsOf } from '../../../protocol/chart/erase.ts';
import { hexOf } from '../../../protocol/codec/ids.ts';
import { CLIENT_OPTIONS, withClient } from '../client.ts';
import { CommandFailed, type Command } from '../command.ts';
import { erasureFailure } from '../erasures.ts';
import { patientNamed } from '../patients.ts';

export const erase: Command = {
  words: ['erase'],
  summary: 'Propose that a patient be erased for good. Nothing happens until a second person approves.',
  positionals: ['PATIENT'],
  options: {
    ...CLIENT_OPTIONS,
    reason: { type: 'string', value: 'TEXT', help: 'why; it stays in the log for ever, and everybody of the ward can read it: name nobody', required: true },
  },
  about: `PATIENT is an id or a record number, as 'wardsync show' lists them. An admin or a privacy officer proposes, another one approves ('wardsync approve').
Then every device destroys the record and every stay, with every key to them, and takes them from nobody again. It cannot be undone.
Not reached: prints and exports, copies of disks, backups made before ('wardsync backups'), and what flash memory keeps of deleted blocks.`,
  async run(args, io) {
    const proposed = await withClient(args, io, async ({ session, chart }) => {
      const patient = patientNamed(chart, args.positionals[0] ?? '');
      const documents = documentsOf(chart, patient);
      const done = await session.erasures.propose(documents, args.must('reason'));
      if (!done.ok) throw new CommandFailed(erasureFailure(done.failure));
      return { erasure: hexOf(done.value), patient, documents: documents.length };
    });
    io.result(proposed, `Proposed: ${proposed.documents} documents of one patient. Another admin or privacy officer has to approve: 'wardsync approve ${proposed.erasure.slice(0, 8)}'.`);
  },
};
