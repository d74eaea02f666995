/**
 * From a password to a key: Argon2id (RFC 9106) within pinned bounds (SPEC, SUITE-5).
 *
 * The parameters come with what is to be opened, so from somebody who may want a quick guess or a stalled tablet: they
 * are checked before a byte is hashed (ATTACK 10).
 */
import { argon2id } from 'hash-wasm';
import { assertBytes, utf8 } from '../../codec/bytes.ts';
import { fail, succeed, type Result } from '../../codec/result.ts';
import { record, uint, type ValueOf } from '../../codec/shape.ts';

export const PASSWORD_SALT_LENGTH = 16;

/** Bounded only by what is encoded: `deriveFromPassword` refuses what lies outside of the pinned bounds. */
export const passwordParameters = record({
  /** Memory in KiB. */
  memory: uint(0xffffffff),
  /** t: how often the memory is passed over. */
  passes: uint(0xffffffff),
  /** p: degree of parallelism. */
  lanes: uint(0xffffffff),
});

export type PasswordParameters = ValueOf<typeof passwordParameters>;

/** What new bundles are made with. */
export const DEFAULT_PASSWORD_PARAMETERS: PasswordParameters = { memory: 64 * 1024, passes: 3, lanes: 1 };

export interface ParametersRefused {
  readonly code: 'password-parameters-refused';
  readonly parameter: keyof PasswordParameters;
}

/**
 * A 32-byte key. `salt` is 16 bytes. The password is brought to Unicode NFC first, so that it does not depend on the
 * keyboard. `secret` is Argon2's secret value K (RFC 9106 §3.1): without it nothing can be computed in advance. Takes
 * about 0.3 s and `parameters.memory` KiB of memory.
 */
export async function deriveFromPassword(
  password: string,
  salt: Uint8Array,
  parameters: PasswordParameters,
  secret?: Uint8Array,
): Promise<Result<Uint8Array, ParametersRefused>> {
  assertBytes(salt, PASSWORD_SALT_LENGTH, 'password salt');
  for (const [parameter, { min, max }] of BOUNDS) {
    const value = parameters[parameter];
    if (!Number.isSafeInteger(value) || value < min || value > max) return fail({ code: 'password-parameters-refused', parameter });
  }
  const key = await argon2id({
    password: utf8(password.normalize('NFC')),
    salt,
    ...(secret !== undefined && { secret }),
    memorySize: parameters.memory,
    iterations: parameters.passes,
    parallelism: parameters.lanes,
    hashLength: 32,
    outputType: 'binary',
  });
  return succeed(key);
}

const BOUNDS: readonly (readonly [keyof PasswordParameters, { readonly min: number; readonly max: number }])[] = [
  ['memory', { min: 32 * 1024, max: 256 * 1024 }],
  ['passes', { min: 2, max: 8 }],
  ['lanes', { min: 1, max: 4 }],
];
