import assert from 'node:assert/strict';
import { test } from 'node:test';
import { concatBytes, fromHex, toHex, utf8 } from '../../protocol/codec/bytes.ts';
import { KEM_PUBLIC_KEY_LENGTH, kemKeyPairFromSeed, openFrom, sealTo } from '../../protocol/crypto/sealing/hpke.ts';
import { frozenEntropy, realEntropy } from './entropy.ts';

const ALICE = kemKeyPairFromSeed(new Uint8Array(32).fill(1));
const BOB = kemKeyPairFromSeed(new Uint8Array(32).fill(2));
const INFO = utf8('ward, team, epoch, recipient');
const AAD = utf8('fields');
const TEAM_KEY = new Uint8Array(32).fill(3);

async function sealToAlice(plaintext = TEAM_KEY, info = INFO, entropy = realEntropy): Promise<Uint8Array> {
  const sealed = await sealTo(ALICE.publicKey, info, AAD, plaintext, entropy);
  assert.ok(sealed.ok);
  return sealed.value;
}

test('SUITE-1: only the recipient opens, and only in the same context', async () => {
  const sealed = await sealToAlice();
  assert.equal(sealed.length, 1120 + 32 + 16);
  assert.deepEqual(await openFrom(ALICE, INFO, AAD, sealed), TEAM_KEY);
  assert.equal(await openFrom(BOB, INFO, AAD, sealed), null);
  assert.equal(await openFrom(ALICE, utf8('another epoch'), AAD, sealed), null);
  assert.equal(await openFrom(ALICE, INFO, utf8('other fields'), sealed), null);
});

test('ATTACK 5: an altered, cut or lengthened sealed key does not open', async () => {
  const sealed = await sealToAlice();
  for (let bit = 0; bit < sealed.length * 8; bit += bit < 1080 * 8 ? 97 : 1) {
    const altered = sealed.slice();
    altered[bit >> 3] = (altered[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    // RFC 7748 §5 has the top bit of an X25519 share ignored; X-Wing hashes the share as it was sent.
    assert.equal(await openFrom(ALICE, INFO, AAD, altered), null, `bit ${bit}`);
  }
  for (const length of [0, 1, 1119, 1120, 1135, 1136, sealed.length - 1]) assert.equal(await openFrom(ALICE, INFO, AAD, sealed.subarray(0, length)), null, `${length} bytes`);
  assert.equal(await openFrom(ALICE, INFO, AAD, concatBytes(sealed, Uint8Array.of(0))), null);
});

test('SUITE-1: nothing opens with a key that was overwritten, and nothing is thrown', async () => {
  const sealed = await sealToAlice();
  const wiped = kemKeyPairFromSeed(new Uint8Array(32).fill(1));
  for (const part of Object.values(wiped)) if (part instanceof Uint8Array) part.fill(0);
  assert.equal(await openFrom(wiped, INFO, AAD, sealed), null);
});

const LOW_ORDER = [
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800',
  '5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
].map((hex) => fromHex(hex, 'point'));

test('ATTACK 24: nothing is sealed to a public key whose X25519 part has low order', async () => {
  for (const point of LOW_ORDER) {
    const crafted = concatBytes(ALICE.publicKey.subarray(0, KEM_PUBLIC_KEY_LENGTH - 32), point);
    assert.deepEqual(await sealTo(crafted, INFO, AAD, TEAM_KEY, realEntropy), { ok: false, failure: { code: 'public-key-refused' } }, toHex(point));
  }
});

test('ATTACK 24: nothing opens whose X25519 share has low order', async () => {
  const sealed = await sealToAlice();
  for (const point of LOW_ORDER) {
    const crafted = concatBytes(sealed.subarray(0, 1088), point, sealed.subarray(1120));
    assert.equal(await openFrom(ALICE, INFO, AAD, crafted), null, toHex(point));
  }
});

test('SUITE-1: a public key of another length is refused, not thrown at', async () => {
  for (const length of [0, 32, 1215, 1217]) {
    assert.deepEqual(await sealTo(new Uint8Array(length), INFO, AAD, TEAM_KEY, realEntropy), { ok: false, failure: { code: 'public-key-refused' } });
  }
});

test('ATTACK 16: with a frozen generator two messages, contexts or recipients never share an encapsulation', async () => {
  const toBob = await sealTo(BOB.publicKey, INFO, AAD, TEAM_KEY, frozenEntropy);
  assert.ok(toBob.ok);
  const sealed = [
    await sealToAlice(TEAM_KEY, INFO, frozenEntropy),
    await sealToAlice(new Uint8Array(32).fill(4), INFO, frozenEntropy),
    await sealToAlice(TEAM_KEY, utf8('another epoch'), frozenEntropy),
    toBob.value,
  ];
  assert.equal(new Set(sealed.map((bytes) => toHex(bytes.subarray(1088, 1120)))).size, sealed.length);
  assert.deepEqual(await sealToAlice(TEAM_KEY, INFO, frozenEntropy), sealed[0], 'all randomness is the injected one');
});
