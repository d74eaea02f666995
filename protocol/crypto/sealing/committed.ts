/**
 * The one symmetric scheme of suite 1 (SPEC, SUITE-3): for changesets, document secrets, user bundles, sealed names.
 *
 * ChaCha20-Poly1305 under a key of its own for each message, with a commitment to that key in front: a ciphertext
 * opens under one key only (ATTACKS 12, 13). The salt from which key and commitment come is hedged: it depends on the
 * plaintext and the fields besides the generator, so that even a frozen generator does not give one key to two
 * messages (ATTACK 16). What it does not hide: that two messages are the same, if the generator is frozen as well;
 * and the bucket of the length.
 */
import { primitives } from '#sealing-primitives';
import { assertBytes, concatBytes, constantTimeEqual } from '../../codec/bytes.ts';
import type { Entropy } from '../../codec/environment.ts';
import { LABEL, type Label } from '../labels.ts';
import { deriveKey, hmacSha256, sha256 } from '../signing/hash.ts';
import { pad, paddedLength, unpad } from './padding.ts';
import { CHACHA20_POLY1305_NONCE_LENGTH, POLY1305_TAG_LENGTH } from './primitives.ts';

/** What a message is sealed for. It opens in no other context, although the key may be the same. */
export interface SealingContext {
  readonly label: Label;
  readonly ward: Uint8Array;
  /** The document, team or user that it belongs to. */
  readonly subject: Uint8Array;
}

/**
 * Pads and seals `plaintext` under `key` (32 bytes). `fields` are public bytes that travel beside the body and are
 * authenticated with it. Returns salt(32) ‖ commitment(32) ‖ ciphertext ‖ tag(16), `sealedLength(plaintext.length)` bytes.
 */
export function sealCommitted(
  key: Uint8Array,
  context: SealingContext,
  fields: Uint8Array,
  plaintext: Uint8Array,
  entropy: Entropy,
): Uint8Array {
  const salt = hedgedSalt(key, fields, plaintext, entropy);
  const { messageKey, commitment } = deriveMessageKey(key, context, salt);
  const ciphertext = primitives.chacha20Poly1305Seal(messageKey, ZERO_NONCE, concatBytes(fields, salt, commitment), pad(plaintext));
  return concatBytes(salt, commitment, ciphertext);
}

/**
 * The plaintext of a body made by `sealCommitted`, or null. Null is all that is said: another key, another context,
 * other fields and altered bytes are not told apart.
 */
export function openCommitted(key: Uint8Array, context: SealingContext, fields: Uint8Array, body: Uint8Array): Uint8Array | null {
  assertBytes(key, KEY_LENGTH, 'sealing key');
  if (body.length < sealedLength(0)) return null;
  const salt = body.subarray(0, SALT_LENGTH);
  const claimed = body.subarray(SALT_LENGTH, SALT_LENGTH + COMMITMENT_LENGTH);
  const { messageKey, commitment } = deriveMessageKey(key, context, salt);
  if (!constantTimeEqual(commitment, claimed)) return null;
  const ciphertext = body.subarray(SALT_LENGTH + COMMITMENT_LENGTH);
  const padded = primitives.chacha20Poly1305Open(messageKey, ZERO_NONCE, concatBytes(fields, salt, commitment), ciphertext);
  return padded === null ? null : unpad(padded);
}

/** Bytes of the body that seals `plaintextLength` bytes. */
export function sealedLength(plaintextLength: number): number {
  return SALT_LENGTH + COMMITMENT_LENGTH + paddedLength(plaintextLength) + POLY1305_TAG_LENGTH;
}

const KEY_LENGTH = 32;
const SALT_LENGTH = 32;
const COMMITMENT_LENGTH = 32;
/** Each message key seals one message, so the nonce need not differ. */
const ZERO_NONCE = new Uint8Array(CHACHA20_POLY1305_NONCE_LENGTH);

function hedgedSalt(key: Uint8Array, fields: Uint8Array, plaintext: Uint8Array, entropy: Entropy): Uint8Array {
  assertBytes(key, KEY_LENGTH, 'sealing key');
  const random = assertBytes(entropy.randomBytes(SALT_LENGTH), SALT_LENGTH, 'random bytes');
  const saltKey = deriveKey(key, new Uint8Array(0), LABEL.changesetSalt, [], 32);
  return hmacSha256(saltKey, random, sha256(plaintext), sha256(fields));
}

function deriveMessageKey(key: Uint8Array, context: SealingContext, salt: Uint8Array): { messageKey: Uint8Array; commitment: Uint8Array } {
  const derived = deriveKey(key, salt, context.label, [context.ward, context.subject], KEY_LENGTH + COMMITMENT_LENGTH);
  return { messageKey: derived.subarray(0, KEY_LENGTH), commitment: derived.subarray(KEY_LENGTH) };
}
