/** What the commands about people, teams and devices share. */
import { equalBytes } from '../../protocol/codec/bytes.ts';
import { hexOf, type DeviceId, type TeamId, type UserId } from '../../protocol/codec/ids.ts';
import { MAX_NAME_LENGTH } from '../../protocol/keys/sealed-name.ts';
import { MAX_GRACE_HOURS } from '../../protocol/membership/operation.ts';
import { deviceOfPeerIdText } from '../../protocol/network/peer-id.ts';
import type { Replica } from '../../protocol/replica/replica.ts';
import { MIN_PASSWORD_LENGTH, type MemberFailure } from '../../protocol/ward/members.ts';
import type { Session } from '../../protocol/ward/session.ts';
import { CommandFailed, UsageError, type Arguments } from './command.ts';

export function memberFailure(failure: MemberFailure): string {
  return MESSAGES[failure];
}

/** An option, or another text, that becomes a sealed name. */
export function nameOption(args: Arguments, option: string): string {
  return checkedName(`--${option}`, args.must(option));
}

export function checkedName(title: string, name: string): string {
  if (name.length === 0 || name.length > MAX_NAME_LENGTH) throw new UsageError(`${title} has 1 to ${MAX_NAME_LENGTH} characters`);
  return name;
}

export function teamNamed(session: Session, replica: Replica, name: string): TeamId {
  const teams = [...replica.state().teams.values()];
  const found = teams.filter((team) => session.members.nameOf(team.sealedName) === name);
  const [team] = found;
  if (team === undefined) throw new CommandFailed(`no team '${name}' in this ward; there are: ${teams.map((each) => session.members.nameOf(each.sealedName) ?? 'one whose name does not open').join(', ')}`);
  if (found.length > 1) throw new CommandFailed(`${found.length} teams are called '${name}'`);
  return team.id;
}

/** A team that the user of the session is in, and so can write for. */
export function ownTeamNamed(session: Session, replica: Replica, name: string): TeamId {
  const team = teamNamed(session, replica, name);
  if (replica.state().teams.get(hexOf(team))?.members.has(hexOf(session.user)) === true) return team;
  throw new CommandFailed(`you are not in the team '${name}'; an admin can let you in with 'wardsync team grant'`);
}

export function userNamed(replica: Replica, handle: string): UserId {
  for (const user of replica.state().users.values()) if (user.handle === handle && user.removal === undefined) return user.id;
  throw new CommandFailed(`no user '${handle}' in this ward`);
}

/** `name` is the device's name, its PeerId, or the beginning of its id (8 digits or more). */
export function deviceNamed(session: Session, replica: Replica, name: string): DeviceId {
  const peer = deviceOfPeerIdText(name);
  const found = [...replica.state().devices.values()].filter(({ id, sealedName, removal }) => removal === undefined
    && (session.members.nameOf(sealedName) === name || (name.length >= 8 && hexOf(id).startsWith(name)) || (peer !== undefined && equalBytes(id, peer))));
  const [device] = found;
  if (device === undefined) throw new CommandFailed(`no device '${name}' in this ward`);
  if (found.length > 1) throw new CommandFailed(`${found.length} devices are called '${name}'; name it by its id`);
  return device.id;
}

/** No command runs as a desktop's page; who writes a client of their own may. */
export const AT_A_DESKTOP = 'the ward does not trust a desktop with this: do it on a tablet, or by command';

const MESSAGES: Readonly<Record<MemberFailure, string>> = {
  'is-admin': 'an admin gets no new keys from another: make them less than an admin first',
  'not-an-admin': 'only an admin can do this',
  'nodes-needed': "without it too few archives and tablets are left to answer, and nobody could unlock any more: choose another policy first ('wardsync policy set'), or let another in; if it is lost: 'wardsync device lost'",
  'at-a-desktop': AT_A_DESKTOP,
  'bad-grace': `a PIN opens for 0 (never) to ${MAX_GRACE_HOURS} hours`,
  'handle-taken': 'this handle is taken; choose another',
  'bad-handle': 'a handle has 1 to 32 lower-case letters, digits and hyphens',
  'password-too-short': `a password has at least ${MIN_PASSWORD_LENGTH} characters`,
  'unknown-user': 'no such user in this ward',
  'unknown-team': 'no such team in this ward',
  'unknown-device': 'no such device in this ward',
  'too-few-nodes': "not enough ward nodes in reach to deal the new user's unlock key: switch the archive and the tablets on ('wardsync policy show')",
  'no-threshold': 'the threshold is at least 1: with none, nobody would have to be asked',
  'too-many-nodes': 'at most 32 nodes can hold shares',
  'too-few-nodes-for-threshold': 'the threshold cannot be more than the nodes: nobody could ever unlock',
  'no-tries': 'with so many nodes for so small a threshold each node could answer not even one try of the ten',
  'more-nodes-than-there-are': 'the ward has not so many archives and tablets yet; let them join first',
  'own-device': 'this is the very device that you are working on; report it from another one',
  'takes-two': "from three admins on, one more takes two of them: add the person in another role, then 'wardsync user role HANDLE admin'",
  'too-many-chains': 'more was written there than a removal can name (98,304 chains); nothing was changed',
};
