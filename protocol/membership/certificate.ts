/**
 * Session certificates (LOG-3): a user's signing key and a device's key together vouch for the fresh key of one unlock.
 * What a device may sign follows from the device (PAGE-9), so whoever has a user's keys alone cannot name another one.
 */
import { deviceId, sessionId, userId, type SessionId, type UserId, type WardId } from '../codec/ids.ts';
import { fixedBytes, record, toBytes, uint, type ValueOf } from '../codec/shape.ts';
import { LABEL } from '../crypto/labels.ts';
import { signFor, signWith, verifyFor, type DeviceKey, type SigningKey } from '../crypto/signing/signature.ts';

const claims = {
  user: userId.shape,
  session: sessionId.shape,
  device: deviceId.shape,
  /** Milliseconds since 1970 by the device's clock. */
  created: uint(),
};

const claimsShape = record(claims);
type Claims = ValueOf<typeof claimsShape>;
export const certificateShape = record({ ...claims, signature: fixedBytes(64), deviceSignature: fixedBytes(64) });

export type Certificate = ValueOf<typeof certificateShape>;

/** What is certified of the device that `device` is the key of. */
export interface SessionClaims {
  readonly user: UserId;
  readonly session: SessionId;
  readonly created: number;
}

export interface Certifiers {
  readonly user: SigningKey;
  /** A page's key signs in its browser, which takes a moment. */
  readonly device: DeviceKey;
}

export function certifySession(by: { readonly user: SigningKey; readonly device: SigningKey }, ward: WardId, claimed: SessionClaims): Certificate;
export function certifySession(by: Certifiers, ward: WardId, claimed: SessionClaims): Certificate | Promise<Certificate>;
export function certifySession(by: Certifiers, ward: WardId, { user, session, created }: SessionClaims): Certificate | Promise<Certificate> {
  const certified: Claims = { user, session, device: deviceId.from(by.device.publicKey), created };
  const content = toBytes(claimsShape, certified);
  const signature = signFor(by.user, LABEL.certificate, ward, content);
  const ofDevice = signWith(by.device, LABEL.certificateDevice, ward, content);
  return ofDevice instanceof Uint8Array ? { ...certified, signature, deviceSignature: ofDevice } : ofDevice.then((deviceSignature) => ({ ...certified, signature, deviceSignature }));
}

/** Whether the user with that key, and the device that is named, certified the session. */
export function isCertified(userSigningKey: Uint8Array, ward: WardId, { user, session, device, created, signature, deviceSignature }: Certificate): boolean {
  const content = toBytes(claimsShape, { user, session, device, created });
  return verifyFor(userSigningKey, LABEL.certificate, ward, content, signature) && verifyFor(device, LABEL.certificateDevice, ward, content, deviceSignature);
}
