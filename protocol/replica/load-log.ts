/**
 * Reads the ward log back from the store.
 *
 * A disk may rot, so ids are computed again from the bytes and every link is followed, from the ward's own id to the
 * head of each chain: what was not let in once cannot come out. Signatures are not checked again. They were checked on
 * the way in, the links cover the same bytes, and whoever can write a consistent other log to this disk can as well
 * write another program; the price would be 60 µs for each operation at every start (1 ms in a browser).
 */
import { equalBytes } from '../codec/bytes.ts';
import { hexOf, itemId, LOG_DOCUMENT, type Hex, type ItemId, type WardId } from '../codec/ids.ts';
import { MalformedError } from '../codec/result.ts';
import { decodeItem, type Item } from '../items/item.ts';
import { wardIdOf } from '../membership/genesis.ts';
import { decodeOperation, type OperationBody } from '../membership/operation.ts';
import { WardLog } from '../membership/ward-log.ts';
import { StoreError, type ChainHead, type ItemStore } from '../store/item-store.ts';
import { readWholeChain } from './read-chain.ts';

interface Operation {
  readonly item: Item;
  readonly body: OperationBody;
}

/** Throws `StoreError('corrupt')` for bytes that are not what was written, or for the store of another ward. */
export async function loadLog(store: ItemStore, ward: WardId, heads: Iterable<ChainHead>): Promise<WardLog> {
  const operations: Operation[] = [];
  for (const head of heads) {
    if (equalBytes(head.document, LOG_DOCUMENT)) operations.push(...await readOperations(store, head));
  }
  const log = new WardLog(ward);
  const waiting = new Map<Hex<ItemId>, Operation[]>();
  const ready: Operation[] = [];
  for (const operation of operations) {
    if (operation.body.operation.type === 'genesis') assertWard(ward, operation.item);
    const [first] = parentsOf(operation.item);
    if (first === undefined) ready.push(operation);
    else waitFor(waiting, first, operation);
  }
  for (let next = ready.pop(); next !== undefined; next = ready.pop()) {
    if (!log.restore(next.item, next.body)) {
      const missing = parentsOf(next.item).find((parent) => !log.knows([parent]));
      if (missing === undefined) throw corrupt('an operation does not fit where it was');
      waitFor(waiting, missing, next);
      continue;
    }
    ready.push(...waiting.get(hexOf(next.item.id)) ?? []);
    waiting.delete(hexOf(next.item.id));
  }
  if (waiting.size > 0) throw corrupt('an operation is missing');
  return log;
}

async function readOperations(store: ItemStore, head: ChainHead): Promise<Operation[]> {
  try {
    const items = (await readWholeChain(store, head)).map(decodeItem);
    const isWhole = items.length === head.seq && items.every(({ fields }, index) => {
      const before = items[index - 1];
      return fields.seq === index + 1 && (before === undefined || equalBytes(fields.prev, before.id));
    });
    if (!isWhole || items[items.length - 1] === undefined || !equalBytes(items[items.length - 1]?.id ?? new Uint8Array(0), head.id)) throw corrupt('a chain is broken');
    return items.map((item) => ({ item, body: decodeOperation(item.body) }));
  } catch (error) {
    if (error instanceof MalformedError) throw corrupt(error.message);
    throw error;
  }
}

function parentsOf({ fields }: Item): readonly ItemId[] {
  return fields.prev.length === 0 ? fields.heads : [itemId.from(fields.prev), ...fields.heads];
}

function waitFor(waiting: Map<Hex<ItemId>, Operation[]>, parent: ItemId, operation: Operation): void {
  const others = waiting.get(hexOf(parent));
  if (others === undefined) waiting.set(hexOf(parent), [operation]);
  else others.push(operation);
}

function assertWard(ward: WardId, genesis: Item): void {
  if (!equalBytes(wardIdOf(genesis.id), ward)) throw new StoreError('corrupt', 'The store holds another ward.');
}

function corrupt(why: string): StoreError {
  return new StoreError('corrupt', `The ward log in the store is damaged: ${why}.`);
}
