import assert from 'node:assert/strict';
import { test } from 'node:test';
import { userId, wardId } from '../../protocol/codec/ids.ts';
import { openWithKit, sealForKit } from '../../protocol/keys/kit.ts';
import { kitCode, kitWords, readKitText } from '../../protocol/keys/kit-words.ts';
import { seededRandom } from '../support/seeded.ts';

const random = seededRandom('kits');
const secret = random.randomBytes(32);
const ward = wardId.from(random.randomBytes(32));
const user = userId.from(random.randomBytes(16));
const seeds = { signing: random.randomBytes(32), kem: random.randomBytes(32) };

test('RECOVER-5: 24 words in either language, or the code, give the secret back, however they are typed', () => {
  for (const language of ['en', 'fr'] as const) {
    const words = kitWords(secret, language);
    assert.equal(words.length, 24);
    const typings = [
      words.join(' '), words.join('\n'), `  ${words.join('  ').toUpperCase()}\n`, words.map((word, at) => `${at + 1}. ${word}`).join('\n'),
      words.join(' ').normalize('NFD'), words.join(' ').normalize('NFD').replaceAll(/\p{M}/gu, ''),
      words.map((word) => word.normalize('NFC').slice(0, 4)).join(' '),
    ];
    for (const typing of typings) assert.deepEqual(readKitText(typing), { ok: true, value: secret }, typing);
  }
  assert.deepEqual(readKitText(` ${kitCode(secret).slice(0, 20)}\n${kitCode(secret).slice(20)}`), { ok: true, value: secret });
});

test('RECOVER-5: the words of the standard\'s own vectors', () => {
  // BIP 39, test vectors for 256 bits of entropy.
  assert.equal(kitWords(new Uint8Array(32), 'en').join(' '), `${'abandon '.repeat(23)}art`);
  assert.equal(kitWords(new Uint8Array(32).fill(0xff), 'en').join(' '), `${'zoo '.repeat(23)}vote`);
  assert.equal(kitWords(new Uint8Array(32).fill(0x7f), 'en').join(' '), 'legal winner thank year wave sausage worth useful '.repeat(3).replace(/useful $/, 'title'));
});

test('RECOVER-5: what was typed wrongly is told: which word, how many, or that they do not belong together', () => {
  const words = kitWords(secret, 'en');
  const replaced = (at: number, word: string): string => words.map((each, place) => (place === at ? word : each)).join(' ');
  assert.deepEqual(readKitText(replaced(6, 'wardsync')), { ok: false, failure: { code: 'unknown-word', place: 7 } });
  assert.deepEqual(readKitText(words.slice(1).join(' ')), { ok: false, failure: { code: 'not-24-words', count: 23 } });
  assert.deepEqual(readKitText(''), { ok: false, failure: { code: 'not-24-words', count: 0 } });
  let caught = 0;
  for (let at = 0; at < 24; at++) {
    const read = readKitText(replaced(at, words[at] === 'zebra' ? 'zone' : 'zebra'));
    if (!read.ok && read.failure.code === 'checksum') caught++;
  }
  assert.ok(caught >= 22, `${caught} of 24 wrong words are caught by eight bits`);
  const code = kitCode(secret);
  for (const wrong of [code.slice(0, -1), `${code}A`, code.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A')), 'WSK1-', 'WSK1-!!!']) {
    assert.deepEqual(readKitText(wrong), { ok: false, failure: { code: 'checksum' } }, wrong);
  }
});

test('ATTACK 12, ATTACK 13: a kit opens under its own secret, for its own user and ward, and any altered bit closes it, all with one answer', () => {
  const sealed = sealForKit(seeds, secret, ward, user, random);
  assert.deepEqual(openWithKit(sealed, secret, ward, user), seeds);
  for (let bit = 0; bit < sealed.length * 8; bit++) assert.equal(openWithKit(flipped(sealed, bit), secret, ward, user), null, `bit ${bit}`);
  for (let bit = 0; bit < 256; bit++) assert.equal(openWithKit(sealed, flipped(secret, bit), ward, user), null, `secret bit ${bit}`);
  assert.equal(openWithKit(sealed, secret, ward, userId.from(random.randomBytes(16))), null);
  assert.equal(openWithKit(sealed, secret, wardId.from(random.randomBytes(32)), user), null);
  for (const length of [0, 1, 63, sealed.length - 1]) assert.equal(openWithKit(sealed.slice(0, length), secret, ward, user), null);
});

function flipped(bytes: Uint8Array, bit: number): Uint8Array {
  const copy = bytes.slice();
  copy[bit >> 3] = (copy[bit >> 3] ?? 0) ^ (1 << (bit & 7));
  return copy;
}
