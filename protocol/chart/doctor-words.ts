/** What the doctor found, in English sentences that say what to do: for the command line and the English screens. */
import type { Finding, FindingCode } from './doctor.ts';

const some = (n: number, one: string, many: string): string => (n === 1 ? `1 ${one}` : `${n} ${many}`);

export type DoctorWords = Readonly<Record<FindingCode, (finding: Required<Finding>) => string>>;

export const doctorWords: DoctorWords = {
  'rotation-owed': ({ name }) => `The team '${name}' still has a key that somebody holds who should not. An admin who is in the team unlocks once; then it gets a new one.`,
  'key-owed': ({ name, people }) => `${people.join(', ')} cannot open what belongs to the team '${name}' yet. An admin who is in the team unlocks once, and the key is passed on.`,
  'few-openers': ({ name, people, count }) =>
    `${some(count, 'patient', 'patients')} of the team '${name}' can be opened by ${people.length === 0 ? 'nobody' : `${people.join(', ')} alone`}. Add a second person to the team.`,
  'one-admin': () => 'There is one admin. If that person is away or forgets the password, nobody can add people or shut out a lost device. Make a second admin.',
  'no-officer': () => 'The ward has no privacy officer. Which patients are opened is recorded all the same, and only admins can read it: make somebody a privacy officer, so that those who are watched are not those who watch.',
  'closed-documents': ({ count }) => `${some(count, 'document is', 'documents are')} closed to you: another team's, or the key has not arrived yet.`,
  'disputed-items': ({ count }) => `${some(count, 'entry waits', 'entries wait')} for review: written by somebody, or on a device, that was removed. An admin accepts or declines them.`,
  'unreadable-items': ({ count }) => `${some(count, 'entry does', 'entries do')} not open although the key is here: damaged, or wrongly made. Tell ward IT; 'wardsync show' goes on without them.`,
  'no-archive': () => "The ward has no archive. Set one up on a machine that is always on: 'wardsync pair --kind archive'.",
  'no-peer': () => 'No other device is in reach. Check that this one is on the ward’s network.',
  'not-backed-up': ({ count }) => `${some(count, 'document has', 'documents have')} entries that no archive has confirmed yet. They follow by themselves once an archive is in reach.`,
  'keeper-away': ({ name, span }) => `'${name}' was last met ${some(span, 'day', 'days')} ago. Switch it on, or report it as lost.`,
  'unused-device': ({ name, span }) => `Nobody has unlocked on '${name}' for ${some(span, 'day', 'days')}. If nobody needs it, remove it.`,
  'clock-skew': ({ name, span }) => `The clocks of '${name}' and of this device differ by ${some(span, 'minute', 'minutes')}. Set the one that is wrong.`,
  'rolled-back': ({ name }) => `'${name}' has fewer entries than it once signed for: it was restored from a copy, or is not what it was. Look at it; let it join anew if in doubt.`,
  diverged: ({ name }) => `'${name}' claims to hold something that it does not give out. Look at it; if it goes on, let it join anew.`,
  forks: ({ count }) => `${some(count, 'chain is', 'chains are')} there in two versions: as when a device was copied and both ran. Shut the copy out.`,
  'certificate-ends': ({ name, span }) => `The certificate of '${name}' ends in ${some(span, 'day', 'days')}. Any command of an admin renews it, with the bridge's ward in reach.`,
  'no-policy': () => "Unlocking needs the password alone: whoever steals a tablet or the archive can try passwords on it without end. Once the archive and the tablets have joined, choose how many of them have to answer: the screen 'How people unlock', or 'wardsync policy set'.",
  'by-password-alone': ({ people }) => `${people.join(', ')}: still by password alone, until they next unlock with the ward's devices in reach. What was in the log before stays guessable in old copies of it.`,
  'nodes-away': ({ count, span }) => `${some(count, 'archive or tablet is', 'archives and tablets are')} not in reach; ${span} have to answer when somebody unlocks.`,
  'nodes-few': ({ count, span }) => `There are ${some(count, 'archive or tablet', 'archives and tablets')}, and ${span} have to answer when somebody unlocks: ${count < span ? 'whoever locks now does not get in again' : 'with one more lost nobody unlocks'}. Let another tablet in, or choose another rule (Unlocking, 'wardsync policy set').`,
  'shares-few': ({ people }) => `${people.join(', ')}: as many devices hold what their passwords open with as have to answer, or fewer. An unlock with more devices in reach mends it; where too few are left, a recovery kit or an admin ('wardsync user renew').`,
  'dishonest-node': ({ name }) => `'${name}' answered falsely when you unlocked: it is broken, or in foreign hands. Report it as lost, and let it join anew when it has been looked at.`,
  'old-password': ({ count, span }) => `Your old password is dead on ${some(count, 'device', 'devices')} of the ward so far; with ${span} it is worthless. Switch on those that are off.`,
  'no-glass': () => "The ward has no break-glass key yet: the next unlock of an admin, with the ward's archives and tablets in reach, makes it.",
  'glass-nodes-away': ({ count, span, name }) => `${count} of the ${name} archives and tablets that break-glass asks ${count === 1 ? 'is' : 'are'} not in reach; ${span} have to answer.`,
  'glass-owed': ({ count }) => `${some(count, 'document is', 'documents are')} not prepared for break-glass yet. Any unlock of somebody who may write there does it.`,
};

/** `words` in the language wanted. */
export function findingText(finding: Finding, words: DoctorWords): string {
  return words[finding.code]({ name: '', people: [], count: 0, span: 0, ...finding });
}
