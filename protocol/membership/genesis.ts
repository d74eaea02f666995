/** The genesis item: the root of a ward, which its id is the hash of (LOG-1). */
import { equalBytes } from '../codec/bytes.ts';
import { hexOf, LOG_DOCUMENT, wardId, type ItemId, type WardId } from '../codec/ids.ts';
import { LABEL } from '../crypto/labels.ts';
import { labelledHash } from '../crypto/signing/hash.ts';
import { isSigned, NO_WARD, type Item } from '../items/item.ts';
import { isCertified } from './certificate.ts';
import type { OperationBody } from './operation.ts';

export function wardIdOf(genesis: ItemId): WardId {
  return wardId.from(labelledHash(LABEL.wardId, genesis));
}

/**
 * Whether the item is the genesis of `ward`: its hash gives the ward's id, and it vouches for itself. The founder is an
 * admin and certified the session that signed, on the device it adds; ward and signature name no ward yet.
 */
export function isGenesisOf(ward: WardId, item: Item, { operation, certificate }: OperationBody): boolean {
  const { fields } = item;
  if (operation.type !== 'genesis' || certificate === undefined) return false;
  const { founder, device, everyone, admins } = operation;
  return equalBytes(wardIdOf(item.id), ward)
    && equalBytes(fields.document, LOG_DOCUMENT) && fields.seq === 1 && fields.heads.length === 0
    && founder.role === 'admin' && hexOf(everyone) !== hexOf(admins)
    && equalBytes(certificate.user, founder.user)
    && equalBytes(certificate.device, device.device)
    && equalBytes(certificate.session, fields.author)
    && isCertified(founder.signingKey, NO_WARD, certificate)
    && isSigned(item, NO_WARD);
}
