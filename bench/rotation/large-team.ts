/** A team of many users, founded for real and kept on disk, with one admin's client to work on it. */
import { openFolderReplica } from '../../node/device/running-device.ts';
import { hexOf, userId, type TeamId } from '../../protocol/codec/ids.ts';
import { nodeEngine } from '../../protocol/documents/node-engine.ts';
import { identityFromSeeds, newIdentitySeeds, type Identity } from '../../protocol/keys/identity.ts';
import { openKeyring, type Keyring } from '../../protocol/keys/keyring.ts';
import type { Replica } from '../../protocol/replica/replica.ts';
import { startSession } from '../../protocol/ward/session-signer.ts';
import type { Session } from '../../protocol/ward/session.ts';
import { TeamKeys } from '../../protocol/ward/team-keys.ts';
import { openWard } from '../../protocol/ward/ward.ts';
import { BenchWard, environment, must, PASSWORD } from '../ward/bench-ward.ts';

const ADMIN = 'admin-1';
const ADMIN_DEVICE = 'Office 2';
/** Nobody unlocks with it here: a real one would take a third of a second of Argon2id for each user. */
const NO_BUNDLE = Uint8Array.of(0);

export interface LargeTeam {
  readonly replica: Replica;
  /** An admin who is in the team, on a client with a folder. */
  readonly admin: Session;
  readonly team: TeamId;
  /** The others in the team, with their secrets. */
  readonly members: readonly Identity[];
  close(): Promise<void>;
}

/** `size` users, the admin among them; everybody has the team's first key. */
export async function makeLargeTeam(size: number): Promise<LargeTeam> {
  const ward = await BenchWard.found([{ kind: 'client', name: ADMIN_DEVICE }]);
  await ward.fill(ADMIN_DEVICE, 'everything');
  const device = ward.device(ADMIN_DEVICE);
  const { replica, close } = must(await openFolderReplica(device, environment));
  const signer = await startSession({ replica, identity: await ward.identity(ADMIN), deviceKey: device.key, ...environment });
  const members: Identity[] = [];
  for (let number = 1; number < size; number++) {
    const identity = identityFromSeeds(userId.from(environment.entropy.randomBytes(16)), newIdentitySeeds(environment.entropy));
    members.push(identity);
    await signer.operate({
      type: 'add-user', user: identity.user, handle: `user-${number}`, role: 'clinician', signingKey: identity.signing.publicKey, kemKey: identity.kem.publicKey,
      bundle: NO_BUNDLE, sealedName: NO_BUNDLE,
    });
  }
  await signer.end();
  const open = openWard({ replica, deviceKey: device.key, environment, startEngine: (actor) => nodeEngine(actor, environment.timers) });
  const admin = must(await open.unlock(ADMIN, PASSWORD));
  await admin.settled();
  const team = must(await admin.members.addTeam('Everybody who works here'));
  for (const { user } of members) await signer.operate({ type: 'add-member', team, user });
  await admin.members.settleOwed();
  signer.wipe();
  return {
    replica, admin, team, members,
    async close() {
      await admin.lock();
      await close();
      await ward.close();
    },
  };
}

/** What this person's client has after it has read every grant that is in the replica. */
export async function keysOf(replica: Replica, identity: Identity): Promise<Keyring> {
  const keyring = openKeyring(replica.ward, identity);
  await new TeamKeys(replica, keyring).readAll();
  return keyring;
}

/** How many people have the team's newest key, by the grants in the log. */
export function holders(admin: Session, team: TeamId): number {
  return admin.teamAccess().find((access) => hexOf(access.team.id) === hexOf(team))?.canOpen.length ?? 0;
}
