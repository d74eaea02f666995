/** A device's Ed25519 key is its libp2p identity: one key, two spellings. */
import './polyfill.ts';
import { privateKeyFromRaw, publicKeyFromRaw } from '@libp2p/crypto/keys';
import type { PeerId, PrivateKey } from '@libp2p/interface';
import { peerIdFromPublicKey, peerIdFromString } from '@libp2p/peer-id';
import { concatBytes } from '../codec/bytes.ts';
import { deviceId, type DeviceId } from '../codec/ids.ts';
import type { DeviceKey } from '../crypto/signing/signature.ts';

export function libp2pKeyOf(key: DeviceKey): PrivateKey {
  if ('seed' in key) return privateKeyFromRaw(concatBytes(key.seed, key.publicKey));
  const publicKey = publicKeyFromRaw(key.publicKey);
  if (publicKey.type !== 'Ed25519') throw new RangeError('a device key is an Ed25519 key');
  // Noise asks it to sign, and nothing in libp2p reads `raw` of the own key.
  return { type: 'Ed25519', raw: new Uint8Array(0), publicKey, equals: (other) => other.publicKey.equals(publicKey), sign: (message) => key.sign(message instanceof Uint8Array ? message : message.subarray()) };
}

export function peerIdOf(device: Uint8Array): PeerId {
  const key = publicKeyFromRaw(device);
  if (key.type !== 'Ed25519') throw new RangeError('a device key is an Ed25519 key');
  return peerIdFromPublicKey(key);
}

/** The text that stands in multiaddrs and in `/pipe/<PeerId>`. */
export function peerIdText(device: Uint8Array): string {
  return peerIdOf(device).toString();
}

/** Undefined for a PeerId of another key type: such a peer is no device of any ward. */
export function deviceOfPeerId(peer: PeerId): DeviceId | undefined {
  return peer.type === 'Ed25519' && peer.publicKey.raw.length === 32 ? deviceId.from(peer.publicKey.raw.slice()) : undefined;
}

/** Undefined for text that is not the PeerId of an Ed25519 key. */
export function deviceOfPeerIdText(text: string): DeviceId | undefined {
  try {
    return deviceOfPeerId(peerIdFromString(text));
  } catch {
    return undefined;
  }
}
