/**
 * Which of a user's keys certified a session (LOG-15). A session's certificate verifies under one key only, since a
 * renewal brings a key that the user never had; so this depends on the certificate alone, not on when one asks.
 */
import { hexOf, type Hex, type ItemId, type WardId } from '../codec/ids.ts';
import { NO_WARD } from '../items/item.ts';
import { signingKeyGivenBy } from './given.ts';
import { isCertified, type Certificate } from './certificate.ts';
import type { Entry, LogEntries } from './log-entries.ts';

const known = new WeakMap<Certificate, Entry>();

/** The renewal that gave the certifying key; undefined for the user's first key, and while there is no other. */
export function certifyingRenewal(log: LogEntries, ward: WardId, certificate: Certificate): Hex<ItemId> | undefined {
  const { additions, renewals } = log.user(hexOf(certificate.user));
  if (renewals.length === 0) return undefined;
  const certifier = known.get(certificate) ?? [...additions, ...renewals].find((entry) => hasCertified(signingKeyGivenBy(entry), ward, certificate));
  if (certifier === undefined) return undefined;
  known.set(certificate, certifier);
  return certifier.operation.type === 'renew-user' ? hexOf(certifier.id) : undefined;
}

/** The founder's first session was certified before the ward had an id. */
function hasCertified(key: Uint8Array | undefined, ward: WardId, certificate: Certificate): boolean {
  return key !== undefined && (isCertified(key, ward, certificate) || isCertified(key, NO_WARD, certificate));
}
