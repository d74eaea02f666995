/** The body of a custody note: what a device says, with its own key, of what it keeps (ERASE-4, ERASE-5). */
import { itemId } from '../codec/ids.ts';
import { fixedBytes, fromBytes, list, record, toBytes, uint, union, type ValueOf } from '../codec/shape.ts';
import { MAX_BODY_LENGTH, MAX_HEADS } from './item.ts';

export const MAX_ACKNOWLEDGED = 4096;

/** The first 16 bytes of the SHA-256 with which the backup's file ends. */
const backup = fixedBytes(16);

const bodyShape = union({
  /** Nothing of what these erasures name is on this device's disk any more, as far as the device can destroy it. */
  erased: [1, record({ erasures: list(itemId.shape, MAX_ACKNOWLEDGED) })],
  /** A backup with everything that was here when the log had these heads. `created` in milliseconds since 1970. */
  'backup-made': [2, record({ backup, created: uint(), heads: list(itemId.shape, MAX_HEADS) })],
  /** Somebody said at this device that no copy of the backup is left. */
  'backup-destroyed': [3, record({ backup })],
});

export type Custody = ValueOf<typeof bodyShape>;

export function encodeCustody(note: Custody): Uint8Array {
  return toBytes(bodyShape, note);
}

/** Throws `MalformedError`. */
export function decodeCustody(body: Uint8Array): Custody {
  return fromBytes(bodyShape, body, MAX_BODY_LENGTH, 'custody note');
}
