/**
 * A user's bundle: the two seeds, sealed under the unlock key (KEYS-1).
 *
 * Where nodes of the ward hold shares of the user's OPRF key, the unlock key comes of the password *and* of what t of
 * them answer (UNLOCK-1): Argon2id takes their answer in as its secret value, so without it there is nothing to begin
 * with. Bundles that open by the password alone are those of wards without such a policy, and of before: whoever has a
 * copy of one may guess at the price of one Argon2id each (THREATS).
 */
import { concatBytes, equalBytes, utf8 } from '../codec/bytes.ts';
import { encode } from '../codec/cbor.ts';
import type { Entropy } from '../codec/environment.ts';
import type { UserId, WardId } from '../codec/ids.ts';
import { fail, MalformedError, succeed, type Result } from '../codec/result.ts';
import { fixedBytes, fromBytes, record, toBytes, union, variableBytes, type ValueOf } from '../codec/shape.ts';
import { LABEL } from '../crypto/labels.ts';
import { openCommitted, sealCommitted } from '../crypto/sealing/committed.ts';
import { DEFAULT_PASSWORD_PARAMETERS, deriveFromPassword, PASSWORD_SALT_LENGTH, passwordParameters } from '../crypto/sealing/password.ts';
import { deriveKey } from '../crypto/signing/hash.ts';
import { DEALING_ID_LENGTH } from '../membership/dealing.ts';
import type { IdentitySeeds } from './identity.ts';

const MAX_BUNDLE_LENGTH = 4096;
const salt = fixedBytes(PASSWORD_SALT_LENGTH);
const unlockShape = union({
  password: [1, record({ parameters: passwordParameters, salt })],
  /** The dealing's id is the hash of t, nodes and commitments, so all of them are bound. */
  nodes: [2, record({ parameters: passwordParameters, salt, dealing: fixedBytes(DEALING_ID_LENGTH) })],
});
const bundleShape = record({ unlock: unlockShape, sealed: variableBytes(1, 1024) });
type Unlock = ValueOf<typeof unlockShape>;

/** What nodes have answered, combined: the OPRF's output under the key of that dealing. */
export interface Presence {
  readonly dealing: Uint8Array;
  /** 64 bytes. Secret. */
  readonly output: Uint8Array;
}

/** `wrong-password` also stands for a bundle that was tampered with: the two cannot be told apart. */
export type OpenBundleFailure = 'wrong-password' | 'malformed-bundle' | 'parameters-out-of-bounds' | 'needs-nodes';

/** What the OPRF is asked about. At most 65,535 bytes: nobody types a longer password. */
export function unlockInput(ward: WardId, user: UserId, password: string): Uint8Array {
  return encode([LABEL.unlockInput, ward, user, utf8(password.normalize('NFC'))]);
}

/** With `presence` the bundle opens with the nodes' answer alone, without it by password alone. */
export async function sealBundle(seeds: IdentitySeeds, password: string, ward: WardId, user: UserId, entropy: Entropy, presence?: Presence): Promise<Uint8Array> {
  const stretching = { parameters: DEFAULT_PASSWORD_PARAMETERS, salt: entropy.randomBytes(PASSWORD_SALT_LENGTH) };
  const unlock: Unlock = presence === undefined ? { type: 'password', ...stretching } : { type: 'nodes', ...stretching, dealing: presence.dealing };
  const key = await unlockKey(unlock, password, ward, user, presence);
  if (!key.ok) throw new Error('the parameters this program uses are out of its own bounds');
  const sealed = sealCommitted(key.value, bundleContext(ward, user), toBytes(unlockShape, unlock), concatBytes(seeds.signing, seeds.kem), entropy);
  return toBytes(bundleShape, { unlock, sealed });
}

export async function openBundle(bundle: Uint8Array, password: string, ward: WardId, user: UserId, presence?: Presence): Promise<Result<IdentitySeeds, OpenBundleFailure>> {
  let parsed: ValueOf<typeof bundleShape>;
  try {
    parsed = fromBytes(bundleShape, bundle, MAX_BUNDLE_LENGTH, 'bundle');
  } catch (error) {
    if (error instanceof MalformedError) return fail('malformed-bundle');
    throw error;
  }
  const key = await unlockKey(parsed.unlock, password, ward, user, presence);
  if (!key.ok) return fail(key.failure);
  const seeds = openCommitted(key.value, bundleContext(ward, user), toBytes(unlockShape, parsed.unlock), parsed.sealed);
  if (seeds === null) return fail('wrong-password');
  if (seeds.length !== 64) return fail('malformed-bundle');
  return succeed({ signing: seeds.slice(0, 32), kem: seeds.slice(32) });
}

async function unlockKey(unlock: Unlock, password: string, ward: WardId, user: UserId, presence: Presence | undefined): Promise<Result<Uint8Array, OpenBundleFailure>> {
  if (unlock.type === 'nodes' && (presence === undefined || !equalBytes(presence.dealing, unlock.dealing))) return fail('needs-nodes');
  const stretched = await deriveFromPassword(password, unlock.salt, unlock.parameters, unlock.type === 'nodes' ? presence?.output : undefined);
  if (!stretched.ok) return fail('parameters-out-of-bounds');
  const bound = unlock.type === 'nodes' ? [ward, user, unlock.dealing] : [ward, user];
  return succeed(deriveKey(stretched.value, unlock.salt, LABEL.unlockKey, bound, 32));
}

function bundleContext(ward: WardId, user: UserId) {
  return { label: LABEL.bundle, ward, subject: user };
}
