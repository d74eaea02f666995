/**
 * The ward as an app sees it: locked until somebody unlocks it, then a `Session`.
 *
 *     const ward = openWard({ replica, deviceKey, environment, startEngine });
 *     const unlocked = await ward.unlock('heron-42', password);
 *     if (unlocked.ok) await unlocked.value.edit(document, (draft) => { … });
 */
import { equalBytes } from '../codec/bytes.ts';
import type { Environment } from '../codec/environment.ts';
import { deviceId, hexOf, type DeviceId } from '../codec/ids.ts';
import { fail, succeed, type Result } from '../codec/result.ts';
import type { DeviceKey } from '../crypto/signing/signature.ts';
import type { DocumentEngine } from '../documents/engine.ts';
import { openBundle, type OpenBundleFailure, type Presence } from '../keys/bundle.ts';
import { identityFromSeeds, type IdentitySeeds } from '../keys/identity.ts';
import type { UserState } from '../membership/ward-state.ts';
import { isDisused } from '../replica/device-sessions.ts';
import type { Replica } from '../replica/replica.ts';
import type { UnlockNodes } from '../unlock/messages.ts';
import { keepPresence } from './keep-presence.ts';
import { changePin, openPin, type KeptPin, type PinFailure, type PinSite } from './pin.ts';
import { evaluatePresence, resetTries, type Evaluated, type PresenceFailure, type UnlockProgress } from './presence.ts';
import { NO_NODES } from './own-bundle.ts';
import { askHolders, recoverWithKit, type AskFailure, type HolderRecovery, type KitFailure } from './recover.ts';
import { Session } from './session.ts';

export interface WardOptions {
  readonly replica: Replica;
  /** This client's own, which vouches for each session besides the user. */
  readonly deviceKey: DeviceKey;
  readonly environment: Environment;
  readonly startEngine: (actor: string) => DocumentEngine;
  /** The peer whose disk counts as 'saved here', when it is not this replica's own (see `Standings`). */
  readonly savedBy?: DeviceId | undefined;
  /** How the ward's nodes are asked. Without it only bundles open that need none. */
  readonly unlockNodes?: UnlockNodes | undefined;
}

/** An unknown handle and a wrong password are one failure to the person who types; the app may tell 'no ward data yet' apart. `disused`: a desktop that has to be let in anew (PAGE-7). */
export type UnlockFailure = 'wrong-password' | 'no-users-here' | 'damaged-bundle' | PresenceFailure;

export interface Ward {
  /** `onProgress` says which nodes are waited for, and at last which answered. */
  unlock(handle: string, password: string, onProgress?: (progress: UnlockProgress) => void): Promise<Result<Session, UnlockFailure>>;
  /** By a PIN, on the page of the tablet whose node is `node`; asks nobody else. A full unlock set it (`Session.setPin`). */
  unlockWithPin(kept: KeptPin, pin: string, node: DeviceId): Promise<Result<Session, PinFailure>>;
  /** By the secret of a printed kit (`readKitText`); `fresh` is the password from then on. */
  recoverWithKit(handle: string, secret: Uint8Array, fresh: string): Promise<Result<Session, KitFailure>>;
  /** Asks the holders whom the user named. */
  askHolders(handle: string): Promise<Result<HolderRecovery, AskFailure>>;
}

export function openWard(options: WardOptions): Ward {
  const { replica, environment, unlockNodes } = options;
  const isOutOfUse = (): boolean => isDisused(replica, deviceId.from(options.deviceKey.publicKey), environment.clock.now());

  async function unlock(handle: string, password: string, onProgress?: (progress: UnlockProgress) => void): Promise<Result<Session, UnlockFailure>> {
    if (isOutOfUse()) return fail('disused');
    const users = [...replica.state().users.values()].filter((user) => user.removal === undefined);
    const named = users.find((user) => user.handle === handle.trim().toLowerCase());
    // An unknown handle costs as much time as a wrong password; it is not asked about.
    const target = named ?? users.find(({ dealing }) => dealing === undefined) ?? users[0];
    if (target === undefined) return fail('no-users-here');
    if (named === undefined) {
      await openBundle(target.bundle, password, replica.ward, target.id);
      return fail('wrong-password');
    }
    const opened = await openWithNodes(target, password, onProgress);
    if (!opened.ok) return opened;
    const { seeds, evaluated } = opened.value;
    const identity = identityFromSeeds(target.id, seeds);
    if (!isOwnKey(target, identity.signing.publicKey, identity.kem.publicKey)) return fail('damaged-bundle');
    const session = await Session.start({ ...options, identity });
    session.attend(afterUnlock(session, target, seeds, password, evaluated));
    return succeed(session);
  }

  /** UNLOCK-1: where the log names a dealing, its nodes are asked first. */
  async function openWithNodes({ id, bundle, dealing }: UserState, password: string, onProgress?: (progress: UnlockProgress) => void): Promise<Result<Opened, UnlockFailure>> {
    let evaluated: Evaluated | undefined;
    if (dealing !== undefined) {
      const asked = await evaluatePresence({ ward: replica.ward, user: id, dealing }, password, unlockNodes ?? NO_NODES, environment.entropy, onProgress);
      if (!asked.ok) return asked;
      evaluated = asked.value;
    }
    const presence: Presence | undefined = evaluated?.presence;
    const seeds = await openBundle(bundle, password, replica.ward, id, presence);
    presence?.output.fill(0);
    return seeds.ok ? succeed({ seeds: seeds.value, evaluated }) : fail(BUNDLE_FAILURES[seeds.failure]);
  }

  /** What a right password sets right: the counters, and a dealing that no longer fits. Nobody waits for it. */
  async function afterUnlock(session: Session, user: UserState, seeds: IdentitySeeds, password: string, evaluated: Evaluated | undefined): Promise<void> {
    if (unlockNodes === undefined) return;
    const { ward } = replica;
    const nodes = untilLocked(session, unlockNodes);
    let lacking: readonly DeviceId[] = [];
    if (evaluated !== undefined && user.dealing !== undefined) {
      const generations = await session.untilLocked(evaluated.generations);
      if (generations === undefined) return;
      lacking = await evaluated.lacking;
      await resetTries({ ward, user: user.id, dealing: user.dealing }, generations, identityFromSeeds(user.id, seeds).signing, nodes);
    }
    await keepPresence({ replica, session, seeds, password, nodes, lacking, environment });
    await session.untilLocked(session.glass.keep());
  }

  async function unlockWithPin(kept: KeptPin, pin: string, node: DeviceId): Promise<Result<Session, PinFailure>> {
    const user = replica.state().users.get(hexOf(kept.user));
    if (user === undefined || user.removal !== undefined || unlockNodes === undefined) return fail({ code: 'no-pin' });
    const site: PinSite = { replica, device: deviceId.from(options.deviceKey.publicKey), node, nodes: unlockNodes, entropy: environment.entropy };
    const opened = await openPin(site, kept, pin);
    if (!opened.ok) return opened;
    const identity = identityFromSeeds(user.id, opened.value);
    // Keys from before the user was given new ones.
    if (!isOwnKey(user, identity.signing.publicKey, identity.kem.publicKey)) return fail({ code: 'no-pin' });
    const session = await Session.start({ ...options, identity });
    session.attend(changePin({ ...site, nodes: untilLocked(session, unlockNodes) }, kept, 'start-again', identity.signing).then(() => undefined));
    return succeed(session);
  }

  return {
    unlock, unlockWithPin,
    recoverWithKit: async (handle, secret, fresh) => (isOutOfUse() ? fail('disused') : recoverWithKit(options, handle, secret, fresh)),
    askHolders: async (handle) => (isOutOfUse() ? fail('not-allowed') : askHolders(options, handle)),
  };
}

function untilLocked(session: Session, nodes: UnlockNodes): UnlockNodes {
  return { ask: (device, question) => session.untilLocked(nodes.ask(device, question)) };
}

interface Opened {
  readonly seeds: IdentitySeeds;
  readonly evaluated: Evaluated | undefined;
}

const BUNDLE_FAILURES: Readonly<Record<OpenBundleFailure, UnlockFailure>> = {
  'wrong-password': 'wrong-password',
  'malformed-bundle': 'damaged-bundle',
  'parameters-out-of-bounds': 'damaged-bundle',
  'needs-nodes': 'damaged-bundle',
};

/** The log's public keys are the user's, and not somebody's who changed them (ATTACK 1). */
function isOwnKey(user: UserState, signingKey: Uint8Array, kemKey: Uint8Array): boolean {
  return equalBytes(user.signingKey, signingKey) && equalBytes(user.kemKey, kemKey);
}
