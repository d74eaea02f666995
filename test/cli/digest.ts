/** What a device's folder holds, checked and told in one line: for 'nothing was harmed, nothing was changed'. */
import { AUDIT_DOCUMENT, CUSTODY_DOCUMENT, hexOf, RECEIPTS_DOCUMENT, SESSIONS_DOCUMENT } from '../../protocol/codec/ids.ts';
import { sha256 } from '../../protocol/crypto/signing/hash.ts';
import { toHex } from '../../protocol/codec/bytes.ts';
import { readDeviceFolder } from '../../node/device/device-folder.ts';
import { openFolderReplica } from '../../node/device/running-device.ts';
import { realEnvironment, silentLog } from '../../node/device/real-environment.ts';

/** Looking leaves its own traces: sessions, receipts, the read audit, notes of custody. These documents are left out. */
const PASSING: ReadonlySet<string> = new Set([SESSIONS_DOCUMENT, RECEIPTS_DOCUMENT, AUDIT_DOCUMENT, CUSTODY_DOCUMENT].map(hexOf));

/** Opens the folder's replica, reads every item of it, and returns a digest of all documents but the passing ones. */
export async function digestOf(path: string): Promise<string> {
  const { replica, close } = must(await openFolderReplica(must(await readDeviceFolder(path)), realEnvironment(silentLog)));
  try {
    const digests: string[] = [];
    for (const document of replica.documents()) {
      for (const { author, seq } of replica.frontier(document)) {
        for (let next = 1; next <= seq;) {
          const items = await replica.read({ document, author }, next, { maxItems: 64, maxBytes: 4 * 1024 * 1024 });
          if (items.length === 0) throw new Error('an item is missing');
          next += items.length;
        }
      }
      if (!PASSING.has(hexOf(document))) digests.push(`${hexOf(document)} ${toHex(replica.digest(document))}`);
    }
    return `${digests.length} documents, ${toHex(sha256(new TextEncoder().encode(digests.sort().join('\n')))).slice(0, 16)}`;
  } finally {
    await close();
  }
}

function must<T>(result: { readonly ok: true; readonly value: T } | { readonly ok: false; readonly failure: { readonly message: string } }): T {
  if (result.ok) return result.value;
  throw new Error(result.failure.message);
}
