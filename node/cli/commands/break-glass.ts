import { openFile } from '../../../protocol/chart/openings.ts';
import { hexOf } from '../../../protocol/codec/ids.ts';
import { MAX_GLASS_DOCUMENTS, MAX_GLASS_HOURS } from '../../../protocol/membership/glass.ts';
import type { GlassFailure } from '../../../protocol/ward/glass.ts';
import type { UnlockProgress } from '../../../protocol/ward/presence.ts';
import { recorded } from '../audit.ts';
import { CLIENT_OPTIONS, withClient } from '../client.ts';
import { CommandFailed, UsageError, type Command } from '../command.ts';
import { glassFailure } from '../glass.ts';
import { warningsOf } from '../unlock-words.ts';
import { patientShown } from './show.ts';

export const breakGlass: Command = {
  words: ['break-glass'],
  summary: 'Open a patient of none of your care teams in an emergency, in sight of the whole ward.',
  positionals: ['PATIENT'],
  options: {
    ...CLIENT_OPTIONS,
    reason: { type: 'string', value: 'TEXT', help: 'why; it stays in the log for ever, and everybody of the ward can read it: name nobody', required: true },
    hours: { type: 'string', value: 'HOURS', help: 'for how long at most, up to 12 (default: 1)' },
  },
  about: `PATIENT is the record number or the bed, word for word. It takes the ward's nodes, as unlocking does.
Who, when and why stands in the ward's log before anything opens, and is reviewed afterwards ('wardsync glass'). That you opened the
patient is recorded besides. What was opened is shown once, as 'wardsync show' does, and closed again when the command ends. What was read cannot be taken back.`,
  async run(args, io) {
    const hours = hoursFrom(args.text('hours'));
    const shown = await withClient(args, io, async ({ session, chart }) => {
      if (session.role === 'viewer' || session.role === 'privacy') throw new CommandFailed(glassFailure('not-a-clinician'));
      if (session.glass.standing !== 'ready') throw new CommandFailed(glassFailure('not-set'));
      const [patient, ...others] = session.glass.find(args.positionals[0] ?? '');
      if (patient === undefined) throw new CommandFailed('no patient goes by that number or bed, or nobody has prepared one for break-glass yet');
      if (others.length > 0) throw new CommandFailed(`${others.length + 1} patients go by that; give the record number`);
      if (patient.isOpen) throw new CommandFailed("a care team of yours can open this patient: 'wardsync show' does");
      // The record first: it is what is shown, and one use has its bounds.
      const documents = [...patient.documents].sort((a, b) => Number(hexOf(b) === hexOf(patient.patient)) - Number(hexOf(a) === hexOf(patient.patient)));
      let asked: UnlockProgress | undefined;
      const opening = session.glass.open(documents.slice(0, MAX_GLASS_DOCUMENTS), args.must('reason'), hours, (progress) => { asked = progress; });
      // Ended by Ctrl-C too, and not by the clock an hour later.
      const opened = await Promise.race([opening, io.stopped]);
      if (opened === undefined) {
        await session.glass.endOwn();
        return undefined;
      }
      for (const line of warningsOf(asked)) io.say(line);
      if (!opened.ok) throw new CommandFailed(failureText(opened.failure, asked));
      try {
        const id = hexOf(patient.patient);
        await recorded(openFile(session, chart, { patient: id, stays: 'all', how: 'screen' }));
        const { value, text } = patientShown(chart, id);
        const use = hexOf(opened.value.use);
        const missing = documents.length - opened.value.documents.length;
        return { value: { use, patient: value, missing }, text: missing === 0 ? text : `${text}\nNot opened: ${missing} of ${documents.length} documents.` };
      } finally {
        // Here and not with the lock, so that the end is handed on too before the command ends.
        await session.glass.end(opened.value.use);
      }
    });
    if (shown === undefined) throw new CommandFailed('stopped: nothing was opened; that you asked stands in the log, and was ended');
    io.result(shown.value, shown.text);
  },
};

function hoursFrom(text = '1'): number {
  const hours = Number(text);
  if (!(hours > 0 && hours <= MAX_GLASS_HOURS)) throw new UsageError(`--hours takes more than 0 and at most ${MAX_GLASS_HOURS}`);
  return hours;
}

function failureText(failure: GlassFailure, asked: UnlockProgress | undefined): string {
  if (failure !== 'too-few-nodes' || asked === undefined) return glassFailure(failure);
  return `${glassFailure(failure)} (${asked.nodes.filter(({ outcome }) => outcome === 'answered').length} of ${asked.need})`;
}
