/** Secrets that only admins may use (the private key of the ward's certificate authority), sealed under the admins' team key. */
import type { Entropy } from '../codec/environment.ts';
import type { TeamId, WardId } from '../codec/ids.ts';
import { LABEL } from '../crypto/labels.ts';
import { openCommitted, sealCommitted } from '../crypto/sealing/committed.ts';

const NO_FIELDS = new Uint8Array(0);

export function sealAuthorityKey(adminsKey: Uint8Array, ward: WardId, admins: TeamId, privateKey: Uint8Array, entropy: Entropy): Uint8Array {
  return sealCommitted(adminsKey, contextOf(ward, admins), NO_FIELDS, privateKey, entropy);
}

/** Null when none of the keys opens it. */
export function openAuthorityKey(adminsKeys: readonly Uint8Array[], ward: WardId, admins: TeamId, sealed: Uint8Array): Uint8Array | null {
  for (const key of adminsKeys) {
    const opened = openCommitted(key, contextOf(ward, admins), NO_FIELDS, sealed);
    if (opened !== null) return opened;
  }
  return null;
}

function contextOf(ward: WardId, admins: TeamId) {
  return { label: LABEL.authorityKey, ward, subject: admins };
}
