/**
 * What every item store does, as plain functions: the same cases run under node:test and inside a browser's page.
 */
import { toHex } from '../../protocol/codec/bytes.ts';
import { StoreError, type ItemStore, type StoredItem } from '../../protocol/store/item-store.ts';
import { authorNumber, chainNumber, documentNumber, idNumber, sampleAppend, sampleHead, sampleItem } from './sample.ts';

export interface StorePlace {
  /** Opens the store of this place; the same content again after `close`, if the place is durable. */
  open(): Promise<ItemStore>;
  readonly durable: boolean;
}

export interface ContractCase {
  readonly title: string;
  /** Only for places that outlive the store. */
  readonly durable?: boolean;
  run(place: StorePlace): Promise<void>;
}

const NO_LIMIT = { maxItems: 1_000_000, maxBytes: 1e12 };

export const storeContract: readonly ContractCase[] = [
  {
    title: 'a new store has nothing',
    run: using(async (store) => {
      same(await all(store.heads()), [], 'heads');
      same(await all(store.forks()), [], 'forks');
      same(await store.read(chainNumber(1, 1), 1, NO_LIMIT), [], 'items');
      same(await store.getLocal('name'), null, 'local value');
    }),
  },
  {
    title: 'items come back byte for byte, in order, and only those of the chain',
    run: using(async (store) => {
      for (const chain of [chainNumber(1, 1), chainNumber(1, 2), chainNumber(2, 1)]) await store.append(sampleAppend(chain, 1, 5));
      const chain = chainNumber(1, 2);
      same(await store.read(chain, 1, NO_LIMIT), [1, 2, 3, 4, 5].map((seq) => sampleItem(chain, seq)), 'all');
      same(await store.read(chain, 4, NO_LIMIT), [4, 5].map((seq) => sampleItem(chain, seq)), 'from the fourth');
      same(await store.read(chain, 6, NO_LIMIT), [], 'beyond the end');
      same(await store.read(chainNumber(2, 2), 1, NO_LIMIT), [], 'an unknown chain');
    }),
  },
  {
    title: 'sequence numbers sort as numbers up to the largest',
    run: using(async (store) => {
      const chain = chainNumber(3, 3);
      const seqs = [1, 9, 10, 255, 256, 65_535, 65_536, 0x7fffffff, 0x80000000, 0xffffffff];
      await store.append({ items: seqs.map((seq) => sampleItem(chain, seq)).reverse(), heads: [sampleHead(chain, 0xffffffff)] });
      same((await store.read(chain, 1, NO_LIMIT)).map(({ seq }) => seq), seqs, 'order');
      same((await store.read(chain, 0xffffffff, NO_LIMIT)).map(({ seq }) => seq), [0xffffffff], 'the last');
    }),
  },
  {
    title: 'a read returns one item at least, then what fits the limit of items and of bytes',
    run: using(async (store) => {
      const chain = chainNumber(1, 1);
      await store.append(sampleAppend(chain, 1, 100, 1000));
      const count = async (maxItems: number, maxBytes: number) => (await store.read(chain, 1, { maxItems, maxBytes })).length;
      same(await count(0, 0), 1, 'no room');
      same(await count(1, 1e9), 1, 'one item');
      same(await count(70, 1e9), 70, 'seventy items');
      same(await count(1000, 10), 1, 'fewer bytes than one item');
      same(await count(1000, 1120 + 1184), 2, 'exactly two');
      same(await count(1000, 1120 + 1184 + 1119), 2, 'one byte short of three');
    }),
  },
  {
    title: 'a head is replaced by the next one, with log heads and size',
    run: using(async (store) => {
      const chain = chainNumber(1, 1);
      await store.append({ items: [sampleItem(chain, 1)], heads: [sampleHead(chain, 1, 16)] });
      await store.append({ items: [sampleItem(chain, 2)], heads: [sampleHead(chain, 2, 0)] });
      await store.append({ items: [sampleItem(chainNumber(0xffffffff, 0xffffffff), 1)], heads: [sampleHead(chainNumber(0xffffffff, 0xffffffff), 1)] });
      same(sorted(await all(store.heads())), sorted([sampleHead(chain, 2, 0), sampleHead(chainNumber(0xffffffff, 0xffffffff), 1)]), 'heads');
    }),
  },
  {
    title: 'thousands of heads are all listed',
    run: using(async (store) => {
      const heads = Array.from({ length: 3000 }, (_, index) => sampleHead(chainNumber(index % 50, index), 1));
      await store.append({ items: [], heads });
      same(sorted(await all(store.heads())), sorted(heads), 'heads');
    }),
  },
  {
    title: 'evidence of a fork is kept once per chain',
    run: using(async (store) => {
      const chain = chainNumber(1, 1);
      const fork = (variant: number) => ({ ...chain, seq: 3, kept: idNumber(3), other: sampleItem(chain, 3, 50, variant).item });
      await store.append({ items: [], heads: [], forks: [fork(1)] });
      await store.append({ items: [], heads: [], forks: [fork(2), { ...fork(1), author: authorNumber(9) }] });
      same(sorted(await all(store.forks())), sorted([fork(2), { ...fork(1), author: authorNumber(9) }]), 'forks');
      same(await store.read(chain, 1, NO_LIMIT), [], 'evidence is no item');
    }),
  },
  {
    title: 'the largest item fits, with the fields of a fragment',
    run: using(async (store) => {
      const chain = chainNumber(1, 1);
      const large: StoredItem = { ...chain, seq: 1, item: { fields: new Uint8Array(64 * 1024).fill(7), body: new Uint8Array(1024 * 1024).fill(9), signature: new Uint8Array(64) } };
      await store.append({ items: [large], heads: [sampleHead(chain, 1)], forks: [{ ...chain, seq: 1, kept: idNumber(1), other: large.item }] });
      same(await store.read(chain, 1, NO_LIMIT), [large], 'item');
    }),
  },
  {
    title: 'what was appended does not change with the buffers it came from',
    run: using(async (store) => {
      const chain = chainNumber(1, 1);
      const frame = new Uint8Array(1000).fill(5);
      const stored: StoredItem = { ...chain, seq: 1, item: { fields: frame.subarray(0, 100), body: frame.subarray(100, 900), signature: frame.subarray(900, 964) } };
      const value = new Uint8Array([1, 2, 3]);
      const appended = store.append({ items: [stored], heads: [sampleHead(chain, 1)] });
      const set = store.setLocal('value', value);
      frame.fill(6);
      value.fill(9);
      await Promise.all([appended, set]);
      const [read] = await store.read(chain, 1, NO_LIMIT);
      same([read?.item.fields[0], read?.item.body[799], read?.item.signature[63]], [5, 5, 5], 'bytes');
      same(await store.getLocal('value'), new Uint8Array([1, 2, 3]), 'local value');
    }),
  },
  {
    title: 'concurrent appends all arrive, in the order in which they were made',
    run: using(async (store) => {
      const chain = chainNumber(1, 1);
      const seqs = Array.from({ length: 300 }, (_, index) => index + 1);
      await Promise.all(seqs.map((seq) => store.append(sampleAppend(chain, seq, seq))));
      same((await store.read(chain, 1, NO_LIMIT)).map(({ seq }) => seq), seqs, 'items');
      same((await all(store.heads())).map(({ seq }) => seq), [300], 'head');
    }),
  },
  {
    title: 'an append that cannot be written whole leaves nothing',
    run: using(async (store) => {
      const chain = chainNumber(1, 1);
      const head = { ...sampleHead(chain, 2), seq: 2 ** 32 };
      const rejected = await store.append({ items: [sampleItem(chain, 1), sampleItem(chain, 2)], heads: [head] }).then(() => false, () => true);
      if (!rejected) return; // A memory store keeps values as they are.
      same(await store.read(chain, 1, NO_LIMIT), [], 'items');
    }),
  },
  {
    title: 'examining tells every item of the chain and of no other, in order',
    run: using(async (store) => {
      for (const chain of [chainNumber(1, 1), chainNumber(1, 2)]) await store.append(sampleAppend(chain, 1, 5));
      same(await all(store.examine(chainNumber(1, 2))), [1, 2, 3, 4, 5].map((seq) => sampleItem(chainNumber(1, 2), seq)), 'items');
      same(await all(store.examine(chainNumber(2, 2))), [], 'an unknown chain');
    }),
  },
  {
    title: 'a retraction removes what it names, sets the head back or takes it away, and leaves the rest',
    run: using(async (store) => {
      const [shorter, gone, other] = [chainNumber(1, 1), chainNumber(1, 2), chainNumber(2, 1)];
      for (const chain of [shorter, gone, other]) await store.append(sampleAppend(chain, 1, 5));
      await store.retract([{ chain: shorter, records: [3, 5], head: sampleHead(shorter, 2) }, { chain: gone, records: [1], head: undefined }]);
      same(sorted(await all(store.heads())), sorted([sampleHead(shorter, 2), sampleHead(other, 5)]), 'heads');
      same((await all(store.examine(shorter))).map(({ seq }) => seq), [1, 2, 4], 'items of the shorter one');
      same((await all(store.examine(gone))).map(({ seq }) => seq), [2, 3, 4, 5], 'items of the one without a head');
      await store.append(sampleAppend(shorter, 3, 5));
      same((await store.read(shorter, 1, NO_LIMIT)).map(({ seq }) => seq), [1, 2, 3, 4, 5], 'items after they came again');
      await store.retract([]);
    }),
  },
  {
    title: 'local values: set, replaced, empty, removed, and never mixed up',
    run: using(async (store) => {
      await store.setLocal('a', new Uint8Array([1]));
      await store.setLocal('a', new Uint8Array([2, 3]));
      await store.setLocal('b', new Uint8Array(0));
      await store.setLocal('c'.repeat(64), new Uint8Array(100_000).fill(4));
      same(await store.getLocal('a'), new Uint8Array([2, 3]), 'replaced');
      same(await store.getLocal('b'), new Uint8Array(0), 'empty');
      same((await store.getLocal('c'.repeat(64)))?.length, 100_000, 'large');
      await store.setLocal('a', null);
      await store.setLocal('never there', null);
      same(await store.getLocal('a'), null, 'removed');
    }),
  },
  {
    title: 'after destroy there is nothing, and the store can be used anew',
    run: async (place) => {
      const store = await place.open();
      const chain = chainNumber(1, 1);
      await store.append({ ...sampleAppend(chain, 1, 50), forks: [{ ...chain, seq: 1, kept: idNumber(1), other: sampleItem(chain, 1).item }] });
      await store.setLocal('name', new Uint8Array([1]));
      await store.destroy();
      const isEmpty = async (emptied: ItemStore) => {
        same(await all(emptied.heads()), [], 'heads');
        same(await all(emptied.forks()), [], 'forks');
        same(await emptied.read(chain, 1, NO_LIMIT), [], 'items');
        same(await emptied.getLocal('name'), null, 'local value');
      };
      await isEmpty(store);
      await store.append(sampleAppend(chainNumber(2, 2), 1, 1));
      same((await all(store.heads())).length, 1, 'heads after a new append');
      await store.destroy();
      await store.close();
      const again = await place.open();
      await isEmpty(again);
      await again.close();
    },
  },
  {
    title: 'erase removes documents whole, with what was appended just before, and nothing of others',
    run: async (place) => {
      const store = await place.open();
      const [gone, other] = [chainNumber(1, 1), chainNumber(2, 1)];
      await store.append({ ...sampleAppend(other, 1, 5), forks: [{ ...other, seq: 1, kept: idNumber(1), other: sampleItem(other, 1).item }] });
      await store.append({ ...sampleAppend(gone, 1, 1500), forks: [{ ...gone, seq: 1, kept: idNumber(1), other: sampleItem(gone, 1).item }] });
      await store.setLocal('name', new Uint8Array([1]));
      const late = store.append(sampleAppend(chainNumber(1, 2), 1, 3));
      await Promise.all([late, store.erase([gone.document])]);
      const isErased = async (erased: ItemStore) => {
        same(await all(erased.heads()), [sampleHead(other, 5)], 'heads');
        same((await all(erased.forks())).length, 1, 'forks');
        for (const author of [1, 2]) same(await erased.read(chainNumber(1, author), 1, NO_LIMIT), [], 'items');
        same(await erased.read(other, 1, NO_LIMIT), sampleAppend(other, 1, 5).items, 'items of others');
        same(await erased.getLocal('name'), new Uint8Array([1]), 'local value');
      };
      await isErased(store);
      await store.erase([gone.document]);
      await isErased(store);
      await store.close();
      await failsWith('closed', () => store.erase([gone.document]));
    },
  },
  {
    title: 'after close every call fails with `closed`, and closing again is harmless',
    run: async (place) => {
      const store = await place.open();
      const pending = store.append(sampleAppend(chainNumber(1, 1), 1, 10));
      await Promise.all([store.close(), store.close(), pending]);
      await store.close();
      await failsWith('closed', () => store.append(sampleAppend(chainNumber(1, 1), 11, 11)));
      await failsWith('closed', () => store.append({ items: [], heads: [] }));
      await failsWith('closed', () => all(store.heads()));
      await failsWith('closed', () => all(store.forks()));
      await failsWith('closed', () => store.read(chainNumber(1, 1), 1, NO_LIMIT));
      await failsWith('closed', () => store.getLocal('a'));
      await failsWith('closed', () => store.setLocal('a', null));
      await failsWith('closed', () => store.destroy());
    },
  },
  {
    title: 'everything is there after closing and opening again',
    durable: true,
    run: async (place) => {
      const chain = chainNumber(1, 1);
      const fork = { ...chain, seq: 3, kept: idNumber(3), other: sampleItem(chain, 3, 50, 1).item };
      const store = await place.open();
      await store.append({ ...sampleAppend(chain, 1, 20), forks: [fork] });
      await store.setLocal('name', new Uint8Array([1, 2]));
      await store.close();
      const again = await place.open();
      same(await again.read(chain, 1, NO_LIMIT), sampleAppend(chain, 1, 20).items, 'items');
      same(await all(again.heads()), [sampleHead(chain, 20)], 'heads');
      same(await all(again.forks()), [fork], 'forks');
      same(await again.getLocal('name'), new Uint8Array([1, 2]), 'local value');
      await again.close();
    },
  },
  {
    title: 'a reader of many heads is not disturbed by appends in between',
    run: using(async (store) => {
      const heads = Array.from({ length: 700 }, (_, index) => sampleHead(chainNumber(index, index), 1));
      await store.append({ items: [], heads });
      const seen = new Set<string>();
      for await (const head of store.heads()) {
        seen.add(toHex(head.document));
        if (seen.size % 100 === 1) await store.append({ items: [], heads: [sampleHead({ document: documentNumber(9), author: authorNumber(seen.size) }, 2)] });
      }
      for (const head of heads) check(seen.has(toHex(head.document)), 'a head was not listed');
    }),
  },
];

/** Everything in a store that can be compared: one text per record, sorted. */
export async function contentOf(store: ItemStore): Promise<readonly string[]> {
  const heads = await all(store.heads());
  const items: StoredItem[] = [];
  for (const head of heads) items.push(...(await store.read(head, 0, NO_LIMIT)));
  return sorted([...heads, ...items, ...(await all(store.forks()))]);
}

export async function all<T>(values: AsyncIterable<T>): Promise<readonly T[]> {
  const list: T[] = [];
  for await (const value of values) list.push(value);
  return list;
}

export function check(condition: boolean, what: string): void {
  if (!condition) throw new Error(what);
}

export function same(actual: unknown, expected: unknown, what: string): void {
  const [left, right] = [textOf(actual), textOf(expected)];
  check(left === right, `${what}: ${left.slice(0, 300)} is not ${right.slice(0, 300)}`);
}

export async function failsWith(code: StoreError['code'], action: () => Promise<unknown>): Promise<StoreError> {
  try {
    await action();
  } catch (error) {
    if (error instanceof StoreError && error.code === code) return error;
    throw error;
  }
  throw new Error(`did not fail with ${code}`);
}

function using(body: (store: ItemStore) => Promise<void>): (place: StorePlace) => Promise<void> {
  return async (place) => {
    const store = await place.open();
    try {
      await body(store);
    } finally {
      await store.close();
    }
  };
}

function sorted(values: readonly unknown[]): readonly string[] {
  return values.map(textOf).sort();
}

/** Keys in order and bytes as hex, so that two equal values have one text. */
function textOf(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) => {
    if (part instanceof Uint8Array) return toHex(part);
    if (typeof part === 'object' && part !== null && !Array.isArray(part)) return Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)));
    return part;
  }) ?? 'undefined';
}
