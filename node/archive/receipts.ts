/**
 * The archive's receipts: a signed word, batched, that items are on its disk. Clients show them as 'backed up'.
 *
 * A receipt names the heads of chains, so one covers everything before them; what changed between two is one item.
 */
import type { CancelTimer, Environment } from '../../protocol/codec/environment.ts';
import { deviceId, hexOf, RECEIPTS_DOCUMENT } from '../../protocol/codec/ids.ts';
import type { SigningKey } from '../../protocol/crypto/signing/signature.ts';
import { encodeFields, signItem } from '../../protocol/items/item.ts';
import { decodeReceipt, encodeReceipt, MAX_RECEIPTED_CHAINS, type Receipted } from '../../protocol/items/receipt.ts';
import type { Chain } from '../../protocol/items/item.ts';
import { ChainWriter } from '../../protocol/replica/chain-writer.ts';
import type { Replica } from '../../protocol/replica/replica.ts';

/** Long enough that a round of entries shares one signature and one flush, short enough to be seen at once. */
const BATCH_MILLISECONDS = 150;
/** After a receipt that could not be written, as on a full disk. */
const RETRY_MILLISECONDS = 5_000;

export interface ReceiptSigner {
  /** Signs what is owed now. */
  flush(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts signing; what was admitted while no archive was running, or before a crash, is receipted first. */
export async function signReceipts(replica: Replica, key: SigningKey, environment: Environment): Promise<ReceiptSigner> {
  const self = deviceId.from(key.publicKey);
  const writer = new ChainWriter({ replica, author: self, clock: environment.clock });
  const owed = await unreceipted(replica, { document: RECEIPTS_DOCUMENT, author: self });
  let cancel: CancelTimer | undefined;
  let writing: Promise<void> = Promise.resolve();
  let isStopped = false;

  const off = replica.onAdmitted(({ document, author }) => {
    if (hexOf(document) === hexOf(RECEIPTS_DOCUMENT)) return;
    owed.set(nameOf({ document, author }), { document, author });
    schedule();
  });

  function schedule(after = BATCH_MILLISECONDS): void {
    if (isStopped) return;
    cancel ??= environment.timers.after(after, () => {
      flush().catch(() => {
        environment.log.event('receipt-failed');
        schedule(RETRY_MILLISECONDS);
      });
    });
  }

  function flush(): Promise<void> {
    cancel?.();
    cancel = undefined;
    writing = writing.then(writeOwed, writeOwed);
    return writing;
  }

  async function writeOwed(): Promise<void> {
    while (owed.size > 0) {
      const chains = [...owed.values()].slice(0, MAX_RECEIPTED_CHAINS);
      const receipted = chains.flatMap((chain): Receipted[] => {
        const head = replica.head(chain);
        return head === undefined ? [] : [{ ...chain, seq: head.seq, id: head.id }];
      });
      await writer.append(RECEIPTS_DOCUMENT, (place) => signItem(key, replica.ward, encodeFields(place, { type: 'receipt' }), encodeReceipt(receipted)));
      // Only now: what could not be written is owed still, and so is what came meanwhile.
      const written = new Map(receipted.map((entry) => [nameOf(entry), entry.seq]));
      for (const chain of chains) if (replica.head(chain)?.seq === written.get(nameOf(chain))) owed.delete(nameOf(chain));
    }
  }

  if (owed.size > 0) schedule();
  return {
    flush,
    async stop() {
      isStopped = true;
      off();
      await flush().catch(() => {});
    },
  };
}

/** Chains whose head no receipt of this archive names yet. */
async function unreceipted(replica: Replica, receipts: Chain): Promise<Map<string, Chain>> {
  const receipted = new Map<string, number>();
  const last = replica.head(receipts)?.seq ?? 0;
  for (let next = 1; next <= last;) {
    const items = await replica.read(receipts, next, { maxItems: 256, maxBytes: 4 * 1024 * 1024 });
    if (items.length === 0) break;
    for (const { body } of items) for (const entry of decodeReceipt(body)) receipted.set(nameOf(entry), entry.seq);
    next += items.length;
  }
  const owed = new Map<string, Chain>();
  for (const document of replica.documents()) {
    if (hexOf(document) === hexOf(RECEIPTS_DOCUMENT)) continue;
    for (const { author, seq } of replica.frontier(document)) {
      if ((receipted.get(nameOf({ document, author })) ?? 0) < seq) owed.set(nameOf({ document, author }), { document, author });
    }
  }
  return owed;
}

function nameOf({ document, author }: Chain): string {
  return `${hexOf(document)}/${hexOf(author)}`;
}
