/** Model against store: any sequence of writes, reads and reopenings leaves both with the same content. */
import * as fc from 'fast-check';
import { all, contentOf, same, type StorePlace } from './contract.ts';
import { chainNumber, idNumber, sampleHead, sampleItem } from './sample.ts';
import { MemoryStore } from '../../protocol/store/memory-store.ts';
import type { Append } from '../../protocol/store/item-store.ts';

type Step =
  | { readonly type: 'append'; readonly appends: readonly Append[] }
  | { readonly type: 'local'; readonly key: string; readonly value: Uint8Array | null }
  | { readonly type: 'read'; readonly document: number; readonly author: number; readonly from: number; readonly maxItems: number; readonly maxBytes: number }
  | { readonly type: 'reopen' }
  | { readonly type: 'destroy' };

const chain = fc.record({ document: fc.integer({ min: 1, max: 3 }), author: fc.integer({ min: 1, max: 3 }) });

const append: fc.Arbitrary<Append> = fc
  .record({ chain, from: fc.integer({ min: 1, max: 300 }), count: fc.integer({ min: 1, max: 4 }), length: fc.integer({ min: 0, max: 700 }), fork: fc.boolean() })
  .map(({ chain: { document, author }, from, count, length, fork }) => {
    const place = chainNumber(document, author);
    return {
      items: Array.from({ length: count }, (_, index) => sampleItem(place, from + index, length)),
      heads: [sampleHead(place, from + count - 1, count)],
      forks: fork ? [{ ...place, seq: from, kept: idNumber(from), other: sampleItem(place, from, length, 1).item }] : [],
    };
  });

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ type: fc.constant('append' as const), appends: fc.array(append, { minLength: 1, maxLength: 4 }) }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('local' as const), key: fc.constantFrom('a', 'b', 'ab'), value: fc.option(fc.uint8Array({ maxLength: 20 })) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constant('read' as const), document: fc.integer({ min: 1, max: 3 }), author: fc.integer({ min: 1, max: 3 }),
      from: fc.integer({ min: 0, max: 310 }), maxItems: fc.integer({ min: 0, max: 6 }), maxBytes: fc.integer({ min: 0, max: 3000 }),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ type: 'reopen' as const }) },
  { weight: 1, arbitrary: fc.constant({ type: 'destroy' as const }) },
);

/** Runs `runs` sequences from `seed`; each begins with the place emptied. Throws fast-check's report. */
export async function storeAgreesWithModel(place: StorePlace, runs: number, seed: number): Promise<void> {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 30 }), (steps) => runSteps(place, steps)),
    { numRuns: runs, seed, includeErrorInReport: true },
  );
}

async function runSteps(place: StorePlace, steps: readonly Step[]): Promise<void> {
  const model = new MemoryStore();
  let store = await place.open();
  await store.destroy();
  try {
    for (const one of steps) {
      if (one.type === 'append') {
        await Promise.all(one.appends.flatMap((part) => [store.append(part), model.append(part)]));
      } else if (one.type === 'local') {
        await Promise.all([store.setLocal(one.key, one.value), model.setLocal(one.key, one.value)]);
      } else if (one.type === 'destroy') {
        await Promise.all([store.destroy(), model.destroy()]);
      } else if (one.type === 'reopen') {
        if (!place.durable) continue;
        await store.close();
        store = await place.open();
      } else {
        const read = [chainNumber(one.document, one.author), one.from, one] as const;
        same(await store.read(...read), await model.read(...read), 'read');
      }
    }
    same(await contentOf(store), await contentOf(model), 'content');
    same((await all(store.heads())).length, (await all(model.heads())).length, 'number of heads');
    for (const key of ['a', 'b', 'ab']) same(await store.getLocal(key), await model.getLocal(key), `local ${key}`);
  } finally {
    await store.close();
  }
}
