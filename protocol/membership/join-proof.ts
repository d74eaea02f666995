/** The proof in a `join`: the joining device's key signs the invitation, so nobody can enrol a device that is not theirs. */
import type { DeviceId, InviteId, WardId } from '../codec/ids.ts';
import { LABEL } from '../crypto/labels.ts';
import { signWith, verifyFor, type DeviceKey, type SigningKey } from '../crypto/signing/signature.ts';

/** 64 bytes. */
export function proveJoin(device: SigningKey, ward: WardId, invite: InviteId): Uint8Array;
export function proveJoin(device: DeviceKey, ward: WardId, invite: InviteId): Uint8Array | Promise<Uint8Array>;
export function proveJoin(device: DeviceKey, ward: WardId, invite: InviteId): Uint8Array | Promise<Uint8Array> {
  return signWith(device, LABEL.join, ward, invite);
}

export function isJoinProven(device: DeviceId, ward: WardId, invite: InviteId, proof: Uint8Array): boolean {
  return verifyFor(device, LABEL.join, ward, invite, proof);
}
