import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hexOf, inviteId, teamId, userId, type DocumentId } from '../../protocol/codec/ids.ts';
import { signingKeyFromSeed } from '../../protocol/crypto/signing/signature.ts';
import { encodeFields, encodeItem, signItem, type Item } from '../../protocol/items/item.ts';
import { documentGrantBody, originatedDocument, type DocumentSecrets, type TeamKey } from '../../protocol/keys/grant.ts';
import { identityFromSeeds } from '../../protocol/keys/identity.ts';
import { openKeyring, type Keyring } from '../../protocol/keys/keyring.ts';
import { encodeOperation } from '../../protocol/membership/operation.ts';
import { teamDocument } from '../../protocol/membership/team-document.ts';
import { buildWard, offerTo, userRecord, type TestSession, type TestWard } from '../support/ward-builder.ts';
import { addPlace, exchange, found, unlock, type Place } from './small-ward.ts';

test('ATTACK 1: a user\'s public key that was swapped, in the log or in a fresh one, is refused', async () => {
  const ward = await buildWard();
  const user = ward.newUser('heron-42', 'clinician');
  const addition = ward.addition(user);
  const { certificate } = ward.founder;
  const swapped = encodeOperation({ operation: { type: 'add-user', ...userRecord(ward.random, user), kemKey: new Uint8Array(1216).fill(7) }, certificate });
  const altered = { ...encodeItem(addition), body: swapped };
  assert.deepEqual(await ward.replica.offer({ document: addition.fields.document, author: addition.fields.author, items: [altered] }), { outcome: 'refused', reason: 'bad-signature' });

  const stranger = ward.newSession({ ...ward.founder.user, key: signingKeyFromSeed(ward.random.randomBytes(32)) });
  assert.equal((await ward.offer(ward.addition(user, stranger))).outcome, 'refused', 'a session that another key certified');
  assert.equal(ward.replica.state().users.has(hexOf(user.id)), false);
  await ward.put(addition);
  const other = ward.addition(user, ward.founder);
  assert.equal((await ward.offer(other)).outcome, 'refused', 'whoever is there is not added again with another key');
});

test('KEYS-7, ATTACK 2: a document key that the adversary chose is nobody\'s', async () => {
  const ward = await buildWard();
  const insider = await ward.join('heron-42', 'clinician');
  const everyone: TeamKey = { team: ward.everyone, epoch: 1, key: ward.random.randomBytes(32) };
  const nonce = ward.random.randomBytes(16);
  const document = originatedDocument(ward.id, ward.founder.id, nonce);
  const secrets = newSecrets(ward);
  const origin = grant(ward, ward.founder, document, everyone, secrets, nonce);
  const chosen = [
    grant(ward, insider, document, everyone, { ...newSecrets(ward), epoch: 2 }, new Uint8Array(0)),
    grant(ward, insider, document, everyone, newSecrets(ward), nonce),
    grant(ward, insider, document, everyone, newSecrets(ward), ward.random.randomBytes(16)),
  ];
  const holds = (keyring: Keyring): void => assert.deepEqual(keyring.newestSecrets(document)?.key, secrets.key);

  for (const injected of chosen) {
    const after = keyringOf(ward, everyone);
    assert.equal(after.readDocumentGrant(origin), 'opened');
    assert.equal(after.readDocumentGrant(injected), 'refused');
    holds(after);
    const before = keyringOf(ward, everyone);
    before.readDocumentGrant(injected);
    assert.equal(before.readDocumentGrant(origin), 'opened');
    holds(before);
    assert.deepEqual(before.documentSecrets(document, 1).map(({ key }) => key), [secrets.key]);
  }

  const unsigned = { ...encodeItem(origin), signature: new Uint8Array(64) };
  assert.equal((await ward.replica.offer({ document, author: ward.founder.id, items: [unsigned] })).outcome, 'refused');
  const later = grant(ward, insider, document, everyone, { epoch: 2, key: ward.random.randomBytes(32), historyKey: secrets.historyKey }, new Uint8Array(0));
  const keyring = keyringOf(ward, everyone);
  keyring.readDocumentGrant(origin);
  assert.equal(keyring.readDocumentGrant(later), 'opened', 'who holds the secrets may give a new epoch');
});

test('KEYS-5, ATTACK 2: a team key comes from an admin or not at all', async () => {
  const ward = await buildWard();
  const insider = await ward.join('heron-42', 'clinician');
  const team = teamId.from(ward.random.randomBytes(16));
  await ward.put(ward.founder.operation({ type: 'add-team', team, sealedName: ward.random.randomBytes(40) }));
  assert.deepEqual(await ward.offer(insider.grant(teamDocument(ward.id, team), team)), { outcome: 'refused', reason: 'role' });
  const keyring = keyringOf(ward, { team, epoch: 1, key: ward.random.randomBytes(32) });
  assert.equal(await keyring.readTeamGrant(ward.founder.grant(teamDocument(ward.id, team), team), 'clinician'), 'refused');
});

test('ATTACK 15: one device, copied and unlocked twice: two sessions, both merge, no key or actor twice', async () => {
  const office = await found();
  const admin = await unlock(office, 'admin-1');
  const team = await admin.members.addTeam('Larch');
  assert.ok(team.ok);
  const document = await admin.create(team.value, { kind: 'note', a: 1 });
  const tablet = await addPlace(admin, office.replica);
  const copy: Place = { key: tablet.key, replica: (await addPlace(admin, office.replica)).replica };
  const one = await unlock(tablet, 'admin-1');
  const two = await unlock(copy, 'admin-1');
  await one.edit(document, (draft) => { draft['b'] = 2; });
  await two.edit(document, (draft) => { draft['c'] = 3; });
  await exchange(tablet, copy, one, two);
  assert.deepEqual(one.document(document)?.value, { kind: 'note', a: 1, b: 2, c: 3 });
  assert.deepEqual(two.document(document)?.value, { kind: 'note', a: 1, b: 2, c: 3 });
  const chains = tablet.replica.frontier(document);
  assert.equal(new Set(chains.map(({ author }) => hexOf(author))).size, 3);
  assert.equal(chains.some(({ author }) => tablet.replica.isForked({ document, author })), false);
  for (const session of [one, two, admin]) await session.lock();
});

test('ATTACK 20: nobody adds themselves, as a member, an admin, a device, or to a team', async () => {
  const ward = await buildWard();
  const nurse = await ward.join('heron-42', 'clinician');
  const own = ward.newUser('cuckoo', 'admin');
  const stranger = ward.newSession(own);
  const device = ward.newDevice('client');
  const before = ward.replica.state();
  // Each is the first of its chain, so that none is refused for want of the one before.
  const first = { seq: 1, prev: new Uint8Array(0) };
  const attempts: Readonly<Record<string, Item>> = {
    'a stranger as a member': ward.addition(own, stranger, first),
    'a stranger with a session': stranger.start(),
    'a clinician makes a member': ward.addition(own, nurse, first),
    'a clinician becomes an admin': nurse.operation({ type: 'set-role', user: nurse.user.id, role: 'admin' }, first),
    'a clinician joins the admins': nurse.operation({ type: 'add-member', team: ward.admins, user: nurse.user.id }, first),
    'a clinician adds a device': nurse.operation({ type: 'add-device', device: device.id, kind: 'client', sealedName: new Uint8Array(40) }, first),
    'a clinician invites': nurse.operation({ type: 'invite', invite: inviteId.from(new Uint8Array(32)), kind: 'client', expires: Number.MAX_SAFE_INTEGER, sealedName: new Uint8Array(40) }, first),
    'a device without an invitation': ward.joining(signingKeyFromSeed(ward.random.randomBytes(32)), device),
    'another genesis': (await buildWard({ seed: 'another' })).genesis,
  };
  for (const [name, item] of Object.entries(attempts)) {
    const verdict = await offerTo(ward.replica, item);
    assert.equal(verdict.outcome, 'refused', `${name}: ${JSON.stringify(verdict)}`);
  }
  const after = ward.replica.state();
  assert.deepEqual([...after.users.keys()], [...before.users.keys()]);
  assert.deepEqual([...after.devices.keys()], [...before.devices.keys()]);
  assert.equal(after.users.get(hexOf(nurse.user.id))?.role, 'clinician');
  assert.equal(after.teams.get(hexOf(ward.admins))?.members.has(hexOf(nurse.user.id)), false);
});

function newSecrets(ward: TestWard): DocumentSecrets {
  return { epoch: 1, key: ward.random.randomBytes(32), historyKey: ward.random.randomBytes(32) };
}

function grant(ward: TestWard, author: TestSession, document: DocumentId, teamKey: TeamKey, secrets: DocumentSecrets, nonce: Uint8Array): Item {
  const place = { document, author: author.id, seq: 1, prev: new Uint8Array(0), heads: ward.heads(), time: ward.clock.now() };
  const fields = encodeFields(place, { type: 'grant', team: teamKey.team, epoch: teamKey.epoch });
  return signItem(author.key, ward.id, fields, documentGrantBody(ward.id, document, secrets, nonce, fields, teamKey, ward.random));
}

function keyringOf(ward: TestWard, ...teamKeys: readonly TeamKey[]): Keyring {
  const identity = identityFromSeeds(userId.from(new Uint8Array(16)), { signing: new Uint8Array(32).fill(1), kem: new Uint8Array(32).fill(2) });
  const keyring = openKeyring(ward.id, identity);
  for (const key of teamKeys) keyring.addTeamKey(key);
  return keyring;
}
