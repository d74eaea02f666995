/**
 * One-time codes (JOIN-1): `WS1-` + base64url of [ward, inviter, secret, addresses]. Whoever holds the code may add
 * one device of each kind it was made for; the ward log holds only the public halves of the keys derived from it.
 */
import { fromBase64Url, toBase64Url, utf8 } from '../codec/bytes.ts';
import { deviceId, wardId, type WardId } from '../codec/ids.ts';
import { fail, MalformedError, succeed, type Result } from '../codec/result.ts';
import { fixedBytes, fromBytes, list, record, text, toBytes, type ValueOf } from '../codec/shape.ts';
import { LABEL } from '../crypto/labels.ts';
import { deriveKey } from '../crypto/signing/hash.ts';
import { signingKeyFromSeed, type SigningKey } from '../crypto/signing/signature.ts';
import { isPersonal, type DeviceKind } from '../membership/ward-state.ts';

export const JOIN_SECRET_LENGTH = 16;
const PREFIX = 'WS1-';
const MAX_CODE_LENGTH = 2_048;

const codeShape = record({
  ward: wardId.shape,
  /** Device key of the one to dial; its PeerId is made of it. */
  inviter: deviceId.shape,
  secret: fixedBytes(JOIN_SECRET_LENGTH),
  /** Multiaddrs of the inviter without `/p2p`; may be empty where discovery or a page's own origin finds it. */
  addresses: list(text(128), 8),
});

export type JoinCode = ValueOf<typeof codeShape>;

export function encodeJoinCode(code: JoinCode): string {
  return PREFIX + toBase64Url(toBytes(codeShape, code));
}

/** Takes a code as people paste it, with spaces and line breaks. */
export function decodeJoinCode(pasted: string): Result<JoinCode, 'not-a-join-code'> {
  if (pasted.length > 2 * MAX_CODE_LENGTH) return fail('not-a-join-code');
  const code = pasted.replaceAll(/\s/g, '');
  if (!code.startsWith(PREFIX) || code.length > MAX_CODE_LENGTH) return fail('not-a-join-code');
  try {
    return succeed(fromBytes(codeShape, fromBase64Url(code.slice(PREFIX.length), 'join code'), MAX_CODE_LENGTH, 'join code'));
  } catch (error) {
    if (error instanceof MalformedError) return fail('not-a-join-code');
    throw error;
  }
}

/**
 * The key of the invitation for a device of `kind`. One code may serve two kinds (a tablet's node and its page):
 * each has a key, and an `invite` operation, of its own. A page does not know whether it joins as a tablet's or as a
 * desktop's: the log does, by the invitation, so both have the same key.
 */
export function invitationKey(secret: Uint8Array, ward: WardId, kind: DeviceKind): SigningKey {
  return signingKeyFromSeed(deriveKey(secret, new Uint8Array(0), LABEL.invitation, [ward, utf8(isPersonal(kind) ? 'client' : kind)], 32));
}
