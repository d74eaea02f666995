/** What an admin does on the screens of people, teams, proposals, reviews and rules. */
import { authorId, deviceId, documentId, hexOf, itemId, teamId, userId } from '../../../protocol/codec/ids.ts';
import type { Result } from '../../../protocol/codec/result.ts';
import { kitWords } from '../../../protocol/keys/kit-words.ts';
import { encodeJoinCode, invitationKey, JOIN_SECRET_LENGTH } from '../../../protocol/network/join-code.ts';
import type { Replica } from '../../../protocol/replica/replica.ts';
import type { CouncilFailure } from '../../../protocol/ward/council.ts';
import type { MemberFailure } from '../../../protocol/ward/members.ts';
import type { Session } from '../../../protocol/ward/session.ts';
import type { CouncilAction, CouncilDone } from '../port-council.ts';
import { browserEnvironment } from './browser-environment.ts';
import { RequestFailed } from './request-failed.ts';

/** Throws `RequestFailed` with the core's own code. */
export async function actInCouncil(session: Session, replica: Replica, action: CouncilAction): Promise<CouncilDone> {
  const { members, council, review } = session;
  switch (action.do) {
    case 'add-person': {
      const password = temporaryPassword();
      const added = must(await members.addUserWithTemporary({ handle: action.handle, name: action.name, role: action.role, password }));
      for (const team of action.teams) must(await members.addMember(teamId.fromHex(team), added));
      return { outcome: 'done', password };
    }
    case 'renew': {
      const password = temporaryPassword();
      must(await members.renewUser(userId.fromHex(action.user), password));
      return { outcome: 'done', password };
    }
    case 'set-role': return { outcome: must(await council.setRole(userId.fromHex(action.user), action.role)) };
    case 'remove-person': return { outcome: must(await council.removeUser(userId.fromHex(action.user))) };
    case 'appoint': return { outcome: must(await council.appoint(userId.fromHex(action.user))) };
    case 'reset-tries': return done(await members.resetTries(userId.fromHex(action.user)));
    case 'add-team': return done(await members.addTeam(action.name));
    case 'add-member': return done(await members.addMember(teamId.fromHex(action.team), userId.fromHex(action.user)));
    case 'remove-member': return done(await members.removeMember(teamId.fromHex(action.team), userId.fromHex(action.user)));
    case 'approve': return done(await council.approve(itemId.fromHex(action.proposal)));
    case 'checkpoint': return { outcome: must(await council.proposeCheckpoint()) };
    case 'set-quorum': return { outcome: must(await council.setQuorum(action.threshold, action.holders.map((holder) => userId.fromHex(holder)))) };
    case 'set-policy': return done(await members.setUnlockPolicy({ threshold: action.threshold, nodes: action.nodes }));
    case 'set-grace': return done(await members.setGrace(action.hours));
    case 'set-desktop-powers': return done(await members.setDesktopPowers(action.powers));
    case 'settle-held': return done(await council.settleOperation(itemId.fromHex(action.id), action.verdict));
    case 'settle-work': {
      const { document, author, seq, id } = action.work;
      return done(await review.settle({ document: documentId.fromHex(document), author: authorId.fromHex(author), seq, id: itemId.fromHex(id) }, action.verdict));
    }
    case 'invite': return { outcome: 'done', code: await inviteBrowser(session, replica, action.name, action.door) };
  }
}

/** How long a code for a browser is good, in milliseconds. */
const CODE_STAYS = 30 * 60_000;

async function inviteBrowser(session: Session, replica: Replica, name: string, door: string): Promise<NonNullable<CouncilDone['code']>> {
  const { entropy, clock } = browserEnvironment;
  const secret = entropy.randomBytes(JOIN_SECRET_LENGTH);
  const expires = clock.now() + CODE_STAYS;
  // A tablet lets in the browser on it; every other browser comes through the bridge to an archive.
  const kind = replica.state().devices.get(hexOf(deviceId.fromHex(door)))?.kind === 'tablet' ? 'client' : 'desktop';
  must(await session.members.invite(invitationKey(secret, replica.ward, kind).publicKey, kind, name, expires));
  return { text: encodeJoinCode({ ward: replica.ward, inviter: deviceId.fromHex(door), secret, addresses: [] }), expires: new Date(expires).toISOString() };
}

const WORDS = 5;

/** Five words of a list of 2,048, to be read out: 55 bits. */
function temporaryPassword(): string {
  return kitWords(browserEnvironment.entropy.randomBytes(32), 'en').slice(0, WORDS).join(' ');
}

type ActFailure = CouncilFailure | MemberFailure;

function done<T>(result: Result<T, ActFailure>): CouncilDone {
  must(result);
  return { outcome: 'done' };
}

function must<T>(result: Result<T, ActFailure>): T {
  // At the door an unknown user is a wrong password; here it is somebody who has gone meanwhile.
  if (!result.ok) throw new RequestFailed(result.failure === 'unknown-user' ? 'not-found' : result.failure);
  return result.value;
}
