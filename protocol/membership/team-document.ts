/** The document in which a team's own keys are granted (KEYS-2). Its id follows from the team, so blind peers know it. */
import { encode } from '../codec/cbor.ts';
import { documentId, type DocumentId, type TeamId, type WardId } from '../codec/ids.ts';
import { LABEL } from '../crypto/labels.ts';
import { labelledHash } from '../crypto/signing/hash.ts';

export function teamDocument(ward: WardId, team: TeamId): DocumentId {
  return documentId.from(labelledHash(LABEL.teamDocument, encode([ward, team])).slice(0, 16));
}
