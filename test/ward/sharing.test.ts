/** Documents that several teams can open. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { documentId, hexOf, type DocumentId, type TeamId, type UserId } from '../../protocol/codec/ids.ts';
import { documentGrantBody } from '../../protocol/keys/grant.ts';
import { openBundle } from '../../protocol/keys/bundle.ts';
import { identityFromSeeds, type Identity } from '../../protocol/keys/identity.ts';
import { openKeyring, type Keyring } from '../../protocol/keys/keyring.ts';
import type { Replica } from '../../protocol/replica/replica.ts';
import { startSession } from '../../protocol/ward/session-signer.ts';
import type { Session } from '../../protocol/ward/session.ts';
import { TeamKeys } from '../../protocol/ward/team-keys.ts';
import { environment, exchange, addPlace, found, PASSWORD, unlock, type Place } from './small-ward.ts';

test('KEYS-10: a team that is given a document opens what was written and what will be, and so do those who had it', async () => {
  const { office, admin, tablet, red, blue } = await twoTeams();
  const document = await admin.create(red, { kind: 'note', word: 'first' });
  // A second epoch before it is shared: both have to come.
  const leaver = await member(admin, 'leaver-1', red);
  assert.ok((await admin.members.removeMember(red, leaver)).ok);
  await say(admin, document, 'second');
  await exchange(office, tablet, admin);
  const other = await unlock(tablet, 'blue-1');
  assert.equal(other.document(document)?.value, undefined);

  assert.deepEqual(await admin.share(blue, [document]), { ok: true, value: 1 });
  assert.deepEqual(await admin.share(blue, [document]), { ok: true, value: 0 }, 'once');
  await exchange(office, tablet, admin, other);
  assert.equal(other.document(document)?.value?.['word'], 'second');
  assert.equal(hexOf(admin.teamOf(document) ?? red), hexOf(red), 'it stays the first team\'s');
  await say(other, document, 'third');
  await exchange(office, tablet, admin, other);
  assert.equal(admin.document(document)?.value?.['word'], 'third');
  await other.lock();
  const first = await unlock(tablet, 'red-1');
  assert.equal(first.document(document)?.value?.['word'], 'third');
  await first.lock();
  await admin.lock();
});

test('KEYS-10: who leaves any of its teams opens nothing that is written then, and everybody else does', async () => {
  const { office, admin, tablet, red, blue } = await twoTeams();
  const leaver = await member(admin, 'leaver-1', blue);
  const document = await admin.create(red, { kind: 'note', word: 'first' });
  assert.ok((await admin.share(blue, [document])).ok);
  assert.ok((await admin.members.removeMember(blue, leaver)).ok);
  await say(admin, document, 'after');
  await exchange(office, tablet, admin);
  for (const [handle, word] of [['red-1', 'after'], ['blue-1', 'after'], ['leaver-1', 'first']] as const) {
    const session = await unlock(tablet, handle);
    assert.equal(session.document(document)?.value?.['word'], word, handle);
    await session.lock();
  }
  await admin.lock();
});

test('KEYS-10: what one team writes under a key of its own reaches the other by the next who is in both', async () => {
  const { office, admin, tablet, red, blue } = await twoTeams();
  const leaver = await member(admin, 'leaver-1', blue);
  const document = await admin.create(red, { kind: 'note', word: 'first' });
  assert.ok((await admin.share(blue, [document])).ok);
  assert.ok((await admin.members.removeMember(blue, leaver)).ok);
  await exchange(office, tablet, admin);
  await admin.lock();
  const blueOnly = await unlock(tablet, 'blue-1');
  await say(blueOnly, document, 'from blue');
  await blueOnly.lock();
  const waiting = await unlock(tablet, 'red-1');
  assert.equal(waiting.document(document)?.value?.['word'], 'first');
  const half = waiting.document(document);
  assert.ok(half !== undefined && waiting.awaitsKey(half));
  assert.deepEqual(waiting.document(document)?.setAside, [], 'nobody is blamed');

  await exchange(office, tablet, waiting);
  const both = await unlock(office, 'admin-1');
  await both.settled();
  await exchange(office, tablet, both, waiting);
  assert.equal(waiting.document(document)?.value?.['word'], 'from blue');
  await waiting.lock();
  await both.lock();
});

test('KEYS-10: nobody who cannot open a document has it given to a team', async () => {
  const { office, admin, tablet, red, blue } = await twoTeams();
  const document = await admin.create(red, { kind: 'note', word: 'first' });
  await exchange(office, tablet, admin);
  const { replica } = tablet;
  const identity = await identityOf(replica, 'blue-1');
  const keyring = await keysOf(replica, identity);
  const teamKey = keyring.teamKey(blue);
  assert.ok(teamKey !== undefined);
  const signer = await startSession({ replica, identity, deviceKey: tablet.key, ...environment });
  const { entropy } = environment;
  const invented = { epoch: 1, key: entropy.randomBytes(32), historyKey: entropy.randomBytes(32) };
  await signer.append(document, { type: 'grant', team: blue, epoch: teamKey.epoch }, (fields) =>
    documentGrantBody(replica.ward, document, invented, new Uint8Array(0), fields, teamKey, entropy));
  await exchange(office, tablet, admin);
  await say(admin, document, 'second');
  await exchange(office, tablet, admin);
  const grants = await grantsOf(replica, document);
  assert.deepEqual(grants.filter(({ team }) => hexOf(team) === hexOf(blue)).map(({ author }) => hexOf(author)), [hexOf(signer.session)], 'the one that was invented');
  const outside = await unlock(tablet, 'blue-1');
  assert.equal(outside.document(document)?.value, undefined);
  assert.deepEqual(await outside.share(blue, [documentId.from(entropy.randomBytes(16))]), { ok: false, failure: 'unknown-document' });
  assert.deepEqual(await outside.share(red, []), { ok: false, failure: 'not-in-team' });
  await outside.lock();
  await admin.lock();
});

/** Two care teams with a clinician each; the admin is in both. */
async function twoTeams(): Promise<{ office: Place; admin: Session; tablet: Place; red: TeamId; blue: TeamId }> {
  const office = await found();
  const admin = await unlock(office, 'admin-1');
  const [red, blue] = [await admin.members.addTeam('Red'), await admin.members.addTeam('Blue')];
  assert.ok(red.ok && blue.ok);
  await member(admin, 'red-1', red.value);
  await member(admin, 'blue-1', blue.value);
  return { office, admin, tablet: await addPlace(admin, office.replica), red: red.value, blue: blue.value };
}

async function member(admin: Session, handle: string, team: TeamId): Promise<UserId> {
  const user = await admin.members.addUser({ handle, name: handle, role: 'clinician', password: PASSWORD });
  assert.ok(user.ok);
  assert.ok((await admin.members.addMember(team, user.value)).ok);
  return user.value;
}

async function say(session: Session, document: DocumentId, word: string): Promise<void> {
  assert.notEqual(await session.edit(document, (draft) => { draft['word'] = word; }), null);
}

async function grantsOf(replica: Replica, document: DocumentId) {
  const grants: { readonly team: TeamId; readonly author: DocumentId | Uint8Array }[] = [];
  for (const { author, seq } of replica.frontier(document)) {
    for (const { fields: { content } } of await replica.read({ document, author }, 1, { maxItems: seq, maxBytes: 1024 * 1024 })) {
      if (content.type === 'grant') grants.push({ team: content.team, author });
    }
  }
  return grants;
}

async function identityOf(replica: Replica, handle: string): Promise<Identity> {
  const user = [...replica.state().users.values()].find((each) => each.handle === handle);
  assert.ok(user !== undefined);
  const seeds = await openBundle(user.bundle, PASSWORD, replica.ward, user.id);
  assert.ok(seeds.ok);
  return identityFromSeeds(user.id, seeds.value);
}

async function keysOf(replica: Replica, identity: Identity): Promise<Keyring> {
  const keyring = openKeyring(replica.ward, identity);
  await new TeamKeys(replica, keyring).readAll();
  return keyring;
}
