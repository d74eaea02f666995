/** What happened to one's account, told once, before anything else. */
import { hexOf } from '../../protocol/codec/ids.ts';
import type { AccountEvent } from '../../protocol/membership/account-state.ts';
import type { Replica } from '../../protocol/replica/replica.ts';
import type { Session } from '../../protocol/ward/session.ts';
import type { CommandIo } from './command.ts';

export async function tellNotices(session: Session, replica: Replica, io: CommandIo): Promise<void> {
  const { users, devices } = replica.state();
  const fresh = (await session.account.notices()).filter(({ isNew }) => isNew).toReversed();
  for (const { what, by, device, time } of fresh) {
    const person = by === undefined ? undefined : users.get(by);
    const place = device === undefined ? undefined : devices.get(device);
    const who = person === undefined || by === hexOf(session.user) ? '' : ` by ${session.members.nameOf(person.sealedName) ?? person.handle}`;
    const where = place === undefined ? '' : ` on '${session.members.nameOf(place.sealedName) ?? hexOf(place.id).slice(0, 8)}'`;
    io.say(`Your account: ${WORDS[what]}${who}${where}, ${new Date(time).toISOString().slice(0, 16).replace('T', ' ')} UTC.`);
  }
  if (fresh.some(({ what }) => what !== 'holders-set' && what !== 'kit-made')) io.say("If that was not you, tell ward IT, and change your password ('wardsync user password').");
}

const WORDS: Readonly<Record<AccountEvent['what'], string>> = {
  'password-set': 'a new password was set',
  'kit-made': 'a printed kit was made',
  'kit-used': 'the printed kit was used; make a new one',
  'kit-withdrawn': 'the printed kit was withdrawn',
  'holders-set': 'people were named who can bring your keys back',
  'holders-withdrawn': 'nobody can bring your keys back any more',
  'recovery-asked': 'the people you named were asked to bring your keys back',
  'share-released': 'a share of your keys was released',
  'keys-renewed': 'you were given new keys and a temporary password',
};
