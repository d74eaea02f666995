import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fromHex, fromUtf8, toHex } from '../../protocol/codec/bytes.ts';
import { wardId } from '../../protocol/codec/ids.ts';
import { decodeItem, encodeItem, isSigned } from '../../protocol/items/item.ts';
import { CONTENTS } from './samples.ts';

interface Frozen {
  readonly author: string;
  readonly items: { readonly [name: string]: { readonly [part in 'ward' | 'id' | 'fields' | 'body' | 'signature']: string } };
}

const frozen: Frozen = JSON.parse(readFileSync(new URL('../fixtures/items-v1.json', import.meta.url), 'utf8'));

for (const [name, parts] of Object.entries(frozen.items)) {
  test(`ITEM-1: the ${name} of version 1 decodes and verifies for ever`, () => {
    const [fields, body, signature] = [parts.fields, parts.body, parts.signature].map((hex) => fromHex(hex, name));
    assert.ok(fields && body && signature);
    const item = decodeItem({ fields, body, signature });
    assert.equal(toHex(item.id), parts.id);
    assert.equal(toHex(item.fields.author), frozen.author);
    assert.equal(item.fields.content.type, name === 'genesis' ? 'operation' : name);
    assert.equal(fromUtf8(item.body, 'body'), `body of ${name}`);
    assert.ok(isSigned(item, wardId.fromHex(parts.ward)));
    assert.deepEqual(encodeItem(item), { fields, body, signature });
  });
}

test('ITEM-1: the fixture holds an item of every kind', () => {
  for (const kind of Object.keys(CONTENTS)) assert.ok(kind in frozen.items, kind);
});
