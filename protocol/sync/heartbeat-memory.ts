/** Device signatures over heartbeats, and what a replica keeps of those of its peers (SYNC-8, ATTACK 7). */
import { toBase64Url } from '../codec/bytes.ts';
import type { WardId } from '../codec/ids.ts';
import { MalformedError } from '../codec/result.ts';
import { fixedBytes, fromBytes, record, toBytes, uint } from '../codec/shape.ts';
import { LABEL, type Label } from '../crypto/labels.ts';
import { signWith, verifyFor, type DeviceKey } from '../crypto/signing/signature.ts';
import type { ItemStore } from '../store/item-store.ts';
import { heartbeatContent } from './messages.ts';
import type { SignedHeartbeat } from './session-context.ts';

/** Signs with the device key, which need not be in this program. */
export interface DeviceSigner {
  readonly publicKey: Uint8Array;
  sign(label: Label, content: Uint8Array): Uint8Array | Promise<Uint8Array>;
}

/** Where notes about peers are kept: any `ItemStore`. */
export type PeerMemory = Pick<ItemStore, 'getLocal' | 'setLocal'>;

/** A signer for a device's key, wherever that is kept. */
export function deviceSigner(key: DeviceKey, ward: WardId): DeviceSigner {
  return { publicKey: key.publicKey, sign: (label, content) => signWith(key, label, ward, content) };
}

export function isHeartbeatOf(device: Uint8Array, ward: WardId, content: Uint8Array, signature: Uint8Array): boolean {
  return verifyFor(device, LABEL.heartbeat, ward, content, signature);
}

/** Whether the device signed it, whoever brought it. */
export function isSignedBy(device: Uint8Array, ward: WardId, heartbeat: SignedHeartbeat): boolean {
  return isHeartbeatOf(device, ward, heartbeatContent(heartbeat), heartbeat.signature);
}

/** A heartbeat with its signature, as it is kept and as it is passed on. */
export const heartbeatShape = record({ count: uint(), root: fixedBytes(32), time: uint(), signature: fixedBytes(64) });

/** The last heartbeat kept of the device; undefined for a stranger, and for a note that its own signature does not fit. */
export async function recallHeartbeat(memory: PeerMemory, device: Uint8Array, ward: WardId): Promise<SignedHeartbeat | undefined> {
  const note = await memory.getLocal(keyOf(device));
  if (note === null) return undefined;
  try {
    const heartbeat = fromBytes(heartbeatShape, note, 256, 'heartbeat');
    return isSignedBy(device, ward, heartbeat) ? heartbeat : undefined;
  } catch (error) {
    if (error instanceof MalformedError) return undefined;
    throw error;
  }
}

/** Keeps the heartbeat as a proof that the peer had so much. */
export function keepHeartbeat(memory: PeerMemory, device: Uint8Array, heartbeat: SignedHeartbeat): Promise<void> {
  return memory.setLocal(keyOf(device), toBytes(heartbeatShape, heartbeat));
}

function keyOf(device: Uint8Array): string {
  return `heartbeat-${toBase64Url(device)}`;
}
