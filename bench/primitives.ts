/**
 * What each primitive costs on noble (browsers) and on node:crypto, and what the schemes made of them cost here.
 *
 *   npx tsx bench/primitives.ts                                       schemes on node:crypto
 *   node --conditions=browser --import tsx bench/primitives.ts        schemes on noble, as in a browser
 *
 * Medians of samples of at least two milliseconds each. Every operation's result is checked, outside of what is measured.
 */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { primitives as chosenSealing } from '#sealing-primitives';
import { utf8 } from '../protocol/codec/bytes.ts';
import { decode, encode } from '../protocol/codec/cbor.ts';
import type { Entropy } from '../protocol/codec/environment.ts';
import { authorId, documentId, wardId } from '../protocol/codec/ids.ts';
import { LABEL } from '../protocol/crypto/labels.ts';
import { openCommitted, sealCommitted } from '../protocol/crypto/sealing/committed.ts';
import { kemKeyPairFromSeed, openFrom, sealTo } from '../protocol/crypto/sealing/hpke.ts';
import { DEFAULT_PASSWORD_PARAMETERS, deriveFromPassword } from '../protocol/crypto/sealing/password.ts';
import { primitives as sealingNoble } from '../protocol/crypto/sealing/primitives-noble.ts';
import { primitives as sealingNode } from '../protocol/crypto/sealing/primitives-node.ts';
import type { SealingPrimitives } from '../protocol/crypto/sealing/primitives.ts';
import { primitives as signingNoble } from '../protocol/crypto/signing/primitives-noble.ts';
import { primitives as signingNode } from '../protocol/crypto/signing/primitives-node.ts';
import type { SigningPrimitives } from '../protocol/crypto/signing/primitives.ts';
import { signingKeyFromSeed } from '../protocol/crypto/signing/signature.ts';
import { decodeItem, encodeFields, encodeItem, isSigned, signItem } from '../protocol/items/item.ts';

const SAMPLES = 25;
const SAMPLE_MILLISECONDS = 2;

const key = new Uint8Array(32).fill(1);
const nonce = new Uint8Array(12);
const changeset = new Uint8Array(300).fill(2);
const large = new Uint8Array(64 * 1024).fill(3);
const entropy: Entropy = { randomBytes: (length) => new Uint8Array(randomBytes(length)) };

console.log('primitive                          noble µs    node µs   noble/node');
for (const [name, operation] of primitiveOperations()) {
  const onNoble = operation(signingNoble, sealingNoble);
  const onNode = operation(signingNode, sealingNode);
  assert.deepEqual(onNoble(), onNode(), name);
  const [noble, node] = [await median(onNoble), await median(onNode)];
  console.log(`${name.padEnd(32)} ${column(noble)} ${column(node)} ${(noble / node).toFixed(1).padStart(11)}×`);
}

console.log(`\nscheme, on ${chosenSealing === sealingNoble ? 'noble' : 'node:crypto'}${' '.repeat(22)}µs   per second`);
for (const [name, operation] of await schemeOperations()) {
  const microseconds = await median(operation);
  console.log(`${name.padEnd(32)} ${column(microseconds)} ${Math.round(1e6 / microseconds).toLocaleString('en').padStart(12)}`);
}

type Measured = () => unknown;

function primitiveOperations(): readonly (readonly [string, (signing: SigningPrimitives, sealing: SealingPrimitives) => Measured])[] {
  const publicKey = signingNode.ed25519PublicKey(key);
  const signature = signingNode.ed25519Sign(key, changeset);
  const share = sealingNode.x25519PublicKey(key);
  const sealed = sealingNode.chacha20Poly1305Seal(key, nonce, key, changeset);
  const sealedLarge = sealingNode.chacha20Poly1305Seal(key, nonce, key, large);
  return [
    ['sha256, 300 B', ({ sha256 }) => () => sha256(changeset)],
    ['sha256, 64 KiB', ({ sha256 }) => () => sha256(large)],
    ['hmac-sha256, 96 B', ({ hmacSha256 }) => () => hmacSha256(key, key, key, key)],
    ['hkdf-sha256 to 64 B', ({ hkdfSha256 }) => () => hkdfSha256(key, key, changeset, 64)],
    ['ed25519 sign', ({ ed25519Sign }) => () => ed25519Sign(key, changeset)],
    ['ed25519 verify', ({ ed25519Verify }) => () => ed25519Verify(publicKey, changeset, signature)],
    ['chacha20-poly1305 seal, 300 B', (_, { chacha20Poly1305Seal }) => () => chacha20Poly1305Seal(key, nonce, key, changeset)],
    ['chacha20-poly1305 open, 300 B', (_, { chacha20Poly1305Open }) => () => chacha20Poly1305Open(key, nonce, key, sealed)],
    ['chacha20-poly1305 open, 64 KiB', (_, { chacha20Poly1305Open }) => () => chacha20Poly1305Open(key, nonce, key, sealedLarge)],
    ['x25519 public key', (_, { x25519PublicKey }) => () => x25519PublicKey(key)],
    ['x25519 shared secret', (_, { x25519SharedSecret }) => () => x25519SharedSecret(key, share)],
  ];
}

async function schemeOperations(): Promise<readonly (readonly [string, Measured])[]> {
  const context = { label: LABEL.changesetKey, ward: key, subject: key.subarray(0, 16) };
  const body = sealCommitted(key, context, key, changeset, entropy);
  assert.deepEqual(openCommitted(key, context, key, body), changeset);

  const author = signingKeyFromSeed(key);
  const ward = wardId.from(key);
  const place = {
    document: documentId.from(key.subarray(0, 16)), author: authorId.from(author.publicKey), seq: 2, prev: key, heads: [], time: 1,
  };
  const fields = encodeFields(place, { type: 'changeset', epoch: 1, history: key });
  const encoded = encodeItem(signItem(author, ward, fields, body));
  assert.ok(isSigned(decodeItem(encoded), ward));
  const run = encode([1, Array.from({ length: 256 }, () => [encoded.fields, encoded.body, encoded.signature])]);

  const keyPair = kemKeyPairFromSeed(key);
  const sealed = await sealTo(keyPair.publicKey, key, key, key, entropy);
  assert.ok(sealed.ok);
  assert.deepEqual(await openFrom(keyPair, key, key, sealed.value), key);

  return [
    ['seal a changeset of 300 B', () => sealCommitted(key, context, key, changeset, entropy)],
    ['open it', () => openCommitted(key, context, key, body)],
    ['sign an item', () => signItem(author, ward, fields, body)],
    ['decode an item', () => decodeItem(encoded)],
    ['decode an item and verify it', () => isSigned(decodeItem(encoded), ward)],
    ['decode a run of 256 items', () => decode(run, run.length, 'run')],
    ['hpke: key pair from seed', () => kemKeyPairFromSeed(key)],
    ['hpke: seal a key', () => sealTo(keyPair.publicKey, key, key, key, entropy)],
    ['hpke: open it', () => openFrom(keyPair, key, key, sealed.value)],
    ['argon2id, 64 MiB, t = 3', () => deriveFromPassword('password', key.subarray(0, 16), DEFAULT_PASSWORD_PARAMETERS)],
    ['cbor: encode a label', () => encode([LABEL.item, utf8('x')])],
  ];
}

/** Microseconds of one call. */
async function median(operation: Measured): Promise<number> {
  let calls = 1;
  while ((await sample(operation, calls)) < SAMPLE_MILLISECONDS) calls *= 2;
  const slow = (await sample(operation, calls)) > 100;
  const samples: number[] = [];
  for (let i = 0; i < (slow ? 5 : SAMPLES); i++) samples.push((await sample(operation, calls)) / calls);
  return (samples.sort((a, b) => a - b)[samples.length >> 1] ?? 0) * 1000;
}

/** Milliseconds of `calls` calls. Promises are awaited; an `await` of anything else would be measured too, so there is none. */
async function sample(operation: Measured, calls: number): Promise<number> {
  const started = performance.now();
  for (let i = 0; i < calls; i++) {
    const result = operation();
    if (result instanceof Promise) await result;
  }
  return performance.now() - started;
}

function column(microseconds: number): string {
  return microseconds.toFixed(microseconds < 100 ? 1 : 0).padStart(10);
}
