import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LABEL } from '../../protocol/crypto/labels.ts';
import { isProvenShare } from '../../protocol/crypto/glass/glass-seal.ts';
import { Point, publicElement, randomScalar } from '../../protocol/crypto/sharing/group.ts';
import { labelOf, proveKnowledge } from '../../protocol/crypto/sharing/sealed-point.ts';
import { dealShares, shareKey } from '../../protocol/crypto/sharing/sharing.ts';
import { signFor, type SigningKey } from '../../protocol/crypto/signing/signature.ts';
import type { DeviceId, DocumentId, ItemId } from '../../protocol/codec/ids.ts';
import type { Dealing } from '../../protocol/membership/dealing.ts';
import { cliniciansTeam, glassDealingId } from '../../protocol/membership/glass.ts';
import { GLASS_USES_A_DAY, GlassKeeper } from '../../protocol/unlock/glass-keeper.ts';
import { glassAskContent, type UnlockAnswer } from '../../protocol/unlock/messages.ts';
import { MemoryShareStore, type ShareStore } from '../../protocol/unlock/share-store.ts';
import { buildWard, type TestDevice, type TestSession, type TestWard } from '../support/ward-builder.ts';

const HOUR = 60 * 60 * 1000;
const DAY = 24 * HOUR;

/** The changes to an honest question. */
interface Change {
  readonly point?: Uint8Array;
  readonly proof?: Uint8Array;
  readonly document?: DocumentId;
  readonly use?: ItemId;
  readonly key?: SigningKey;
  readonly node?: DeviceId;
  readonly device?: DeviceId;
}

interface Asking {
  readonly ward: TestWard;
  readonly nurse: TestSession;
  readonly client: TestDevice;
  readonly document: DocumentId;
  readonly dealing: Dealing;
  readonly dealingId: Uint8Array;
  readonly store: ShareStore;
  keeper: GlassKeeper;
  /** Puts a use into the log. */
  use(documents?: readonly DocumentId[], hours?: number): Promise<ItemId>;
  ask(use: ItemId, change?: Change): Promise<string>;
  answer(use: ItemId, change?: Change): Promise<UnlockAnswer>;
  readonly wrap: { readonly point: Uint8Array; readonly proof: Uint8Array };
}

/** A ward of two nodes, of which the archive is asked; a clinician at a client. */
async function asking(store: ShareStore = new MemoryShareStore()): Promise<Asking> {
  const ward = await buildWard();
  const other = await ward.addDevice('tablet');
  const client = await ward.addDevice('client');
  const nurse = await ward.openSession(await ward.addUser('anna', 'clinician'), client);
  const { commitments, shares } = dealShares(randomScalar(ward.random), 2, 2, ward.random);
  const dealing: Dealing = { threshold: 2, nodes: [ward.archive.id, other.id], commitments };
  const dealingId = glassDealingId(ward.id, dealing);
  const document = ward.newDocument();
  const keeper = await openKeeper(ward, store);
  assert.equal(codeOf(await keeper.answer({ type: 'deal-glass', dealing, share: shares[0]?.value ?? new Uint8Array(32) }, client.id)), 'done');
  await ward.put(ward.founder.operation({ type: 'set-glass', team: cliniciansTeam(ward.everyone), dealing }));
  await keeper.settled();
  const made: Asking = {
    ward, nurse, client, document, dealing, dealingId, store, keeper, wrap: wrapOf(ward, document, dealingId),
    use: async (documents = [document], hours = 1) => {
      const item = await ward.put(nurse.operation({ type: 'break-glass', documents, sealedReason: new Uint8Array(40), until: ward.clock.now() + hours * HOUR }));
      return item.id;
    },
    answer: (use, { key = nurse.key, node = ward.archive.id, device = client.id, ...change } = {}) => {
      const asked = { use, document, dealing: dealingId, ...made.wrap, ...change };
      return made.keeper.answer({ type: 'open-glass', ...asked, signature: signFor(key, LABEL.glassAsk, ward.id, glassAskContent(asked, node)) }, device);
    },
    ask: async (use, change) => codeOf(await made.answer(use, change)),
  };
  return made;
}

function openKeeper(ward: TestWard, store: ShareStore): Promise<GlassKeeper> {
  return GlassKeeper.open({ replica: ward.replica, self: ward.archive.id, store, environment: { clock: ward.clock, entropy: ward.random, log: ward.log } });
}

function wrapOf(ward: TestWard, document: DocumentId, dealing: Uint8Array): Asking['wrap'] {
  const scalar = randomScalar(ward.random);
  return { point: publicElement(scalar), proof: proveKnowledge(scalar, labelOf({ ward: ward.id, document, dealing }), ward.random) };
}

function codeOf(answer: UnlockAnswer): string {
  return answer.type === 'refused' ? answer.code : answer.type;
}

test('GLASS-3: a node raises R to its share, provably, for a use that its log has', async () => {
  const setting = await asking();
  const { ward, dealing, wrap } = setting;
  assert.equal(await setting.ask(ward.genesis.id), 'unknown-use', 'no operation of another kind');
  const answer = await setting.answer(await setting.use());
  assert.equal(answer.type, 'glass-opened');
  if (answer.type === 'glass-opened') assert.ok(isProvenShare(wrap.point, shareKey(dealing.commitments, 1) ?? new Uint8Array(), answer));
});

test("GLASS-3: R of another document's wrap gets no answer, whatever document it is asked for", async () => {
  const setting = await asking();
  const { ward, dealingId } = setting;
  const other = ward.newDocument();
  const wrap = wrapOf(ward, other, dealingId);
  const use = await setting.use();
  assert.equal(await setting.ask(use, wrap), 'malformed', 'under the document of the use');
  assert.equal(await setting.ask(use, { ...wrap, document: other }), 'not-allowed', 'under its own, which is not in the use');
  assert.equal(await setting.ask(use, { point: Point.ZERO.toBytes() }), 'malformed');
  assert.equal(await setting.ask(await setting.use([other]), { ...wrap, document: other }), 'glass-opened');
});

test('GLASS-3: only the device and the session that signed the use are answered, each node for itself', async () => {
  const setting = await asking();
  const { ward, nurse, client } = setting;
  const use = await setting.use();
  const elsewhere = await ward.addDevice('client');
  assert.equal(await setting.ask(use, { device: elsewhere.id }), 'not-allowed', 'another client');
  assert.equal(await setting.ask(use, { device: ward.tablet.id }), 'not-allowed', 'no client');
  const next = await ward.openSession(nurse.user, client);
  assert.equal(await setting.ask(use, { key: next.key }), 'bad-signature', "the same user's next session");
  assert.equal(await setting.ask(use, { node: ward.tablet.id }), 'bad-signature', 'what was signed for another node');
  assert.equal(await setting.ask(use), 'glass-opened');
  await ward.put(ward.founder.operation({ type: 'remove-device', device: client.id, cut: [] }));
  assert.notEqual(await setting.ask(use), 'glass-opened', 'a device that is out');
});

test("GLASS-3: a use that is over by the node's own clock, was ended, or was asked for from too far ahead gets no answer", async () => {
  const setting = await asking();
  const { ward, nurse } = setting;
  const ended = await setting.use();
  await ward.put(nurse.operation({ type: 'end-glass', use: ended }));
  assert.equal(await setting.ask(ended), 'use-over', 'ended');
  const use = await setting.use();
  ward.clock.advance(HOUR - 1);
  assert.equal(await setting.ask(use), 'glass-opened');
  ward.clock.advance(1);
  assert.equal(await setting.ask(use), 'use-over', 'its hour is over');
  const ahead = ward.clock.now() + DAY;
  const item = await ward.put(nurse.operation({ type: 'break-glass', documents: [setting.document], sealedReason: new Uint8Array(40), until: ahead + HOUR }, { time: ahead }));
  assert.equal(await setting.ask(item.id), 'use-over', 'from a day ahead');
});

test('GLASS-3: who is removed, is made a viewer or has new keys gets no answer for a use of before', async () => {
  for (const how of ['remove-user', 'set-role', 'renew-user'] as const) {
    const setting = await asking();
    const { ward, nurse: { user } } = setting;
    const use = await setting.use();
    assert.equal(await setting.ask(use), 'glass-opened');
    if (how === 'remove-user') await ward.put(ward.founder.operation({ type: 'remove-user', user: user.id, cut: [] }));
    else if (how === 'set-role') await ward.put(ward.founder.operation({ type: 'set-role', user: user.id, role: 'viewer' }));
    else await ward.put(ward.renewal(user).item);
    assert.equal(await setting.ask(use), 'not-allowed', how);
  }
});

test('GLASS-3: a node answers for so many uses of one user in a day, also after a restart; the next day again', async () => {
  const setting = await asking();
  const { ward, store } = setting;
  const uses: ItemId[] = [];
  for (let i = 0; i < GLASS_USES_A_DAY; i++) uses.push(await setting.use());
  for (const use of uses) assert.equal(await setting.ask(use), 'glass-opened');
  const onceMore = await setting.use([setting.document], 12);
  assert.equal(await setting.ask(onceMore), 'too-many-uses');
  setting.keeper = await openKeeper(ward, store);
  assert.equal(await setting.ask(onceMore), 'too-many-uses', 'after a restart');
  assert.equal(await setting.ask(uses[0] ?? onceMore), 'glass-opened', 'what was begun goes on');
  ward.clock.advance(DAY);
  assert.equal(await setting.ask(await setting.use()), 'glass-opened', 'the next day');
});

test('GLASS-3, ATTACK 23: the question is on disk before the node computes its answer; where it cannot be written there is none', async () => {
  const disk = new MemoryShareStore();
  let isFull = false;
  let last: Promise<void> = Promise.resolve();
  let release = (): void => {};
  const store: ShareStore = {
    load: () => disk.load(),
    destroy: (name) => disk.destroy(name),
    put: async (name, bytes) => {
      if (isFull) throw new Error('no room');
      await last;
      await disk.put(name, bytes);
    },
  };
  const setting = await asking(store);
  const use = await setting.use();
  isFull = true;
  assert.equal(await setting.ask(use), 'busy');
  isFull = false;
  last = new Promise((resolve) => { release = resolve; });
  let isAnswered = false;
  const answered = setting.ask(use).then((code) => {
    isAnswered = true;
    return code;
  });
  // Everything that does not wait for the disk has run when another keeper has read its records.
  await openKeeper(setting.ward, disk);
  await new Promise((resolve) => { setImmediate(resolve); });
  assert.equal(isAnswered, false, 'not before the count is durable');
  release();
  assert.equal(await answered, 'glass-opened');
  assert.ok([...(await disk.load()).records.keys()].some((name) => name.endsWith('.used')));
});

test('GLASS-2: a share is taken only where it fits the commitments, and destroyed when the log has gone on by two dealings', async () => {
  const setting = await asking();
  const { ward, dealing, keeper, client, store } = setting;
  const use = await setting.use();
  assert.equal(codeOf(await keeper.answer({ type: 'deal-glass', dealing, share: new Uint8Array(32).fill(1) }, client.id)), 'bad-share');
  assert.equal(codeOf(await keeper.answer({ type: 'deal-glass', dealing: { ...dealing, nodes: [ward.tablet.id, ward.tablet.id] }, share: new Uint8Array(32).fill(1) }, client.id)), 'bad-share');
  for (const expected of ['glass-opened', 'no-share']) {
    const { commitments } = dealShares(randomScalar(ward.random), 2, 2, ward.random);
    await ward.put(ward.founder.operation({ type: 'set-glass', team: cliniciansTeam(ward.everyone), dealing: { ...dealing, commitments } }));
    await keeper.settled();
    assert.equal(await setting.ask(use), expected);
  }
  assert.deepEqual([...(await store.load()).records.keys()].filter((name) => name.endsWith('.glass')), []);
});
