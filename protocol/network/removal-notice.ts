/**
 * `/wardsync/removed/1`: a device that was removed and comes back is told so, and nothing else (REVOKE-5). It gets the
 * removal and the operations in its past, which it needs to check it; of what the ward did since it learns nothing.
 */
import { hexOf, itemId, LOG_DOCUMENT, type AuthorId, type DeviceId, type Hex, type ItemId } from '../codec/ids.ts';
import { MAX_RUN_BYTES, MAX_RUN_ITEMS, type Replica } from '../replica/replica.ts';
import type { FrameChannel } from '../sync/channel.ts';
import { decodeJoinMessage, encodeJoinMessage } from './join-messages.ts';
import { LogIntake } from './log-intake.ts';

export const REMOVED_PROTOCOL = '/wardsync/removed/1';

/** Sends the proof of the device's removal, and closes. Rejects when the channel breaks. */
export async function sendRemoval(channel: FrameChannel, replica: Replica, device: DeviceId): Promise<void> {
  const removal = replica.state().devices.get(hexOf(device))?.removal;
  if (removal === undefined) return;
  for (const [author, last] of await pastOf(replica, removal.operation)) {
    for (let next = 1; next <= last;) {
      const { items } = await replica.run({ document: LOG_DOCUMENT, author }, next, { maxItems: Math.min(MAX_RUN_ITEMS, last - next + 1), maxBytes: MAX_RUN_BYTES });
      if (items.length === 0) break;
      await channel.send(encodeJoinMessage({ type: 'log', run: items }));
      next += items.length;
    }
  }
  await channel.send(encodeJoinMessage({ type: 'log-end' }));
  channel.close();
}

/** Takes such a proof in, as far as the replica's own checks let it. Rejects when the channel breaks or says something else. */
export async function receiveRemoval(channel: FrameChannel, replica: Replica): Promise<void> {
  const log = new LogIntake(replica);
  for await (const frame of channel.frames()) {
    const message = decodeJoinMessage(frame);
    if (message.type !== 'log') break;
    await log.add(message.run);
  }
  channel.close();
}

interface LogItem {
  readonly author: AuthorId;
  readonly seq: number;
  readonly parents: readonly ItemId[];
}

/** For each author with operations in the past of `operation`, or it itself, the seq of the last of them. A chain's past is its beginning. */
async function pastOf(replica: Replica, operation: ItemId): Promise<ReadonlyMap<AuthorId, number>> {
  const items = new Map<Hex<ItemId>, LogItem>();
  for (const { author, seq } of replica.frontier(LOG_DOCUMENT)) {
    let heads: readonly ItemId[] = [];
    for (let next = 1; next <= seq;) {
      const read = await replica.read({ document: LOG_DOCUMENT, author }, next, { maxItems: MAX_RUN_ITEMS, maxBytes: MAX_RUN_BYTES });
      if (read.length === 0) break;
      for (const { id, fields } of read) {
        if (fields.heads.length > 0) heads = fields.heads;
        items.set(hexOf(id), { author, seq: fields.seq, parents: fields.prev.length === 0 ? heads : [...heads, itemId.from(fields.prev)] });
      }
      next += read.length;
    }
  }
  const last = new Map<Hex<AuthorId>, LogItem>();
  const seen = new Set<Hex<ItemId>>();
  for (const queue = [hexOf(operation)]; queue.length > 0;) {
    const name = queue.pop();
    const item = name === undefined || seen.has(name) ? undefined : items.get(name);
    if (name === undefined || item === undefined) continue;
    seen.add(name);
    const known = last.get(hexOf(item.author));
    if (known === undefined || known.seq < item.seq) last.set(hexOf(item.author), item);
    queue.push(...item.parents.map(hexOf));
  }
  return new Map([...last.values()].map(({ author, seq }) => [author, seq]));
}
