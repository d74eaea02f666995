/**
 * The read audit's items as everybody sees them: for whom a key was sealed, and sealed entries. What was opened is for
 * those readers alone (`keys/audit-seal.ts`).
 */
import { userId } from '../codec/ids.ts';
import { fromBytes, list, record, toBytes, variableBytes, type ValueOf } from '../codec/shape.ts';

export const MAX_AUDIT_READERS = 256;
export const MAX_SEALED_AUDIT = 32 * 1024;
const MAX_AUDIT_BODY = 512 * 1024;

const bodyShape = record({
  /** A new key of this chain, sealed to each; none: the key of the item before. The first item of a chain has some. */
  readers: list(record({ user: userId.shape, sealed: variableBytes(1, 1536) }), MAX_AUDIT_READERS),
  sealed: variableBytes(1, MAX_SEALED_AUDIT),
});

export type AuditBody = ValueOf<typeof bodyShape>;

export function encodeAudit(body: AuditBody): Uint8Array {
  return toBytes(bodyShape, body);
}

/** Throws `MalformedError`. */
export function decodeAudit(body: Uint8Array): AuditBody {
  return fromBytes(bodyShape, body, MAX_AUDIT_BODY, 'audit');
}
