/** What the frozen store of `test/fixtures/store-format-1` holds. Never change it: the fixture was written from it. */
import { toHex } from '../../protocol/codec/bytes.ts';
import type { Append } from '../../protocol/store/item-store.ts';
import { forkRecord, headRecord, itemRecord, localRecord, versionRecord } from '../../protocol/store/records.ts';
import { chainNumber, idNumber, sampleAppend, sampleItem } from './sample.ts';

interface FormatSample {
  readonly append: Append;
  readonly locals: readonly (readonly [string, Uint8Array])[];
}

export function formatSample(): FormatSample {
  const [first, second] = [sampleAppend(chainNumber(1, 1), 1, 3, 40), sampleAppend(chainNumber(2, 258), 1, 1, 300)];
  return {
    append: {
      items: [...first.items, ...second.items],
      heads: [...first.heads, ...second.heads],
      forks: [{ ...chainNumber(1, 1), seq: 2, kept: idNumber(2), other: sampleItem(chainNumber(1, 1), 2, 40, 1).item }],
    },
    locals: [['name', Uint8Array.of(1, 2, 3)], ['zz', new Uint8Array(0)]],
  };
}

/** Key to value, both in hex. */
export function formatRecords(): Readonly<Record<string, string>> {
  const { append, locals } = formatSample();
  const records = [
    versionRecord(),
    ...append.items.map(itemRecord), ...append.heads.map(headRecord), ...(append.forks ?? []).map(forkRecord),
    ...locals.map(([name, value]) => localRecord(name, value)),
  ];
  return Object.fromEntries(records.map(({ key, value }) => [toHex(key), toHex(value ?? new Uint8Array(0))]));
}
