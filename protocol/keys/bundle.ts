/**
 * A user's bundle: the two seeds, sealed under the unlock key (KEYS-1).
 *
 * Today the unlock key comes from the password alone, so whoever steals a replica may guess passwords at the price of
 * one Argon2id each (THREATS). The ward-presence unlock adds a second variant of `unlock`, with shares that only the
 * ward's nodes together can answer for; variant 1 stays readable.
 */
import { concatBytes } from '../codec/bytes.ts';
import type { Entropy } from '../codec/environment.ts';
import type { UserId, WardId } from '../codec/ids.ts';
import { fail, MalformedError, succeed, type Result } from '../codec/result.ts';
import { fixedBytes, fromBytes, record, toBytes, union, variableBytes, type ValueOf } from '../codec/shape.ts';
import { LABEL } from '../crypto/labels.ts';
import { openCommitted, sealCommitted } from '../crypto/sealing/committed.ts';
import { DEFAULT_PASSWORD_PARAMETERS, deriveFromPassword, PASSWORD_SALT_LENGTH, passwordParameters } from '../crypto/sealing/password.ts';
import { deriveKey } from '../crypto/signing/hash.ts';
import type { IdentitySeeds } from './identity.ts';

const MAX_BUNDLE_LENGTH = 4096;
const unlockShape = union({
  password: [1, record({ parameters: passwordParameters, salt: fixedBytes(PASSWORD_SALT_LENGTH) })],
});
const bundleShape = record({ unlock: unlockShape, sealed: variableBytes(1, 1024) });
type Unlock = ValueOf<typeof unlockShape>;

/** `wrong-password` also stands for a bundle that was tampered with: the two cannot be told apart. */
export type OpenBundleFailure = 'wrong-password' | 'malformed-bundle' | 'parameters-out-of-bounds';

export async function sealBundle(seeds: IdentitySeeds, password: string, ward: WardId, user: UserId, entropy: Entropy): Promise<Uint8Array> {
  const unlock: Unlock = { type: 'password', parameters: DEFAULT_PASSWORD_PARAMETERS, salt: entropy.randomBytes(PASSWORD_SALT_LENGTH) };
  const key = await unlockKey(unlock, password, ward, user);
  if (!key.ok) throw new Error('the parameters this program uses are out of its own bounds');
  const sealed = sealCommitted(key.value, bundleContext(ward, user), toBytes(unlockShape, unlock), concatBytes(seeds.signing, seeds.kem), entropy);
  return toBytes(bundleShape, { unlock, sealed });
}

export async function openBundle(bundle: Uint8Array, password: string, ward: WardId, user: UserId): Promise<Result<IdentitySeeds, OpenBundleFailure>> {
  let parsed: ValueOf<typeof bundleShape>;
  try {
    parsed = fromBytes(bundleShape, bundle, MAX_BUNDLE_LENGTH, 'bundle');
  } catch (error) {
    if (error instanceof MalformedError) return fail('malformed-bundle');
    throw error;
  }
  const key = await unlockKey(parsed.unlock, password, ward, user);
  if (!key.ok) return fail('parameters-out-of-bounds');
  const seeds = openCommitted(key.value, bundleContext(ward, user), toBytes(unlockShape, parsed.unlock), parsed.sealed);
  if (seeds === null) return fail('wrong-password');
  if (seeds.length !== 64) return fail('malformed-bundle');
  return succeed({ signing: seeds.slice(0, 32), kem: seeds.slice(32) });
}

async function unlockKey(unlock: Unlock, password: string, ward: WardId, user: UserId): Promise<Result<Uint8Array, unknown>> {
  const stretched = await deriveFromPassword(password, unlock.salt, unlock.parameters);
  if (!stretched.ok) return stretched;
  return succeed(deriveKey(stretched.value, unlock.salt, LABEL.unlockKey, [ward, user], 32));
}

function bundleContext(ward: WardId, user: UserId) {
  return { label: LABEL.bundle, ward, subject: user };
}
