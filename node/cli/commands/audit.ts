import { resolve } from 'node:path';
import { auditBundle, readAudit, type Audit, type AuditTroubleLine } from '../../../protocol/chart/audit.ts';
import { realClock } from '../../device/real-environment.ts';
import { CLIENT_OPTIONS, withClient } from '../client.ts';
import type { Command } from '../command.ts';
import { assertNewFile, writeNewFile } from '../new-file.ts';

export const audit: Command = {
  words: ['audit'],
  summary: 'Say who looked at which patient, as far as it was sealed to you.',
  options: {
    ...CLIENT_OPTIONS,
    patient: { type: 'string', value: 'PATIENT', help: "only this patient: id, record number, or part of the name" },
    person: { type: 'string', value: 'PERSON', help: 'only what this person opened: handle, or part of the name' },
    fhir: { type: 'string', value: 'FILE', help: 'also write it as a FHIR R4 bundle of AuditEvents; the file must not exist' },
  },
  about: `For the ward's privacy officers; while there is none, for its admins. Whoever became one later reads what was opened from then on.
What is amiss with the record (gaps, forks, entries that do not open) is listed whatever is asked.`,
  async run(args, io) {
    const named = args.text('fhir');
    const file = named === undefined ? undefined : resolve(named);
    if (file !== undefined) await assertNewFile(file);
    const read = await withClient(args, io, async ({ session, device }) => {
      const found = await readAudit(session, device.replica, { patient: args.text('patient'), user: args.text('person') });
      if (file !== undefined) await writeNewFile(file, `${JSON.stringify(auditBundle(found.lines, realClock.now()), null, 2)}\n`);
      return found;
    });
    if (file !== undefined) io.say(`Written to ${file}. It is readable by whoever has it.`);
    io.result(read, shown(read));
  },
};

function shown({ lines, troubles, hasOfficer }: Audit): string {
  return [
    `${lines.length} ${lines.length === 1 ? 'opening' : 'openings'}.`,
    ...lines.map(({ at, how, user, device, patient, isDisputed }) =>
      `${at.slice(0, 16).replace('T', ' ')}  ${user.handle.padEnd(14)} ${patient.name} ${patient.number}  ${WAYS[how]} on ${device.name}${isDisputed ? '  (disputed: signed after a removal)' : ''}`),
    ...troubles.map(troubleLine),
    ...(hasOfficer ? [] : ['The ward has no privacy officer: this is sealed to its admins.']),
  ].join('\n');
}

const WAYS: Readonly<Record<Audit['lines'][number]['how'], string>> = { screen: 'read', export: 'taken out as a file', review: 'read in a review', print: 'printed' };

function troubleLine({ kind, items, user, device, session }: AuditTroubleLine): string {
  return `! ${TROUBLES[kind](items)}: session ${session.slice(0, 8)} of ${user ?? 'somebody unknown'} on ${device ?? 'an unknown device'}.`;
}

const TROUBLES: Readonly<Record<AuditTroubleLine['kind'], (items: number) => string>> = {
  'sealed-to-others': (items) => `${items} sealed to others, from before you were a reader`,
  withheld: (items) => `${items} kept from you, although you were a privacy officer by then: that app is not an honest one`,
  unreadable: (items) => `${items} that do not open, although they are sealed to you: that app is not an honest one, or the store is damaged`,
  gap: (items) => `${items} missing in the middle`,
  'end-missing': (items) => `${items} missing at the end, which were once signed for`,
  forked: () => 'two versions of one record: as when a device was copied and both ran',
};
