import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deviceId, hexOf, LOG_DOCUMENT, type DeviceId, type TeamId, type UserId } from '../../protocol/codec/ids.ts';
import type { SigningKey } from '../../protocol/crypto/signing/signature.ts';
import { openBundle, sealBundle } from '../../protocol/keys/bundle.ts';
import { identityFromSeeds } from '../../protocol/keys/identity.ts';
import { teamDocument } from '../../protocol/membership/team-document.ts';
import type { Replica } from '../../protocol/replica/replica.ts';
import type { Session } from '../../protocol/ward/session.ts';
import { startSession } from '../../protocol/ward/session-signer.ts';
import { devicesInUse } from '../../protocol/ward/devices.ts';
import { invitationKey } from '../../protocol/network/join-code.ts';
import { inviteDevice } from '../../node/cli/invite.ts';
import { realEntropy } from '../../node/device/real-environment.ts';
import { addPlace, environment, exchange, found, joinBy, PASSWORD, unlock, type Place } from './small-ward.ts';

test('REVOKE-1: a lost tablet and its page are shut out by one report, which names who had unlocked there', async () => {
  const { office, admin, tablet, page, nurse, session } = await wardWithTablet();
  await session.lock();
  const use = devicesInUse(office.replica).find(({ device }) => hexOf(device.id) === hexOf(idOf(tablet)));
  assert.deepEqual(use?.others.map(hexOf), [hexOf(idOf(page))]);

  const reported = await admin.members.reportLost(idOf(tablet));
  assert.ok(reported.ok);
  assert.deepEqual(reported.value.devices.map(({ id }) => hexOf(id)), [hexOf(idOf(page)), hexOf(idOf(tablet))], 'the page goes first');
  assert.deepEqual(reported.value.users.map(hexOf), [hexOf(nurse)]);
  for (const key of [tablet, page]) assert.notEqual(office.replica.state().devices.get(hexOf(idOf(key)))?.removal, undefined);
  assert.deepEqual(await admin.members.reportLost(idOf(tablet)), { ok: false, failure: 'unknown-device' });
  assert.deepEqual(await admin.members.reportLost(idOf(office.key)), { ok: false, failure: 'own-device' });
  await admin.lock();
});

test('REVOKE-1: what was written on a lost device stands up to the cut, and what it writes later does not get in', async () => {
  const { office, admin, page, place, document, session } = await wardWithTablet();
  await session.edit(document, (draft) => { draft['before'] = 'known'; });
  await exchange(office, place, admin);
  await session.edit(document, (draft) => { draft['beyond'] = 'the cut'; });
  assert.ok((await admin.members.reportLost(idOf(page))).ok);
  await exchange(office, place, admin);
  assert.deepEqual(admin.document(document)?.value, { kind: 'note', a: 1, before: 'known' });
  assert.equal(admin.document(document)?.setAside[0]?.reason, 'disputed');
  await assert.rejects(session.edit(document, (draft) => { draft['more'] = 1; }), /not admitted|set aside/);
  await session.lock();
  await admin.lock();
});

test('REVOKE-2: every team of who had unlocked on a lost device has a new key, and no other team; an offline device gets it when it returns', async () => {
  const { office, admin, tablet, team, otherTeam, document, session } = await wardWithTablet();
  const away = await addPlace(admin, office.replica);
  await session.lock();
  const before = { team: grantsOf(office.replica, team), other: grantsOf(office.replica, otherTeam) };
  assert.ok((await admin.members.reportLost(idOf(tablet))).ok);
  assert.equal(grantsOf(office.replica, team), before.team + 1);
  assert.equal(grantsOf(office.replica, otherTeam), before.other);
  await admin.edit(document, (draft) => { draft['after'] = 'the loss'; });
  await admin.members.settleOwed();
  assert.equal(grantsOf(office.replica, team), before.team + 1, 'once');

  await exchange(office, away, admin);
  const back = await unlock(away, 'heron-42');
  assert.deepEqual(back.document(document)?.value, { kind: 'note', a: 1, after: 'the loss' });
  await back.lock();
  await admin.lock();
});

test('REVOKE-2: a rotation that the reporting admin did not get to is done by the next one', async () => {
  const { office, admin, tablet, team, session } = await wardWithTablet();
  await session.lock();
  const helper = await admin.members.addUser({ handle: 'admin-2', name: 'Olu Brandt', role: 'admin', password: PASSWORD });
  assert.ok(helper.ok);
  assert.ok((await admin.members.addMember(team, helper.value)).ok);
  const desk = await addPlace(admin, office.replica);
  const second = await unlock(desk, 'admin-2');
  const epoch = grantsOf(office.replica, team);
  assert.ok((await admin.members.reportLost(idOf(tablet))).ok);
  // Of the report, only the operations arrive: as when the first admin's device dies before the rotation.
  await copyLog(office.replica, desk.replica);
  await second.settled();
  await second.members.settleOwed();
  assert.equal(grantsOf(desk.replica, team), epoch + 1);
  await second.lock();
  await admin.lock();
});

test('REVOKE-3: who had unlocked on a lost device is asked to change the password, until a bundle is set that knows of the loss', async () => {
  const { office, admin, tablet, session, nurse } = await wardWithTablet();
  await session.lock();
  assert.ok((await admin.members.reportLost(idOf(tablet))).ok);
  assert.deepEqual(admin.lostSincePassword(), []);
  const elsewhere = await addPlace(admin, office.replica);
  const again = await unlock(elsewhere, 'heron-42');
  assert.deepEqual(again.lostSincePassword().map(({ sealedName }) => again.members.nameOf(sealedName)), ['Tablet, page']);
  await setBundleAnew(elsewhere, nurse);
  assert.deepEqual(again.lostSincePassword(), []);
  await again.lock();
  await admin.lock();
});

interface Scene {
  readonly office: Place;
  readonly admin: Session;
  readonly tablet: SigningKey;
  readonly page: SigningKey;
  /** The page's own replica, with the nurse's session on it. */
  readonly place: Place;
  readonly session: Session;
  readonly team: TeamId;
  readonly otherTeam: TeamId;
  readonly document: Awaited<ReturnType<Session['create']>>;
  readonly nurse: Session['user'];
}

/** A tablet and its page that came in by one code, and a nurse who is unlocked on the page. */
async function wardWithTablet(): Promise<Scene> {
  const office = await found();
  const admin = await unlock(office, 'admin-1');
  const [team, otherTeam] = [await admin.members.addTeam('Larch'), await admin.members.addTeam('Elm')];
  const nurse = await admin.members.addUser({ handle: 'heron-42', name: 'Nora Quist', role: 'clinician', password: PASSWORD });
  assert.ok(team.ok && otherTeam.ok && nurse.ok);
  assert.ok((await admin.members.addMember(team.value, nurse.value)).ok);
  const document = await admin.create(team.value, { kind: 'note', a: 1 });

  const secret = await inviteDevice(admin, office.replica, environment, { kind: 'tablet', name: 'Tablet', expires: environment.clock.now() + 60_000 });
  assert.ok(secret.ok);
  const tablet = await joinBy(office.replica, invitationKey(secret.value, office.replica.ward, 'tablet'));
  const page = await joinBy(office.replica, invitationKey(secret.value, office.replica.ward, 'client'));
  const place = { ...await addPlace(admin, office.replica), key: page };
  const session = await unlock(place, 'heron-42');
  await exchange(office, place, admin, session);
  return { office, admin, tablet, page, place, session, team: team.value, otherTeam: otherTeam.value, document, nurse: nurse.value };
}


/** As a change of the password does. */
async function setBundleAnew({ replica, key }: Place, user: UserId): Promise<void> {
  const seeds = await openBundle(replica.state().users.get(hexOf(user))?.bundle ?? new Uint8Array(0), PASSWORD, replica.ward, user);
  assert.ok(seeds.ok);
  const signer = await startSession({ replica, identity: identityFromSeeds(user, seeds.value), deviceKey: key, clock: environment.clock, entropy: realEntropy });
  await signer.operate({ type: 'set-bundle', user, bundle: await sealBundle(seeds.value, 'another horse battery', replica.ward, user, realEntropy) });
}

async function copyLog(from: Replica, to: Replica): Promise<void> {
  for (let round = 0; round < 4; round++) {
    for (const { author } of from.frontier(LOG_DOCUMENT)) {
      const chain = { document: LOG_DOCUMENT, author };
      await to.offer(await from.run(chain, (to.head(chain)?.seq ?? 0) + 1, { maxItems: 256, maxBytes: 1024 * 1024 }));
    }
  }
}

/** Grants of the team so far: a new epoch is one more. */
function grantsOf(replica: Replica, team: TeamId): number {
  return replica.frontier(teamDocument(replica.ward, team)).reduce((sum, { seq }) => sum + seq, 0);
}

function idOf(key: SigningKey): DeviceId {
  return deviceId.from(key.publicKey);
}
