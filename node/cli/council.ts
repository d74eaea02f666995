/** What the commands share that show and settle what takes more than one. */
import { hexOf, type ItemId, type UserId } from '../../protocol/codec/ids.ts';
import type { Proposal } from '../../protocol/membership/ward-state.ts';
import type { Replica } from '../../protocol/replica/replica.ts';
import type { CouncilFailure } from '../../protocol/ward/council.ts';
import { CommandFailed } from './command.ts';
import { AT_A_DESKTOP } from './members.ts';

const SHORT = 8;

export function councilFailure(failure: CouncilFailure): string {
  return MESSAGES[failure];
}

/** How an item is named at the command line. */
export function shortId(id: ItemId): string {
  return hexOf(id).slice(0, SHORT);
}

/** The one of these that `name` is the beginning of. */
export function itemNamed<T>(name: string, of: readonly T[], idOf: (each: T) => ItemId, what: string): T {
  const found = of.filter((each) => name.length >= SHORT && hexOf(idOf(each)).startsWith(name.toLowerCase()));
  const [first] = found;
  if (first === undefined) throw new CommandFailed(`no ${what} begins with '${name}' (${SHORT} digits or more)`);
  if (found.length > 1) throw new CommandFailed(`several begin with '${name}': give more digits`);
  return first;
}

/** Also of who was removed. */
export function handleOf(replica: Replica, user: UserId | undefined): string {
  return (user && replica.state().users.get(hexOf(user))?.handle) ?? 'a device';
}

export function actionText(replica: Replica, { action }: Proposal): string {
  switch (action.type) {
    case 'remove-user': return `remove ${handleOf(replica, action.user)}`;
    case 'set-role': return `make ${handleOf(replica, action.user)} ${action.role === 'admin' ? 'an admin' : `a ${action.role}`}`;
    case 'set-quorum': return `recovery quorum: ${action.threshold} of ${action.holders.map((holder) => handleOf(replica, holder)).join(', ')}`;
    case 'checkpoint': return 'close the log up to here';
  }
}

export function timeText(milliseconds: number): string {
  return new Date(milliseconds).toISOString().slice(0, 16).replace('T', ' ');
}

const MESSAGES: Readonly<Record<CouncilFailure, string>> = {
  'not-an-admin': 'only an admin can do this',
  'at-a-desktop': AT_A_DESKTOP,
  'unknown-user': 'no such user in this ward',
  'last-admin': 'the last admin cannot go; make another admin first',
  'unknown-proposal': "no such proposal waits; 'wardsync proposals' lists what does",
  'own-proposal': 'you proposed this yourself: another admin has to approve it',
  'bad-quorum': 'a quorum has 2 to 16 different holders, and takes at least 2 and at most all of them',
  'not-a-holder': 'you are no holder of the recovery quorum',
  'no-second-admin': 'a checkpoint takes two admins, and there is one',
  'unknown-operation': 'no such operation is in review',
  'own-operation': 'you signed this yourself: another admin has to accept it',
  'too-many-chains': 'more was written there than this can name; nothing was changed',
  'not-repeatable': 'this cannot be accepted: what takes two admins is proposed anew, and a device joins anew',
};
