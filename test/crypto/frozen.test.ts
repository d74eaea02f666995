import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fromHex, fromUtf8, toHex, utf8 } from '../../protocol/codec/bytes.ts';
import { LABEL } from '../../protocol/crypto/labels.ts';
import { openCommitted, sealCommitted } from '../../protocol/crypto/sealing/committed.ts';
import { kemKeyPairFromSeed, openFrom, sealTo } from '../../protocol/crypto/sealing/hpke.ts';
import { frozenEntropy } from './entropy.ts';

interface Frozen {
  readonly committed: { readonly key: string; readonly ward: string; readonly subject: string; readonly fields: string; readonly plaintext: string; readonly body: string };
  readonly hpke: { readonly seed: string; readonly info: string; readonly associatedData: string; readonly plaintext: string; readonly sealed: string };
}

const { committed, hpke }: Frozen = JSON.parse(readFileSync(new URL('../fixtures/sealed-v1.json', import.meta.url), 'utf8'));
const bytes = (hex: string): Uint8Array => fromHex(hex, 'fixture');

test('SUITE-3: a body of version 1 opens for ever, and is still made so', () => {
  const context = { label: LABEL.changesetKey, ward: bytes(committed.ward), subject: bytes(committed.subject) };
  const opened = openCommitted(bytes(committed.key), context, bytes(committed.fields), bytes(committed.body));
  assert.equal(fromUtf8(opened ?? new Uint8Array(0), 'plaintext'), committed.plaintext);
  assert.equal(toHex(sealCommitted(bytes(committed.key), context, bytes(committed.fields), utf8(committed.plaintext), frozenEntropy)), committed.body);
});

test('SUITE-1: what was sealed to a person by version 1 opens for ever, and is still sealed so', async () => {
  const keyPair = kemKeyPairFromSeed(bytes(hpke.seed));
  const opened = await openFrom(keyPair, bytes(hpke.info), bytes(hpke.associatedData), bytes(hpke.sealed));
  assert.equal(fromUtf8(opened ?? new Uint8Array(0), 'plaintext'), hpke.plaintext);
  const again = await sealTo(keyPair.publicKey, bytes(hpke.info), bytes(hpke.associatedData), utf8(hpke.plaintext), frozenEntropy);
  assert.equal(again.ok ? toHex(again.value) : '', hpke.sealed);
});
