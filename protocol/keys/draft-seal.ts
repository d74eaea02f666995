/**
 * What somebody typed and has not saved, sealed for the time between two of their unlocks on one device (LOCK-2). The key
 * follows from the user's own secret, so that only the same user's next unlock opens it; it leaves no device.
 */
import { fromUtf8, utf8 } from '../codec/bytes.ts';
import type { Entropy } from '../codec/environment.ts';
import type { DeviceId, WardId } from '../codec/ids.ts';
import { LABEL } from '../crypto/labels.ts';
import { openCommitted, sealCommitted } from '../crypto/sealing/committed.ts';
import { deriveKey } from '../crypto/signing/hash.ts';
import type { Identity } from './identity.ts';

export interface DraftSeal {
  seal(text: string): Uint8Array;
  /** Null for what another user, or this user on another device, has sealed. */
  open(sealed: Uint8Array): string | null;
  /** Overwrites the key. */
  wipe(): void;
}

export function draftSeal({ user, signing }: Identity, ward: WardId, device: DeviceId, entropy: Entropy): DraftSeal {
  const key = deriveKey(signing.seed, NOTHING, LABEL.draftKey, [ward, user, device], 32);
  const context = { label: LABEL.draft, ward, subject: user };
  return {
    seal: (text) => sealCommitted(key, context, device, utf8(text), entropy),
    open(sealed) {
      const text = openCommitted(key, context, device, sealed);
      return text === null ? null : fromUtf8(text, 'draft');
    },
    wipe: () => { key.fill(0); },
  };
}

const NOTHING = new Uint8Array(0);
