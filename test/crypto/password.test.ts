import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toHex } from '../../protocol/codec/bytes.ts';
import { fromBytes, toBytes } from '../../protocol/codec/shape.ts';
import { DEFAULT_PASSWORD_PARAMETERS, deriveFromPassword, passwordParameters, type PasswordParameters } from '../../protocol/crypto/sealing/password.ts';

const SALT = new Uint8Array(16).fill(1);
const CHEAP: PasswordParameters = { memory: 32 * 1024, passes: 2, lanes: 1 };

test('ATTACK 10: parameters out of the pinned bounds are refused before hashing', async () => {
  const hostile: readonly (readonly [Partial<PasswordParameters>, keyof PasswordParameters])[] = [
    [{ memory: 8 }, 'memory'], [{ memory: 0 }, 'memory'], [{ memory: 32 * 1024 - 1 }, 'memory'], [{ memory: 256 * 1024 + 1 }, 'memory'],
    [{ memory: 4 * 1024 * 1024 }, 'memory'], [{ memory: Number.NaN }, 'memory'], [{ memory: 65536.5 }, 'memory'],
    [{ passes: 0 }, 'passes'], [{ passes: 1 }, 'passes'], [{ passes: 9 }, 'passes'], [{ passes: 0xffffffff }, 'passes'],
    [{ lanes: 0 }, 'lanes'], [{ lanes: 5 }, 'lanes'], [{ lanes: -1 }, 'lanes'],
  ];
  const started = process.resourceUsage();
  for (const [wrong, parameter] of hostile) {
    const outcome = await deriveFromPassword('password', SALT, { ...DEFAULT_PASSWORD_PARAMETERS, ...wrong });
    assert.deepEqual(outcome, { ok: false, failure: { code: 'password-parameters-refused', parameter } });
  }
  const spent = process.resourceUsage();
  assert.ok(spent.userCPUTime - started.userCPUTime < 100_000, 'less than 0.1 s of CPU for all of them');
  assert.ok(spent.maxRSS - started.maxRSS < 16 * 1024, 'no memory was taken for them');
});

test('SUITE-5: parameters travel encoded, and hostile ones decode so that they can be refused by name', () => {
  for (const parameters of [DEFAULT_PASSWORD_PARAMETERS, { memory: 8, passes: 0, lanes: 0xffffffff }]) {
    assert.deepEqual(fromBytes(passwordParameters, toBytes(passwordParameters, parameters), 64, 'parameters'), parameters);
  }
});

async function derive(password: string, salt = SALT): Promise<string> {
  const outcome = await deriveFromPassword(password, salt, CHEAP);
  assert.ok(outcome.ok);
  return toHex(outcome.value);
}

test('SUITE-5: one password, however the keyboard composes it', async () => {
  const composed = await derive('Z\u00fcrich');
  assert.equal(await derive('Zu\u0308rich'), composed);
  assert.notEqual(await derive('Zurich'), composed);
  assert.notEqual(await derive('Z\u00fcrich', new Uint8Array(16).fill(2)), composed);
});

test('SUITE-5: a salt of another length is a bug', async () => {
  await assert.rejects(deriveFromPassword('password', new Uint8Array(8), CHEAP), /16 bytes/);
});
