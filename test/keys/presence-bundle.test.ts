import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decode, encode, type Cbor } from '../../protocol/codec/cbor.ts';
import { userId, wardId } from '../../protocol/codec/ids.ts';
import { openBundle, sealBundle, unlockInput } from '../../protocol/keys/bundle.ts';
import { realEntropy } from '../crypto/entropy.ts';
import { toHex } from '../../protocol/codec/bytes.ts';

const WARD = wardId.from(new Uint8Array(32).fill(1));
const USER = userId.from(new Uint8Array(16).fill(2));
const SEEDS = { signing: new Uint8Array(32).fill(3), kem: new Uint8Array(32).fill(4) };
const PRESENCE = { dealing: new Uint8Array(16).fill(5), output: new Uint8Array(64).fill(6) };
const PASSWORD = 'correct horse battery';

test('ATTACK 26, UNLOCK-1: the password opens nothing without what the nodes answered, and with what others answered', async () => {
  const bundle = await sealBundle(SEEDS, PASSWORD, WARD, USER, realEntropy, PRESENCE);
  const open = async (presence: typeof PRESENCE | undefined, password = PASSWORD) => {
    const opened = await openBundle(bundle, password, WARD, USER, presence);
    return opened.ok ? toHex(opened.value.signing) : opened.failure;
  };
  assert.equal(await open(PRESENCE), toHex(SEEDS.signing));
  assert.equal(await open(undefined), 'needs-nodes');
  assert.equal(await open({ ...PRESENCE, output: new Uint8Array(64).fill(7) }), 'wrong-password');
  assert.equal(await open({ ...PRESENCE, output: new Uint8Array(64) }), 'wrong-password');
  assert.equal(await open({ ...PRESENCE, dealing: new Uint8Array(16) }), 'needs-nodes', 'the answer of another dealing');
  assert.equal(await open(PRESENCE, 'correct horse batterz'), 'wrong-password');
});

test('UNLOCK-1: dealing, parameters and salt are bound: changed, nothing opens; a bundle cannot be turned into one by password alone', async () => {
  const bundle = await sealBundle(SEEDS, PASSWORD, WARD, USER, realEntropy, PRESENCE);
  const [[, [parameters, salt]], sealed] = decode(bundle, 4096, 'bundle') as [[number, [Cbor, Cbor, Cbor]], Cbor];
  const otherDealing = new Uint8Array(16).fill(9);
  assert.deepEqual(await openBundle(encode([[2, [parameters, salt, otherDealing]], sealed]), PASSWORD, WARD, USER, { ...PRESENCE, dealing: otherDealing }), { ok: false, failure: 'wrong-password' });
  assert.deepEqual(await openBundle(encode([[1, [parameters, salt]], sealed]), PASSWORD, WARD, USER), { ok: false, failure: 'wrong-password' });
  assert.deepEqual(await openBundle(encode([[2, [parameters, new Uint8Array(16), PRESENCE.dealing]], sealed]), PASSWORD, WARD, USER, PRESENCE), { ok: false, failure: 'wrong-password' });
});

test('ATTACK 10: a bundle that needs nodes is refused with parameters out of bounds before anything is hashed', async () => {
  const sealed = new Uint8Array(100);
  for (const parameters of [[8, 3, 1], [4 * 1024 * 1024, 3, 1], [65536, 0, 1]]) {
    const bundle = encode([[2, [parameters, new Uint8Array(16), PRESENCE.dealing]], sealed]);
    assert.deepEqual(await openBundle(bundle, PASSWORD, WARD, USER, PRESENCE), { ok: false, failure: 'parameters-out-of-bounds' });
  }
});

test('UNLOCK-1: what the OPRF is asked about names ward and user, and is the same for both ways to type an accent', () => {
  const asked = (ward: typeof WARD, user: typeof USER, password: string) => toHex(unlockInput(ward, user, password));
  assert.equal(asked(WARD, USER, 'é'.normalize('NFD')), asked(WARD, USER, 'é'.normalize('NFC')));
  assert.notEqual(asked(WARD, USER, PASSWORD), asked(wardId.from(new Uint8Array(32)), USER, PASSWORD));
  assert.notEqual(asked(WARD, USER, PASSWORD), asked(WARD, userId.from(new Uint8Array(16)), PASSWORD));
});
