/**
 * The way back to one's keys on a device of the ward that has none (RECOVER-3 to RECOVER-5): by a printed kit, or by
 * holders. Both end in a session and a new password.
 */
import { equalBytes } from '../codec/bytes.ts';
import type { Clock } from '../codec/environment.ts';
import { deviceId, hexOf, LOG_DOCUMENT, userId, type ItemId, type UserId } from '../codec/ids.ts';
import { fail, succeed, type Result } from '../codec/result.ts';
import { kemKeyPairFromSeed, KEM_SEED_LENGTH } from '../crypto/sealing/hpke.ts';
import type { DeviceKey } from '../crypto/signing/signature.ts';
import { encodeFields, signItemWith } from '../items/item.ts';
import { identityFromSeeds, type IdentitySeeds } from '../keys/identity.ts';
import { openWithKit } from '../keys/kit.ts';
import { collectPieces, comparisonCode, type Collected } from '../keys/recovery.ts';
import { encodeOperation, type Operation } from '../membership/operation.ts';
import type { UserState } from '../membership/ward-state.ts';
import { ChainWriter, NotAdmittedError } from '../replica/chain-writer.ts';
import type { Replica } from '../replica/replica.ts';
import { passwordProblem, type PasswordProblem } from './password-rule.ts';
import { Session } from './session.ts';
import type { WardOptions } from './ward.ts';

/** `wrong-kit`: no such user, another kit than the one in force, or a damaged log entry; what it was is not told. */
export type KitFailure = 'wrong-kit' | 'kit-spent' | 'disused' | PasswordProblem;

export async function recoverWithKit(options: WardOptions, handle: string, secret: Uint8Array, fresh: string): Promise<Result<Session, KitFailure>> {
  const user = userNamed(options, handle);
  const problem = passwordProblem(fresh, handle);
  if (problem !== undefined) return fail(problem);
  if (user?.kit === undefined) return fail('wrong-kit');
  if (user.kit.what !== 'made') return fail('kit-spent');
  const seeds = openWithKit(user.kit.sealed, secret, options.replica.ward, user.id);
  if (seeds === null || !isOwn(user, seeds)) return fail('wrong-kit');
  return sessionOf(options, user, seeds, fresh, 'kit');
}

/** `no-holders`: no such user, or nobody holds shares of the keys. `not-allowed`: this device may not ask (any more), or nobody has used it for long (PAGE-7). */
export type AskFailure = 'no-holders' | 'not-allowed';
export type HolderFailure = 'too-few' | 'damaged' | PasswordProblem;

/** A question to the holders. It lives as long as this device remembers it: the key of the answers is in no other place. */
export interface HolderRecovery {
  readonly ask: ItemId;
  /** What the person reads out to each holder: `1234 5678 …`, 20 digits. */
  readonly code: string;
  readonly threshold: number;
  readonly holders: readonly UserId[];
  /** What has come so far. */
  collected(): Promise<Collected>;
  /** Opens the keys when enough have answered, and seals them under a new password. */
  finish(fresh: string): Promise<Result<Session, HolderFailure>>;
  /** Forgets the key of the answers. */
  forget(): void;
}

/** Signed by the device: whoever lost all keys has no other to sign with. Resolves when the question is in the log here. */
export async function askHolders(options: WardOptions, handle: string): Promise<Result<HolderRecovery, AskFailure>> {
  const { replica, environment: { entropy, clock } } = options;
  const user = userNamed(options, handle);
  const recovery = user?.recovery;
  if (user === undefined || recovery === undefined) return fail('no-holders');
  const seed = entropy.randomBytes(KEM_SEED_LENGTH);
  const kem = kemKeyPairFromSeed(seed);
  seed.fill(0);
  const ask = await signAsk(replica, options.deviceKey, { type: 'ask-recovery', user: user.id, kemKey: kem.publicKey }, clock);
  if (ask === undefined) return fail('not-allowed');
  const { id } = user;

  let isForgotten = false;
  /** One reading at a time; the key is wiped after the last. */
  let reading: Promise<unknown> = Promise.resolve();

  const read = async (): Promise<Collected> => {
    if (isForgotten) return { good: [], bad: [], seeds: fail('too-few') };
    const releases = (replica.state().asks.get(hexOf(ask))?.releases ?? [])
      .filter((release) => equalBytes(release.recovery, recovery.operation))
      .map(({ holder, sealed }) => ({ holder: userId.fromHex(holder), sealed }));
    return collectPieces(recovery, replica.ward, id, ask, kem, releases);
  };

  const collected = (): Promise<Collected> => {
    const collecting = reading.then(read);
    reading = collecting.catch(() => {});
    return collecting;
  };

  return succeed({
    ask,
    code: comparisonCode(ask),
    threshold: recovery.threshold,
    holders: recovery.holders.map((holder) => holder.user),
    collected,
    async finish(fresh) {
      const problem = passwordProblem(fresh, handle);
      if (problem !== undefined) return fail(problem);
      const { seeds } = await collected();
      if (!seeds.ok) return seeds;
      if (!isOwn(user, seeds.value)) return fail('damaged');
      return sessionOf(options, user, seeds.value, fresh, 'holders');
    },
    forget: () => {
      isForgotten = true;
      void reading.then(() => {
        kem.x25519Secret.fill(0);
        kem.mlKemSecret.fill(0);
      });
    },
  });
}

/** Undefined when the log does not take it. */
async function signAsk(replica: Replica, deviceKey: DeviceKey, operation: Operation, clock: Clock): Promise<ItemId | undefined> {
  const writer = new ChainWriter({ replica, author: deviceId.from(deviceKey.publicKey), clock });
  try {
    const item = await writer.append(LOG_DOCUMENT, (place) =>
      signItemWith(deviceKey, replica.ward, encodeFields(place, { type: 'operation' }), encodeOperation({ operation, certificate: undefined })));
    return item.id;
  } catch (error) {
    if (error instanceof NotAdmittedError) return undefined;
    throw error;
  }
}

function userNamed({ replica }: WardOptions, handle: string): UserState | undefined {
  const wanted = handle.trim().toLowerCase();
  return [...replica.state().users.values()].find((user) => user.removal === undefined && user.handle === wanted);
}

/** The log's public keys are these seeds': what was sealed long ago may be older than new keys. */
function isOwn(user: UserState, seeds: IdentitySeeds): boolean {
  const { signing, kem } = identityFromSeeds(user.id, seeds);
  return equalBytes(user.signingKey, signing.publicKey) && equalBytes(user.kemKey, kem.publicKey);
}

async function sessionOf(options: WardOptions, { id }: UserState, seeds: IdentitySeeds, fresh: string, by: 'kit' | 'holders'): Promise<Result<Session, PasswordProblem>> {
  const session = await Session.start({ ...options, identity: identityFromSeeds(id, seeds) });
  try {
    const taken = await session.account.takeBack(seeds, fresh, by);
    if (taken.ok) return succeed(session);
    await session.lock();
    return taken;
  } catch (error) {
    await session.lock();
    throw error;
  }
}
