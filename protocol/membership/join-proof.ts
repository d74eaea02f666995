/** The proof in a `join`: the joining device's key signs the invitation, so nobody can enrol a device that is not theirs. */
import type { DeviceId, InviteId, WardId } from '../codec/ids.ts';
import { LABEL } from '../crypto/labels.ts';
import { signFor, verifyFor, type SigningKey } from '../crypto/signing/signature.ts';

/** 64 bytes. */
export function proveJoin(device: SigningKey, ward: WardId, invite: InviteId): Uint8Array {
  return signFor(device, LABEL.join, ward, invite);
}

export function isJoinProven(device: DeviceId, ward: WardId, invite: InviteId, proof: Uint8Array): boolean {
  return verifyFor(device, LABEL.join, ward, invite, proof);
}
