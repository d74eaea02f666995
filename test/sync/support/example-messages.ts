/** A message of every type, about one chain of a ward. */
import type { DeviceId, WardId } from '../../../protocol/codec/ids.ts';
import type { Item } from '../../../protocol/items/item.ts';
import type { Message } from '../../../protocol/sync/messages.ts';
import { runOf } from './fake-replica.ts';

export interface About {
  readonly ward: WardId;
  /** Who says it. */
  readonly device: DeviceId;
  /** A chain, from its first item on. */
  readonly items: readonly [Item, ...Item[]];
}

const digest = new Uint8Array(32).fill(7);

/** Well-formed, and of no truth. A type that is missing here is an error of types. */
export function exampleMessages({ ward, device, items }: About): { readonly [Type in Message['type']]: readonly Extract<Message, { readonly type: Type }>[] } {
  const [first] = items;
  const last = items.at(-1) ?? first;
  const chain = { document: first.fields.document, author: first.fields.author };
  const entries = [{ author: chain.author, seq: last.fields.seq, id: last.id }];
  return {
    hello: [
      { type: 'hello', version: 1, ward, device, time: 5, subscription: { type: 'all' }, foundation: digest, root: digest },
      { type: 'hello', version: 1, ward, device, time: 5, subscription: { type: 'documents', documents: [chain.document] }, foundation: digest, root: digest },
    ],
    heartbeat: [{ type: 'heartbeat', count: 3, root: digest, time: 9, signature: new Uint8Array(64), foundation: digest, settled: 'yes' }],
    nodes: [
      { type: 'nodes', request: 1, nodes: [{ prefix: '', node: { type: 'inner', children: Array.from({ length: 16 }, (_, i) => (i < 3 ? digest : new Uint8Array(0))) } }] },
      { type: 'nodes', request: 1, nodes: [{ prefix: '0a', node: { type: 'leaf', documents: [{ document: chain.document, digest }] } }] },
    ],
    frontiers: [{ type: 'frontiers', request: 2, ranges: [{ document: chain.document, after: new Uint8Array(0), entries, complete: 'yes' }], ahead: [{ document: chain.document, entries }] }],
    answer: [{ type: 'answer', request: 2, nodes: [], frontiers: [{ document: chain.document, entries }], ahead: [], resume: [{ document: chain.document, after: chain.author }] }],
    want: [{ type: 'want', request: 3, wants: [{ ...chain, from: 1 }] }],
    runs: [{ type: 'runs', request: 3, runs: [runOf(items)] }],
    push: [{ type: 'push', push: 1, runs: [runOf(items)] }],
    stored: [{ type: 'stored', pushes: [1], chains: [{ ...chain, seq: 3 }] }],
    end: [{ type: 'end', reason: 'done' }],
  };
}
