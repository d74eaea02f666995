/**
 * The ward as an app sees it: locked until somebody unlocks it, then a `Session`.
 *
 *     const ward = openWard({ replica, device, environment, startEngine });
 *     const unlocked = await ward.unlock('heron-42', password);
 *     if (unlocked.ok) await unlocked.value.edit(document, (draft) => { … });
 */
import { equalBytes } from '../codec/bytes.ts';
import type { Environment } from '../codec/environment.ts';
import type { DeviceId } from '../codec/ids.ts';
import { fail, succeed, type Result } from '../codec/result.ts';
import type { SigningKey } from '../crypto/signing/signature.ts';
import type { DocumentEngine } from '../documents/engine.ts';
import { openBundle } from '../keys/bundle.ts';
import { identityFromSeeds } from '../keys/identity.ts';
import type { UserState } from '../membership/ward-state.ts';
import type { Replica } from '../replica/replica.ts';
import { askHolders, recoverWithKit, type AskFailure, type HolderRecovery, type KitFailure } from './recover.ts';
import { Session } from './session.ts';

export interface WardOptions {
  readonly replica: Replica;
  /** This client's own device key, public. */
  readonly device: DeviceId;
  readonly environment: Environment;
  readonly startEngine: (actor: string) => DocumentEngine;
  /** The peer whose disk counts as 'saved here', when it is not this replica's own (see `Standings`). */
  readonly savedBy?: DeviceId | undefined;
}

/** An unknown handle and a wrong password are one failure to the person who types; the app may tell 'no ward data yet' apart. */
export type UnlockFailure = 'wrong-password' | 'no-users-here' | 'damaged-bundle';

export interface Ward {
  unlock(handle: string, password: string): Promise<Result<Session, UnlockFailure>>;
  /** By the secret of a printed kit (`readKitText`); `fresh` is the password from then on. */
  recoverWithKit(handle: string, secret: Uint8Array, fresh: string): Promise<Result<Session, KitFailure>>;
  /** Asks the holders whom the user named. `deviceKey` is this client's own key. */
  askHolders(handle: string, deviceKey: SigningKey): Promise<Result<HolderRecovery, AskFailure>>;
}

export function openWard(options: WardOptions): Ward {
  const { replica } = options;

  async function unlock(handle: string, password: string): Promise<Result<Session, UnlockFailure>> {
    const users = [...replica.state().users.values()].filter((user) => user.removal === undefined);
    const named = users.find((user) => user.handle === handle.trim().toLowerCase());
    // An unknown handle costs as much time as a wrong password.
    const target = named ?? users[0];
    if (target === undefined) return fail('no-users-here');
    const seeds = await openBundle(target.bundle, password, replica.ward, target.id);
    if (!seeds.ok) return fail(seeds.failure === 'wrong-password' || named === undefined ? 'wrong-password' : 'damaged-bundle');
    if (named === undefined) return fail('wrong-password');
    const identity = identityFromSeeds(target.id, seeds.value);
    if (!isOwnKey(target, identity.signing.publicKey, identity.kem.publicKey)) return fail('damaged-bundle');
    return succeed(await Session.start({ ...options, identity }));
  }

  return {
    unlock,
    recoverWithKit: (handle, secret, fresh) => recoverWithKit(options, handle, secret, fresh),
    askHolders: (handle, deviceKey) => askHolders(options, handle, deviceKey),
  };
}

/** The log's public keys are the user's, and not somebody's who changed them (ATTACK 1). */
function isOwnKey(user: UserState, signingKey: Uint8Array, kemKey: Uint8Array): boolean {
  return equalBytes(user.signingKey, signingKey) && equalBytes(user.kemKey, kemKey);
}
