import { toHex } from '../../protocol/codec/bytes.ts';
import { hexOf } from '../../protocol/codec/ids.ts';
import { sha256 } from '../../protocol/crypto/signing/hash.ts';
import type { Replica } from '../../protocol/replica/replica.ts';

/** One digest over the digests of all documents (FRONT-1): two replicas with the same one hold the same items. */
export function digestOf(replica: Replica): string {
  const documents = [...replica.documents()].map((document) => `${hexOf(document)} ${toHex(replica.digest(document))}`).sort();
  return toHex(sha256(Buffer.from(documents.join('\n'))));
}
