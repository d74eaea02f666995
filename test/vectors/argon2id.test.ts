import assert from 'node:assert/strict';
import { test } from 'node:test';
import { argon2id as nobleArgon2id } from '@noble/hashes/argon2.js';
import { argon2id } from 'hash-wasm';
import { toHex, utf8 } from '../../protocol/codec/bytes.ts';
import { DEFAULT_PASSWORD_PARAMETERS, deriveFromPassword } from '../../protocol/crypto/sealing/password.ts';

test('SUITE-5: Argon2id is that of RFC 9106 §5.3 (by noble, which takes its secret and associated data)', () => {
  const tag = nobleArgon2id(new Uint8Array(32).fill(1), new Uint8Array(16).fill(2), {
    t: 3, m: 32, p: 4, dkLen: 32, key: new Uint8Array(8).fill(3), personalization: new Uint8Array(12).fill(4),
  });
  assert.equal(toHex(tag), '0d640df58d78766c08c037a34a8b53c9d01ef0452d75b65eb52520e96b01e659');
});

test('SUITE-5: deriveFromPassword is the Argon2id that noble computes', async () => {
  const salt = Uint8Array.from({ length: 16 }, (_, i) => i);
  for (const parameters of [{ memory: 32 * 1024, passes: 2, lanes: 1 }, { memory: 32 * 1024, passes: 2, lanes: 4 }]) {
    const derived = await deriveFromPassword('Zürich 7', salt, parameters);
    assert.ok(derived.ok);
    const { memory: m, passes: t, lanes: p } = parameters;
    assert.deepEqual(derived.value, nobleArgon2id(utf8('Zürich 7'), salt, { m, t, p, dkLen: 32 }));
  }
});

test("SUITE-5: hash-wasm gives the reference implementation's own test value (64 MiB, t = 2, p = 1)", async () => {
  const tag = await argon2id({ password: 'password', salt: 'somesalt', memorySize: 65536, iterations: 2, parallelism: 1, hashLength: 32, outputType: 'hex' });
  assert.equal(tag, '09316115d5cf24ed5a15a31a3ba326e5cf32edc24702987c02b6566f61913cf7');
});

test('SUITE-5: the default parameters are those of the specification', () => {
  assert.deepEqual(DEFAULT_PASSWORD_PARAMETERS, { memory: 65536, passes: 3, lanes: 1 });
});
