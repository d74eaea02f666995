/** Settling what a team is owed while the log goes on. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hexOf, type TeamId } from '../../protocol/codec/ids.ts';
import { openBundle } from '../../protocol/keys/bundle.ts';
import { decodeGrant } from '../../protocol/keys/grant.ts';
import { identityFromSeeds, type Identity } from '../../protocol/keys/identity.ts';
import { openKeyring, type Keyring } from '../../protocol/keys/keyring.ts';
import { teamDocument } from '../../protocol/membership/team-document.ts';
import type { Replica } from '../../protocol/replica/replica.ts';
import { startSession, type SessionSigner } from '../../protocol/ward/session-signer.ts';
import { TeamKeys } from '../../protocol/ward/team-keys.ts';
import { environment, found, PASSWORD, unlock } from './small-ward.ts';

test('KEYS-4: who is removed from a team while another team is granted gets no key of the next epoch', async () => {
  const office = await found();
  const { replica } = office;
  const session = await unlock(office, 'admin-1');
  const { members } = session;
  const nurse = await members.addUser({ handle: 'finch-7', name: 'Nia', role: 'clinician', password: PASSWORD });
  const other = await members.addUser({ handle: 'wren-3', name: 'Tom', role: 'clinician', password: PASSWORD });
  const red = await members.addTeam('Red');
  const blue = await members.addTeam('Blue');
  assert.ok(nurse.ok && other.ok && red.ok && blue.ok);
  const teams = [red.value, blue.value];
  for (const team of teams) for (const user of [nurse.value, other.value]) assert.ok((await members.addMember(team, user)).ok);
  await session.lock();

  const identity = await identityOf(replica, 'admin-1');
  const signer = await startSession({ replica, identity, deviceKey: office.key, ...environment });
  const keyring = openKeyring(replica.ward, identity);
  const teamKeys = new TeamKeys(replica, keyring);
  await teamKeys.readAll();
  for (const team of teams) await signer.operate({ type: 'remove-member', team, user: other.value });
  let later: TeamId | undefined;
  const interrupted: SessionSigner = {
    ...signer,
    async append(document, content, body) {
      const item = await signer.append(document, content, body);
      const granted = teams.find((team) => hexOf(teamDocument(replica.ward, team)) === hexOf(document));
      if (granted !== undefined && later === undefined) {
        later = teams.find((team) => team !== granted);
        assert.ok(later !== undefined);
        await signer.operate({ type: 'remove-member', team: later, user: nurse.value });
      }
      return item;
    },
  };
  await teamKeys.settle(interrupted, environment.entropy);
  assert.ok(later !== undefined);
  assert.equal(keyring.teamKey(later)?.epoch, 2, 'the team has its new key');
  assert.equal((await keysOf(replica, await identityOf(replica, 'finch-7'))).teamKey(later)?.epoch, 1);
});

test('KEYS-2: a team goes on past as many epochs as one grant links to, and who joins then reads what was written in the first', async () => {
  const office = await found();
  const { replica } = office;
  const session = await unlock(office, 'admin-1');
  const { members } = session;
  const goer = await members.addUser({ handle: 'goer-1', name: 'Gil', role: 'clinician', password: PASSWORD });
  const newcomer = await members.addUser({ handle: 'late-1', name: 'Lia', role: 'clinician', password: PASSWORD });
  const team = await members.addTeam('Larch');
  assert.ok(goer.ok && newcomer.ok && team.ok);
  assert.ok((await members.addMember(team.value, goer.value)).ok);
  const document = await session.create(team.value, { word: 'of the first epoch' });
  await session.lock();

  const identity = await identityOf(replica, 'admin-1');
  const signer = await startSession({ replica, identity, deviceKey: office.key, ...environment });
  const keyring = openKeyring(replica.ward, identity);
  const linked = 3;
  const teamKeys = new TeamKeys(replica, keyring, linked);
  await teamKeys.readAll();
  const last = 3 * linked + 2;
  for (let epoch = 2; epoch <= last; epoch++) {
    // As if somebody who holds the newest key had left: the goer comes and goes.
    await signer.operate({ type: 'remove-member', team: team.value, user: goer.value });
    await teamKeys.settle(signer, environment.entropy);
    await signer.operate({ type: 'add-member', team: team.value, user: goer.value });
    await teamKeys.settle(signer, environment.entropy);
  }
  assert.equal(keyring.teamKey(team.value)?.epoch, last);
  const own = replica.frontier(teamDocument(replica.ward, team.value)).find(({ author }) => hexOf(author) === hexOf(signer.session));
  assert.ok(own);
  const grants = await replica.read({ document: teamDocument(replica.ward, team.value), author: own.author }, 1, { maxItems: 100, maxBytes: 1 << 22 });
  for (const grant of grants.map(({ body }) => decodeGrant(body))) assert.ok(grant.type === 'team-epoch' && grant.earlier.length <= linked);

  await signer.operate({ type: 'add-member', team: team.value, user: newcomer.value });
  await teamKeys.settle(signer, environment.entropy);
  const theirs = await keysOf(replica, await identityOf(replica, 'late-1'));
  assert.deepEqual(theirs.teamKeys(team.value).map(({ epoch }) => epoch), Array.from({ length: last }, (_, before) => before + 1));
  const reader = await unlock(office, 'late-1');
  assert.deepEqual(reader.document(document)?.value, { word: 'of the first epoch' });
  await reader.lock();
});

test('KEYS-4: a key that could not be given to anybody is used for nothing', async () => {
  const office = await found();
  const { replica } = office;
  const session = await unlock(office, 'admin-1');
  const goer = await session.members.addUser({ handle: 'goer-1', name: 'Gil', role: 'clinician', password: PASSWORD });
  const team = await session.members.addTeam('Larch');
  assert.ok(goer.ok && team.ok);
  assert.ok((await session.members.addMember(team.value, goer.value)).ok);
  await session.lock();
  const identity = await identityOf(replica, 'admin-1');
  const signer = await startSession({ replica, identity, deviceKey: office.key, ...environment });
  const keyring = openKeyring(replica.ward, identity);
  const teamKeys = new TeamKeys(replica, keyring);
  await teamKeys.readAll();
  await signer.operate({ type: 'remove-member', team: team.value, user: goer.value });
  await assert.rejects(teamKeys.settle({ ...signer, append: () => Promise.reject(new Error('the disk is full')) }, environment.entropy), /full/);
  assert.equal(keyring.teamKey(team.value)?.epoch, 1);
  await teamKeys.settle(signer, environment.entropy);
  assert.equal(keyring.teamKey(team.value)?.epoch, 2);
});

test('KEYS-4: of readings that overlap each waits until the keys are opened, and one says that they are new', async () => {
  const office = await found();
  const identity = await identityOf(office.replica, 'admin-1');
  const keyring = openKeyring(office.replica.ward, identity);
  const teamKeys = new TeamKeys(office.replica, keyring);
  const { everyone } = office.replica.state();
  const readings = [teamKeys.readAll(), teamKeys.readAll()].map(async (reading) => {
    const isNew = await reading;
    assert.ok(keyring.teamKey(everyone) !== undefined);
    return isNew;
  });
  assert.equal((await Promise.all(readings)).filter((isNew) => isNew).length, 1);
});

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
