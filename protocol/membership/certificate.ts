/** Session certificates (LOG-3): a user's signing key vouches for the fresh key of one unlock on one device. */
import { deviceId, sessionId, userId, type DeviceId, type SessionId, type UserId, type WardId } from '../codec/ids.ts';
import { fixedBytes, record, toBytes, uint, type ValueOf } from '../codec/shape.ts';
import { LABEL } from '../crypto/labels.ts';
import { signFor, verifyFor, type SigningKey } from '../crypto/signing/signature.ts';

const claims = {
  user: userId.shape,
  session: sessionId.shape,
  device: deviceId.shape,
  /** Milliseconds since 1970 by the device's clock. */
  created: uint(),
};

const claimsShape = record(claims);
export const certificateShape = record({ ...claims, signature: fixedBytes(64) });

export type Certificate = ValueOf<typeof certificateShape>;

export interface CertificateClaims {
  readonly user: UserId;
  readonly session: SessionId;
  readonly device: DeviceId;
  readonly created: number;
}

export function certifySession(userKey: SigningKey, ward: WardId, { user, session, device, created }: CertificateClaims): Certificate {
  const certified = { user, session, device, created };
  return { ...certified, signature: signFor(userKey, LABEL.certificate, ward, toBytes(claimsShape, certified)) };
}

export function isCertified(userSigningKey: Uint8Array, ward: WardId, certificate: Certificate): boolean {
  const { user, session, device, created } = certificate;
  return verifyFor(userSigningKey, LABEL.certificate, ward, toBytes(claimsShape, { user, session, device, created }), certificate.signature);
}
