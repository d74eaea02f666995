import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AEAD_ChaCha20Poly1305, KDF_HKDF_SHA256, KEM_MLKEM768_X25519 } from '@panva/hpke-noble';
import { CipherSuite } from 'hpke';
import { concatBytes, fromHex, toHex, utf8 } from '../../protocol/codec/bytes.ts';
import { kemKeyPairFromSeed, openFrom, sealTo } from '../../protocol/crypto/sealing/hpke.ts';
import { xWingDecapsulate, xWingEncapsulate } from '../../protocol/crypto/sealing/x-wing.ts';
import { realEntropy } from '../crypto/entropy.ts';
import { loadVectors } from './load.ts';

const X_WING = 0x647a;
const HKDF_SHA256 = 1;
const CHACHA20_POLY1305 = 3;

test('SUITE-1: X-Wing makes the keys, shares and secrets of the HPKE-PQ vectors', (t) => {
  const vectors = loadVectors(t, 'hpke-xwing.json')?.filter((vector) => vector.kem_id === X_WING);
  if (vectors === undefined) return;
  assert.ok(vectors.length >= 2);
  for (const vector of vectors) {
    const keyPair = kemKeyPairFromSeed(fromHex(vector.skRm, 'skRm'));
    assert.equal(toHex(keyPair.publicKey), vector.pkRm);
    const encapsulated = xWingEncapsulate(keyPair.publicKey, fromHex(vector.ikmE, 'ikmE'));
    assert.ok(encapsulated);
    assert.equal(toHex(encapsulated.ciphertext), vector.enc);
    assert.equal(toHex(encapsulated.sharedSecret), vector.shared_secret);
    assert.deepEqual(xWingDecapsulate(keyPair, encapsulated.ciphertext), encapsulated.sharedSecret);
  }
});

test('SUITE-1: openFrom opens the HPKE-PQ vector of the suite', async (t) => {
  const vectors = loadVectors(t, 'hpke-xwing.json');
  if (vectors === undefined) return;
  const ours = vectors.filter(({ mode, kem_id, kdf_id, aead_id }) => mode === 0 && kem_id === X_WING && kdf_id === HKDF_SHA256 && aead_id === CHACHA20_POLY1305);
  assert.equal(ours.length, 1);
  for (const { skRm, info, enc, encryptions: [first, second] } of ours) {
    assert.ok(first && second);
    const keyPair = kemKeyPairFromSeed(fromHex(skRm, 'skRm'));
    const open = ({ aad, ct }: typeof first) => openFrom(keyPair, fromHex(info, 'info'), fromHex(aad, 'aad'), fromHex(enc + ct, 'sealed'));
    assert.equal(toHex((await open(first)) ?? new Uint8Array(0)), first.pt);
    assert.equal(await open(second), null, 'the second message of a context is not ours to open: one key seals one message');
  }
});

test('SUITE-1: what is sealed here, the hpke package opens by itself, and the other way round', async () => {
  const suite = new CipherSuite(KEM_MLKEM768_X25519, KDF_HKDF_SHA256, AEAD_ChaCha20Poly1305);
  const seed = realEntropy.randomBytes(32);
  const keyPair = kemKeyPairFromSeed(seed);
  const [info, aad, message] = [utf8('info'), utf8('aad'), utf8('message')];
  const sealed = await sealTo(keyPair.publicKey, info, aad, message, realEntropy);
  assert.ok(sealed.ok);
  const theirKey = await suite.DeserializePrivateKey(seed);
  assert.deepEqual(await suite.Open(theirKey, sealed.value.slice(0, 1120), sealed.value.slice(1120), { info, aad }), message);
  const theirs = await suite.Seal(await suite.DeserializePublicKey(keyPair.publicKey), message, { info, aad });
  assert.deepEqual(await openFrom(keyPair, info, aad, concatBytes(theirs.encapsulatedSecret, theirs.ciphertext)), message);
});
