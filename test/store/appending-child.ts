/**
 * A process that appends to the chains of a store as fast as it can and prints every place once it is acknowledged,
 * `document author seq` a line, until it is killed. Arguments: folder, number of chains.
 */
import { writeSync } from 'node:fs';
import { openLevelStore } from '../../protocol/store/level-store.ts';
import { chainNumber, sampleAppend } from './sample.ts';

const [folder = '', count = '1'] = process.argv.slice(2);
const store = await openLevelStore(folder);
const heads = new Map<string, number>();
for await (const head of store.heads()) heads.set(String(head.author[3]), head.seq);

await Promise.all(Array.from({ length: Number(count) }, (_, index) => extend(index + 1)));

async function extend(author: number): Promise<never> {
  const chain = chainNumber(author % 2, author);
  for (let seq = (heads.get(String(author)) ?? 0) + 1; ; ) {
    const last = seq + (seq % 3);
    await store.append(sampleAppend(chain, seq, last, 600));
    writeSync(1, `${author % 2} ${author} ${last}\n`);
    seq = last + 1;
  }
}
