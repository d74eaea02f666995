import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hexOf, itemId, userId, wardId, type UserId } from '../../protocol/codec/ids.ts';
import { kemKeyPairFromSeed } from '../../protocol/crypto/sealing/hpke.ts';
import { collectPieces, comparisonCode, dealRecovery, openPiece, sealPiece, type Dealt, type Release } from '../../protocol/keys/recovery.ts';
import { seededRandom } from '../support/seeded.ts';

const random = seededRandom('recovery');
const ward = wardId.from(random.randomBytes(32));
const user = userId.from(random.randomBytes(16));
const seeds = { signing: random.randomBytes(32), kem: random.randomBytes(32) };
const holders = Array.from({ length: 4 }, () => ({ user: userId.from(random.randomBytes(16)), kem: kemKeyPairFromSeed(random.randomBytes(32)) }));
const asking = kemKeyPairFromSeed(random.randomBytes(32));
const ask = { id: itemId.from(random.randomBytes(32)), kemKey: asking.publicKey };

async function deal(threshold = 3): Promise<Dealt> {
  const dealt = await dealRecovery(seeds, ward, user, holders.map((holder) => ({ user: holder.user, kemKey: holder.kem.publicKey })), threshold, random);
  assert.ok(dealt);
  return dealt;
}

async function pieceOf(dealt: Dealt, at: number): Promise<Uint8Array> {
  const holder = holderAt(at);
  const piece = await openPiece(dealt, ward, user, holder.user, holder.kem);
  assert.ok(piece);
  return piece;
}

async function release(piece: Uint8Array, holder: UserId): Promise<Release> {
  const sealed = await sealPiece(piece, ward, ask, holder, random);
  assert.ok(sealed);
  return { holder, sealed };
}

function holderAt(at: number): (typeof holders)[number] {
  const holder = holders[at];
  assert.ok(holder);
  return holder;
}

const collect = (dealt: Dealt, releases: readonly Release[]) => collectPieces(dealt, ward, user, ask.id, asking, releases);

test('RECOVER-2: any three of four bring the seeds back, in any order; two bring nothing', async () => {
  const dealt = await deal();
  const releases = await Promise.all(holders.map(async ({ user: holder }, at) => release(await pieceOf(dealt, at), holder)));
  for (const without of [0, 1, 2, 3, 4]) {
    const some = releases.filter((_, at) => at !== without).toReversed();
    assert.deepEqual((await collect(dealt, some)).seeds, { ok: true, value: seeds });
    assert.deepEqual((await collect(dealt, some.slice(0, 2))).seeds, { ok: false, failure: 'too-few' });
  }
  assert.deepEqual((await collect(dealt, [])).seeds, { ok: false, failure: 'too-few' });
});

test('RECOVER-2: the log shows no commitment, and each share opens for its holder alone', async () => {
  const dealt = await deal();
  assert.equal(dealt.commitments.length, 32);
  for (const { user: holder } of holders) for (const other of holders) {
    const piece = await openPiece(dealt, ward, user, holder, other.kem);
    assert.equal(piece !== null, holder === other.user);
  }
  assert.equal(await openPiece(dealt, ward, user, user, holderAt(0).kem), null);
});

test('ATTACK 21: an altered, exchanged, repeated or invented share names its holder, and the good ones still do', async () => {
  const dealt = await deal();
  const other = await deal();
  const pieces = await Promise.all(holders.map((_, at) => pieceOf(dealt, at)));
  const good = await Promise.all(holders.map(({ user: holder }, at) => release(pieces[at] ?? new Uint8Array(0), holder)));
  const bad = holderAt(0).user;
  const wrongs: Readonly<Record<string, Release>> = {
    'another\'s share': await release(pieces[1] ?? new Uint8Array(0), bad),
    'of another dealing': await release(await pieceOf(other, 0), bad),
    nothing: await release(new Uint8Array(0), bad),
    noise: await release(random.randomBytes(150), bad),
    'not sealed to the question': { holder: bad, sealed: random.randomBytes(1300) },
    'another\'s release, copied': { holder: bad, sealed: good[1]?.sealed ?? new Uint8Array(0) },
    cut: { holder: bad, sealed: good[0]?.sealed.slice(0, -1) ?? new Uint8Array(0) },
  };
  for (const [name, wrong] of Object.entries(wrongs)) {
    const collected = await collect(dealt, [wrong, ...good.slice(1)]);
    assert.deepEqual(collected.bad, [hexOf(bad)], name);
    assert.deepEqual(collected.seeds, { ok: true, value: seeds }, name);
    assert.deepEqual((await collect(dealt, [wrong, ...good.slice(1, 3)])).seeds, { ok: false, failure: 'too-few' }, name);
  }
  const stranger = await collect(dealt, [await release(pieces[0] ?? new Uint8Array(0), userId.from(random.randomBytes(16))), ...good.slice(1, 3)]);
  assert.equal(stranger.bad.length, 1);
  assert.equal(stranger.seeds.ok, false);
  const twice = await collect(dealt, [good[0], good[0], good[1], good[1]].flatMap((each) => each ?? []));
  assert.deepEqual([twice.good.length, twice.bad.length, twice.seeds.ok], [2, 0, false], 'the same share twice is one share');
  assert.equal((await collect(dealt, [...good, wrongs['noise'] ?? []].flat())).bad.length, 1);
});

test('ATTACK 21: every altered bit of a share is noticed', async () => {
  const dealt = await deal();
  const pieces = await Promise.all(holders.map((_, at) => pieceOf(dealt, at)));
  const piece = pieces[0] ?? new Uint8Array(0);
  const others = [await release(pieces[1] ?? piece, holderAt(1).user), await release(pieces[2] ?? piece, holderAt(2).user)];
  for (let bit = 0; bit < piece.length * 8; bit++) {
    const { bad, seeds: back } = await collect(dealt, [await release(flipped(piece, bit), holderAt(0).user), ...others]);
    assert.deepEqual([bad, back.ok], [[hexOf(holderAt(0).user)], false], `bit ${bit}`);
  }
});

test('ATTACK 12, ATTACK 21: every altered bit of what the log says about a dealing closes it, and never opens something else', async () => {
  const dealt = await deal(2);
  const some = await Promise.all([0, 1].map(async (at) => release(await pieceOf(dealt, at), holderAt(at).user)));
  assert.ok((await collect(dealt, some)).seeds.ok);
  for (const field of ['deal', 'commitments', 'sealed'] as const) {
    for (let bit = 0; bit < dealt[field].length * 8; bit += field === 'sealed' ? 5 : 1) {
      const altered = { ...dealt, [field]: flipped(dealt[field], bit) };
      assert.equal((await collect(altered, some)).seeds.ok, false, `${field} bit ${bit}`);
    }
  }
  const sealed = dealt.holders[0]?.sealed ?? new Uint8Array(0);
  for (let bit = 0; bit < sealed.length * 8; bit += 7) {
    const altered = { ...dealt, holders: [{ user: holderAt(0).user, sealed: flipped(sealed, bit) }, ...dealt.holders.slice(1)] };
    assert.equal(await openPiece(altered, ward, user, holderAt(0).user, holderAt(0).kem), null, `share bit ${bit}`);
  }
});

test('ATTACK 20: a release for one question is worth nothing for another, or for another key', async () => {
  const dealt = await deal(2);
  const some = await Promise.all([0, 1].map(async (at) => release(await pieceOf(dealt, at), holderAt(at).user)));
  const elsewhere = await collectPieces(dealt, ward, user, itemId.from(random.randomBytes(32)), asking, some);
  assert.deepEqual([elsewhere.bad.length, elsewhere.seeds.ok], [2, false]);
  const thief = await collectPieces(dealt, ward, user, ask.id, kemKeyPairFromSeed(random.randomBytes(32)), some);
  assert.deepEqual([thief.bad.length, thief.seeds.ok], [2, false]);
});

test('RECOVER-3: the code is 20 digits of the whole question', () => {
  const id = random.randomBytes(32);
  const code = comparisonCode(itemId.from(id));
  assert.match(code, /^\d{4}(?: \d{4}){4}$/);
  for (let bit = 0; bit < 256; bit++) assert.notEqual(comparisonCode(itemId.from(flipped(id, bit))), code);
});

function flipped(bytes: Uint8Array, bit: number): Uint8Array {
  const copy = bytes.slice();
  copy[bit >> 3] = (copy[bit >> 3] ?? 0) ^ (1 << (bit & 7));
  return copy;
}
