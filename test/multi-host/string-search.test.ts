import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StringSearch } from './string-search.ts';

const NAME = 'Kwaldrimož Xantho';
const utf8 = Buffer.from(NAME);

const FORMS: readonly [string, Buffer][] = [
  ['UTF-8', utf8],
  ['UTF-16LE', Buffer.from(NAME, 'utf16le')],
  ['hex', Buffer.from(utf8.toString('hex'))],
  ['hex', Buffer.from(utf8.toString('hex').toUpperCase())],
  ...['', '-', '--'].flatMap((before): [string, Buffer][] => [
    ['base64', Buffer.from(Buffer.from(`${before}${NAME}???`).toString('base64'))],
    ['base64url', Buffer.from(Buffer.from(`${before}${NAME}???`).toString('base64url'))],
  ]),
];

test('the search for strings finds every form of one, whole or in two chunks, and nothing else', async () => {
  const search = new StringSearch([NAME, 'Somebody Else']);
  const noise = Buffer.from(Array.from({ length: 5_000 }, (_, index) => (index * 7919) & 255));
  for (const [form, bytes] of FORMS) {
    const data = Buffer.concat([noise, bytes, noise]);
    for (const cut of [0, 4_000, 5_001, 5_000 + (bytes.length >> 1), 5_000 + bytes.length]) {
      const found = await search.find([data.subarray(0, cut), data.subarray(cut)]);
      assert.deepEqual([...new Set(found.map(({ text }) => text))], [NAME], `${form} cut at ${cut}`);
      assert.ok(found.some((finding) => finding.form === form), `${form} cut at ${cut}`);
    }
  }
  assert.deepEqual(await search.find([noise, Buffer.from(NAME.slice(0, -1))]), []);
});
