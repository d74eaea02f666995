import assert from 'node:assert/strict';
import test from 'node:test';
import { encode } from '../../protocol/codec/cbor.ts';
import {
  AUDIT_DOCUMENT, CUSTODY_DOCUMENT, documentId, hexOf, LOG_DOCUMENT, RECEIPTS_DOCUMENT, SESSIONS_DOCUMENT, teamId, type DocumentId, type ItemId,
} from '../../protocol/codec/ids.ts';
import { LABEL, SUITE } from '../../protocol/crypto/labels.ts';
import { signFor, signingKeyFromSeed } from '../../protocol/crypto/signing/signature.ts';
import { encodeAudit, MAX_AUDIT_READERS, MAX_SEALED_AUDIT } from '../../protocol/items/audit.ts';
import { encodeCustody } from '../../protocol/items/custody.ts';
import { encodeFields, encodeItem, MAX_BODY_LENGTH, NO_WARD, signItem, type EncodedItem, type Item } from '../../protocol/items/item.ts';
import { encodeSessionEnd, encodeSessionStart } from '../../protocol/membership/session-record.ts';
import { teamDocument } from '../../protocol/membership/team-document.ts';
import type { Verdict } from '../../protocol/replica/replica.ts';
import { buildWard, offerTo, type TestDevice, type TestSession, type TestWard } from '../support/ward-builder.ts';

async function withNurse(): Promise<{ ward: TestWard; nurse: TestSession; document: DocumentId }> {
  const ward = await buildWard();
  return { ward, nurse: await ward.join('anna', 'clinician'), document: ward.newDocument() };
}

const refused = (reason: string): object => ({ outcome: 'refused', reason });

function offerBytes(ward: TestWard, { fields: { document, author } }: Item, ...items: readonly EncodedItem[]): Promise<Verdict> {
  return ward.replica.offer({ document, author, items });
}

test('ADMIT-1: a ward is founded, a nurse joins and writes, and another replica takes all of it', async () => {
  const { ward, nurse, document } = await withNurse();
  await ward.put(nurse.grant(document, ward.everyone));
  await ward.put(nurse.changeset(document));
  await ward.put(nurse.changeset(document, undefined, { heads: [] }));
  await ward.put(ward.receipt(ward.archive, []));
  assert.equal(ward.replica.frontier(document)[0]?.seq, 3);

  const other = await ward.emptyReplica();
  for (const item of ward.items) assert.equal((await offerTo(other, item)).outcome, 'stored');
  assert.deepEqual(other.digest(document), ward.replica.digest(document));
  assert.equal(other.count, ward.replica.count);
  assert.deepEqual(other.state().users, ward.replica.state().users);
});

test('ADMIT-1: what is out of bounds, cannot be parsed or has no valid signature is refused, and nothing is written', async () => {
  const { ward, nurse, document } = await withNurse();
  const { count } = ward.replica;
  const item = nurse.changeset(document);
  const { fields, body, signature } = encodeItem(item);
  assert.deepEqual(await offerBytes(ward, item, { fields, body: new Uint8Array(2 * MAX_BODY_LENGTH), signature }), refused('too-large'));
  assert.deepEqual(await offerBytes(ward, item, ...Array.from({ length: 257 }, () => ({ fields, body, signature }))), refused('too-large'));
  assert.deepEqual(await offerBytes(ward, item), refused('malformed'));
  assert.deepEqual(await offerBytes(ward, item, { fields: fields.slice(1), body, signature }), refused('malformed'));
  assert.deepEqual(await offerBytes(ward, item, { fields, body, signature: signature.slice(1) }), refused('malformed'));
  assert.deepEqual(await offerBytes(ward, item, { fields, body, signature: new Uint8Array(0) }), refused('bad-signature'));
  assert.deepEqual(await offerBytes(ward, item, { fields, body: body.slice(1), signature }), refused('bad-signature'));
  assert.equal(ward.replica.count, count);
  assert.ok(ward.log.events.some(({ name, fields: { reason } }) => name === 'run-refused' && reason === 'bad-signature'));
});

test('ATTACK 3: a changeset that the archive sealed itself is refused, whatever it signs it with', async () => {
  const { ward, nurse, document } = await withNurse();
  const mallory = ward.newSession(ward.newUser('mallory', 'clinician'));
  assert.deepEqual(await ward.offer(mallory.changeset(document)), { outcome: 'waiting', for: 'session' });
  assert.deepEqual(await ward.offer(mallory.start()), refused('unknown-author'));
  const impostor = ward.newSession({ ...nurse.user, key: mallory.user.key });
  assert.deepEqual(await ward.offer(impostor.start()), refused('unknown-author'));

  const place = { document, author: nurse.id, seq: 1, prev: new Uint8Array(0), heads: ward.heads(), time: ward.clock.now() };
  const fields = encodeFields(place, { type: 'changeset', epoch: 1, history: new Uint8Array(32) });
  assert.deepEqual(await ward.offer(signItem(ward.archive.key, ward.id, fields, new Uint8Array(100))), refused('bad-signature'));
  const asDevice = encodeFields({ ...place, author: ward.archive.id }, { type: 'changeset', epoch: 1, history: new Uint8Array(32) });
  assert.deepEqual(await ward.offer(signItem(ward.archive.key, ward.id, asDevice, new Uint8Array(100))), { outcome: 'waiting', for: 'session' });
});

test('ATTACK 4: an item moved to another document, or with another body, is refused', async () => {
  const { ward, nurse, document } = await withNurse();
  const other = ward.newDocument();
  const item = nurse.changeset(document);
  const encoded = encodeItem(item);
  assert.deepEqual(await ward.replica.offer({ document: other, author: nurse.id, items: [encoded] }), refused('broken-chain'));
  const { suite, content, ...place } = item.fields;
  assert.equal(suite, SUITE);
  assert.deepEqual(await offerBytes(ward, { ...item, fields: { ...item.fields, document: other } }, { ...encoded, fields: encodeFields({ ...place, document: other }, content) }), refused('bad-signature'));
  const second = nurse.changeset(other);
  assert.deepEqual(await offerBytes(ward, item, { ...encoded, body: second.body }), refused('bad-signature'));
  assert.deepEqual(await offerBytes(ward, second, { ...encodeItem(second), body: item.body }), refused('bad-signature'));
});

test('ATTACK 6: a link dropped, or two exchanged, is a gap: nothing is stored beyond it', async () => {
  const { ward, nurse, document } = await withNurse();
  const items = Array.from({ length: 5 }, () => nurse.changeset(document, undefined, {}));
  const [one, two, three, four, five] = items;
  assert.ok(one && two && three && four && five);
  assert.deepEqual(await ward.offer(two), { outcome: 'waiting', for: 'predecessor' });
  assert.deepEqual(await offerTo(ward.replica, one, three), refused('broken-chain'));
  assert.deepEqual(await offerTo(ward.replica, two, one), refused('broken-chain'));
  assert.equal(ward.replica.frontier(document).length, 0);
  assert.deepEqual(await offerTo(ward.replica, one, two), { outcome: 'stored', stored: 2, disputed: false });
  assert.deepEqual(await offerTo(ward.replica, four, five), { outcome: 'waiting', for: 'predecessor' });
  assert.deepEqual(await offerTo(ward.replica, three, four, five), { outcome: 'stored', stored: 3, disputed: false });
});

test('ATTACK 9: what is here already is known, and runs that overlap add only what is new', async () => {
  const { ward, nurse, document } = await withNurse();
  const items = Array.from({ length: 6 }, () => nurse.changeset(document));
  await offerTo(ward.replica, ...items.slice(0, 4));
  const { count } = ward.replica;
  const digest = ward.replica.digest(document);
  assert.deepEqual(await offerTo(ward.replica, ...items.slice(0, 4)), { outcome: 'known' });
  assert.deepEqual(await offerTo(ward.replica, ...items.slice(1, 3)), { outcome: 'known' });
  for (const item of ward.items) assert.deepEqual(await ward.offer(item), { outcome: 'known' });
  assert.deepEqual([ward.replica.count, ward.replica.digest(document)], [count, digest]);
  assert.deepEqual(await offerTo(ward.replica, ...items.slice(2)), { outcome: 'stored', stored: 2, disputed: false });
  assert.equal(ward.replica.count, count + 2);
});

test('ATTACK 11: another suite, a reserved kind, one field more: refused', async () => {
  const { ward, nurse, document } = await withNurse();
  const item = nurse.changeset(document);
  const { author, heads, time } = item.fields;
  const encoded = encodeItem(item);
  const tuple = (suite: number, kind: number, ...more: number[]): Uint8Array =>
    encode([suite, document, author, 1, new Uint8Array(0), heads, time, [kind, [1, new Uint8Array(32)]], ...more]);
  assert.deepEqual(tuple(SUITE, 4).length, encoded.fields.length);
  for (const fields of [tuple(0, 4), tuple(2, 4), tuple(SUITE, 5), tuple(SUITE, 7), tuple(SUITE, 9), tuple(SUITE, 4, 0)]) {
    assert.deepEqual(await offerBytes(ward, item, { ...encoded, fields }), refused('malformed'));
  }
});

test('ATTACK 14: a signature of any other domain, kind or ward is refused', async () => {
  const { ward, nurse, document } = await withNurse();
  const item = nurse.changeset(document);
  const kinds = ['operation', 'session', 'grant', 'receipt'].map((kind) => `${LABEL.item}/${kind}`);
  for (const label of [...Object.values(LABEL), ...kinds]) {
    const signature = signFor(nurse.key, label, ward.id, item.id);
    assert.deepEqual(await offerBytes(ward, item, { ...encodeItem(item), signature }), refused('bad-signature'), label);
  }
  const other = await buildWard({ seed: 'another ward' });
  for (const elsewhere of [other.id, NO_WARD]) {
    const signature = signFor(nurse.key, `${LABEL.item}/changeset`, elsewhere, item.id);
    assert.deepEqual(await offerBytes(ward, item, { ...encodeItem(item), signature }), refused('bad-signature'));
  }
  await ward.put(item);
});

test('ATTACK 20: nobody adds themselves: not as a user, not as an admin, not to a team, not by a device', async () => {
  const { ward, nurse } = await withNurse();
  const mallory = ward.newUser('mallory', 'admin');
  const byStranger = ward.newSession(mallory);
  assert.deepEqual(await ward.offer(ward.addition(mallory, byStranger)), refused('unknown-author'));
  assert.deepEqual(await ward.offer(byStranger.operation({ type: 'set-role', user: mallory.id, role: 'admin' })), { outcome: 'waiting', for: 'predecessor' });
  assert.deepEqual(await ward.offer(ward.newSession(nurse.user).operation({ type: 'set-role', user: nurse.user.id, role: 'admin' })), refused('role'));
  assert.deepEqual(await ward.offer(ward.newSession(nurse.user).operation({ type: 'add-member', team: ward.admins, user: nurse.user.id })), refused('role'));
  assert.deepEqual(await ward.offer(ward.addition(mallory, ward.newSession(nurse.user))), refused('role'));
  const forged = ward.newSession({ ...ward.founder.user, key: mallory.key });
  assert.deepEqual(await ward.offer(ward.addition(mallory, forged)), refused('unknown-author'));
  const ownDevice = ward.newSession(nurse.user, ward.newDevice('tablet'));
  assert.deepEqual(await ward.offer(ownDevice.start()), refused('unknown-author'));
  assert.deepEqual(await ward.offer(ward.joining(signingKeyFromSeed(ward.random.randomBytes(32)), ward.newDevice('tablet'))), refused('invitation'));
});

test('ADMIT-2: every document takes its own kinds of item only', async () => {
  const { ward, nurse, document } = await withNurse();
  const reserved = documentId.from(new Uint8Array(16).fill(9, 15));
  for (const wellKnown of [LOG_DOCUMENT, SESSIONS_DOCUMENT, RECEIPTS_DOCUMENT, AUDIT_DOCUMENT, CUSTODY_DOCUMENT, reserved]) {
    const verdict = await ward.offer(ward.newSession(nurse.user).changeset(wellKnown));
    assert.ok(verdict.outcome === 'refused' && ['wrong-document', 'malformed'].includes(verdict.reason), JSON.stringify(verdict));
  }
  assert.deepEqual(await ward.offer(nurse.sign(document, { type: 'operation' }, new Uint8Array(1), { seq: 1, prev: new Uint8Array(0) })), refused('wrong-document'));
  assert.deepEqual(await ward.offer(nurse.sign(document, { type: 'session' }, new Uint8Array(1), { seq: 1, prev: new Uint8Array(0) })), refused('wrong-document'));
});

test('AUDIT-2: of an audit item blind peers check shape and bounds, its session and its chain, and nothing of it is stored else', async () => {
  const { ward, nurse, document } = await withNurse();
  const readers = [{ user: nurse.user.id, sealed: new Uint8Array(1168) }];
  const sealed = new Uint8Array(200);
  const first = { seq: 1, prev: new Uint8Array(0) };
  const { count } = ward.replica;
  for (const [what, body] of [
    ['no list', new Uint8Array(10)], ['nobody to read the first', encodeAudit({ readers: [], sealed })],
    ['oversize', encode([[[nurse.user.id, new Uint8Array(1168)]], new Uint8Array(MAX_SEALED_AUDIT + 1)])],
    ['too many readers', encode([Array.from({ length: MAX_AUDIT_READERS + 1 }, () => [nurse.user.id, new Uint8Array(1)]), sealed])],
    ['one field more', encode([[[nurse.user.id, new Uint8Array(1168)]], sealed, 0])],
  ] as const) assert.deepEqual(await ward.offer(nurse.audit(body, first)), refused('malformed'), what);
  const good = encodeAudit({ readers, sealed });
  assert.deepEqual(await ward.offer(nurse.sign(document, { type: 'audit' }, good)), refused('wrong-document'));
  assert.deepEqual(await ward.offer(nurse.sign(AUDIT_DOCUMENT, { type: 'changeset', epoch: 1, history: new Uint8Array(32) }, good, first)), refused('wrong-document'));
  const item = nurse.audit(good, first);
  assert.deepEqual(await offerBytes(ward, item, { ...encodeItem(item), signature: signFor(nurse.key, `${LABEL.item}/receipt`, ward.id, item.id) }), refused('bad-signature'));
  assert.deepEqual(await ward.offer(ward.newSession(ward.newUser('mallory', 'clinician')).audit(good)), { outcome: 'waiting', for: 'session' });
  assert.equal(ward.replica.count, count);
  await ward.put(nurse.audit(good));
  await ward.put(nurse.audit(encodeAudit({ readers: [], sealed })));
});

test('ADMIT-2: a team\'s own document takes grants of that team by an admin, and nothing else', async () => {
  const { ward, nurse } = await withNurse();
  const own = teamDocument(ward.id, ward.everyone);
  assert.deepEqual(await ward.offer(nurse.grant(own, ward.everyone)), refused('role'));
  const admin = await ward.openSession(ward.founder.user);
  assert.deepEqual(await ward.offer(admin.grant(own, ward.admins, { seq: 1, prev: new Uint8Array(0) })), refused('wrong-document'));
  assert.deepEqual(await ward.offer(admin.changeset(own, undefined, { seq: 1, prev: new Uint8Array(0) })), refused('wrong-document'));
  await ward.put(admin.grant(own, ward.everyone));
  const unknown = teamId.from(ward.random.randomBytes(16));
  assert.deepEqual(await ward.offer(admin.grant(ward.newDocument(), unknown)), refused('wrong-document'));
});

test('LOG-11, ADMIT-2: receipts are an archive\'s', async () => {
  const { ward } = await withNurse();
  const tablet = await ward.addDevice('tablet');
  assert.deepEqual(await ward.offer(ward.receipt(tablet, [])), refused('role'));
  assert.deepEqual(await ward.offer(ward.receipt(ward.newDevice('archive'), [])), refused('unknown-author'));
  await ward.put(ward.receipt(ward.archive, []));
});

test('ADMIT-2, ERASE-4: custody notes are an archive\'s, a tablet\'s or a client\'s, and have a shape', async () => {
  const { ward } = await withNurse();
  const note = encodeCustody({ type: 'erased', erasures: [ward.genesis.id] });
  const by = (device: TestDevice, type: 'custody' | 'receipt', body: Uint8Array): Item => {
    const document = type === 'custody' ? CUSTODY_DOCUMENT : RECEIPTS_DOCUMENT;
    return signItem(device.key, ward.id, encodeFields({ document, author: device.id, seq: 1, prev: new Uint8Array(0), heads: ward.heads(), time: ward.clock.now() }, { type }), body);
  };
  for (const kind of ['archive', 'tablet', 'client', 'desktop'] as const) await ward.put(by(await ward.addDevice(kind), 'custody', note));
  assert.deepEqual(await ward.offer(by(await ward.addDevice('bridge'), 'custody', note)), refused('role'));
  assert.deepEqual(await ward.offer(by(ward.newDevice('archive'), 'custody', note)), refused('unknown-author'));
  const archive = await ward.addDevice('archive');
  for (const kind of ['custody', 'receipt'] as const) assert.deepEqual(await ward.offer(by(archive, kind, Uint8Array.of(7))), refused('malformed'));
  assert.deepEqual(await ward.offer(ward.founder.sign(CUSTODY_DOCUMENT, { type: 'changeset', epoch: 1, history: new Uint8Array(32) }, note)), refused('wrong-document'));
});

test('ADMIT-2, LOG-3: a session begins with its own certificate, by the user\'s own key, or not at all', async () => {
  const { ward, nurse } = await withNurse();
  const beginning = (session: TestSession, body: Uint8Array): Promise<Verdict> => ward.offer(session.sign(SESSIONS_DOCUMENT, { type: 'session' }, body, { seq: 1, prev: new Uint8Array(0) }));
  const fresh = ward.newSession(nurse.user);
  assert.deepEqual(await beginning(fresh, Uint8Array.of(7)), refused('malformed'));
  assert.deepEqual(await beginning(fresh, encodeSessionStart(nurse.certificate)), refused('malformed'), "another session's");
  const posing = ward.newSession({ ...nurse.user, key: ward.newUser('mallory', 'admin').key });
  assert.deepEqual(await ward.offer(posing.start()), refused('unknown-author'));
  const elsewhere = ward.newSession(nurse.user, { ...ward.tablet, key: ward.newDevice('tablet').key });
  assert.deepEqual(await ward.offer(elsewhere.start()), refused('unknown-author'));
  await ward.put(fresh.start());
});

test('ADMIT-2: who knew the own removal is refused, by user and by device', async () => {
  const { ward, nurse, document } = await withNurse();
  const lost = await ward.addDevice('tablet');
  const onLost = await ward.openSession(ward.founder.user, lost);
  await ward.put(ward.founder.operation({ type: 'remove-user', user: nurse.user.id, cut: [] }));
  await ward.put(ward.founder.operation({ type: 'remove-device', device: lost.id, cut: [] }));
  assert.deepEqual(await ward.offer(nurse.changeset(document)), refused('removed-author'));
  assert.deepEqual(await ward.offer(onLost.changeset(document)), refused('removed-author'));
  assert.deepEqual(await ward.offer(ward.newSession(nurse.user).start()), refused('removed-author'));
});

test('ADMIT-4: what hangs on something that is not here waits, and is let in afterwards', async () => {
  const { ward, nurse, document } = await withNurse();
  const other = await ward.emptyReplica();
  const item = nurse.changeset(document);
  assert.deepEqual(await offerTo(other, item), { outcome: 'waiting', for: 'log' });
  const [genesis, ...operations] = ward.items.filter(({ fields }) => fields.content.type === 'operation');
  assert.ok(genesis !== undefined);
  await offerTo(other, genesis);
  assert.deepEqual(await offerTo(other, item), { outcome: 'waiting', for: 'log-heads' });
  for (const operation of operations) await offerTo(other, operation);
  assert.deepEqual(await offerTo(other, item), { outcome: 'waiting', for: 'session' });
  for (const session of ward.items.filter(({ fields }) => fields.content.type === 'session')) await offerTo(other, session);
  assert.deepEqual(await offerTo(other, item), { outcome: 'stored', stored: 1, disputed: false });
});

test('ADMIT-4: two chains of the log that lean on each other get in step by step', async () => {
  const ward = await buildWard();
  const ada = await ward.join('ada', 'admin');
  const bea = await ward.join('bea', 'admin');
  const before = [...ward.items];
  const chains: [Item[], Item[]] = [[], []];
  for (let step = 0; step < 6; step++) {
    const [admin, chain] = step % 2 === 0 ? [ada, chains[0]] : [bea, chains[1]];
    chain.push(await ward.put(admin.operation({ type: 'set-bundle', user: admin.user.id, bundle: Uint8Array.of(step) })));
  }
  const other = await ward.emptyReplica();
  for (const item of before) await offerTo(other, item);
  assert.deepEqual(await offerTo(other, ...chains[1]), { outcome: 'waiting', for: 'log-heads' });
  assert.deepEqual(await offerTo(other, ...chains[0]), { outcome: 'stored', stored: 1, disputed: false, rest: { outcome: 'waiting', for: 'log-heads' } });
  for (let round = 0; round < 3; round++) for (const chain of chains) await offerTo(other, ...chain);
  assert.deepEqual(other.digest(LOG_DOCUMENT), ward.replica.digest(LOG_DOCUMENT));
});

test('ITEM-4: heads never go back along a chain', async () => {
  const { ward, nurse, document } = await withNurse();
  const old = ward.heads();
  await ward.addUser('later', 'viewer');
  await ward.put(nurse.changeset(document));
  assert.deepEqual(await ward.offer(nurse.changeset(document, undefined, { heads: old })), refused('broken-chain'));
});

test('ITEM-4: the first item of a chain names heads', async () => {
  const { ward, nurse, document } = await withNurse();
  assert.deepEqual(await ward.offer(nurse.changeset(document, undefined, { heads: [] })), refused('malformed'));
  const unknown = ward.random.randomBytes(32) as ItemId;
  assert.deepEqual(await ward.offer(nurse.changeset(document, undefined, { heads: [unknown], seq: 1, prev: new Uint8Array(0) })), { outcome: 'waiting', for: 'log-heads' });
});

test('LOG-10, LOG-3: a session says where it ended, and no more', async () => {
  const { ward, nurse, document } = await withNurse();
  const item = await ward.put(nurse.changeset(document));
  const ends = encodeSessionEnd([{ document, seq: 1, id: item.id }]);
  await ward.put(nurse.sign(SESSIONS_DOCUMENT, { type: 'session' }, ends));
  assert.deepEqual(await ward.offer(nurse.sign(SESSIONS_DOCUMENT, { type: 'session' }, ends)), refused('broken-chain'));
  const other = await ward.openSession(nurse.user);
  assert.deepEqual(await ward.offer(other.sign(SESSIONS_DOCUMENT, { type: 'session' }, ends.slice(1))), refused('malformed'));
  assert.equal(hexOf(ward.replica.certificateOf(nurse.id)?.user ?? nurse.id), hexOf(nurse.user.id));
});
