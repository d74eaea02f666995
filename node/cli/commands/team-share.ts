import { documentId } from '../../../protocol/codec/ids.ts';
import type { ShareFailure } from '../../../protocol/ward/document-keys.ts';
import { CLIENT_OPTIONS, withClient } from '../client.ts';
import { CommandFailed, UsageError, type Command } from '../command.ts';
import { teamNamed } from '../members.ts';
import { patientNamed } from '../patients.ts';

/** Documents that are given in one go, so that there is something to tell of. */
const AT_ONCE = 100;

export const teamShare: Command = {
  words: ['team', 'share'],
  summary: 'Give a team patients of another one: both can open them, past and future.',
  positionals: ['TEAM', 'PATIENT'],
  variadic: true,
  optional: true,
  options: { ...CLIENT_OPTIONS, all: { type: 'boolean', help: 'every patient that you can open' } },
  about: `PATIENT is an id or a record number. You have to be in the team, and to be able to open the patient. What was given is not taken
back. A stay that begins afterwards belongs to the patient's first team alone: give the patient again.`,
  async run(args, io) {
    const [team = '', ...names] = args.positionals;
    if ((names.length > 0) === args.flag('all')) throw new UsageError('name patients, or say --all');
    const shared = await withClient(args, io, async ({ session, device, chart }) => {
      const to = teamNamed(session, device.replica, team);
      const patients = args.flag('all') ? [...chart.patients()].map(({ id }) => id) : [...new Set(names.map((name) => patientNamed(chart, name)))];
      const documents = patients.flatMap((patient) => [patient, ...chart.file(patient)?.stays.keys() ?? []]).map((id) => documentId.fromHex(id));
      let given = 0;
      for (let from = 0; from < documents.length; from += AT_ONCE) {
        const done = await session.share(to, documents.slice(from, from + AT_ONCE));
        if (!done.ok) throw new CommandFailed(MESSAGES[done.failure]);
        given += done.value;
        io.progress(Math.min(from + AT_ONCE, documents.length), documents.length, 'documents');
      }
      return { patients: patients.length, documents: given };
    });
    io.result({ team, ...shared }, shared.documents === 0
      ? `The team '${team}' could open all of that already.`
      : `The team '${team}' can open ${shared.patients === 1 ? 'the patient' : `${shared.patients} patients`} too, in ${shared.documents} documents.`);
  },
};

const MESSAGES: Readonly<Record<ShareFailure, string>> = {
  'may-not': 'your role does not let you give patients to anybody',
  'not-in-team': 'you are not in that team',
  'unknown-document': 'not all of it can be opened here',
};
