/** Writes over an item in a device's folder as a failing disk does. */
import { join } from 'node:path';
import { ClassicLevel } from 'classic-level';
import { isWardsOwn, documentId } from '../../protocol/codec/ids.ts';

/** Where a record of an item begins, and where in its key its document stands. */
const ITEM = 1;

/** The last item that is in none of the ward's own documents. */
export async function rotOneItem(folder: string): Promise<void> {
  const level = new ClassicLevel<Uint8Array, Uint8Array>(join(folder, 'items'), { createIfMissing: false, keyEncoding: 'view', valueEncoding: 'view' });
  try {
    for await (const [key, value] of level.iterator({ reverse: true, gte: Uint8Array.of(ITEM), lt: Uint8Array.of(ITEM + 1) })) {
      if (isWardsOwn(documentId.from(key.slice(1, 17)))) continue;
      const rotten = value.slice();
      rotten[40] = (rotten[40] ?? 0) ^ 1;
      await level.put(key, rotten);
      return;
    }
    throw new Error('there is no item to rot');
  } finally {
    await level.close();
  }
}
