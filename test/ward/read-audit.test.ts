import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Chart } from '../../protocol/chart/chart.ts';
import { openFile } from '../../protocol/chart/openings.ts';
import { equalBytes } from '../../protocol/codec/bytes.ts';
import { AUDIT_DOCUMENT, documentId, hexOf, type TeamId, type UserId } from '../../protocol/codec/ids.ts';
import { SUITE } from '../../protocol/crypto/labels.ts';
import { encodeAudit } from '../../protocol/items/audit.ts';
import { encodeFields, encodeItem, signItem } from '../../protocol/items/item.ts';
import { MAX_ENTRIES, sealAuditKey, sealOpenings } from '../../protocol/keys/audit-seal.ts';
import { openBundle } from '../../protocol/keys/bundle.ts';
import { identityFromSeeds } from '../../protocol/keys/identity.ts';
import type { Replica } from '../../protocol/replica/replica.ts';
import { StoreError } from '../../protocol/store/item-store.ts';
import { auditReaders } from '../../protocol/ward/read-audit.ts';
import { startSession, type SessionSigner } from '../../protocol/ward/session-signer.ts';
import type { Session } from '../../protocol/ward/session.ts';
import { addPlace, environment, exchange, found, PASSWORD, unlock, type Place } from './small-ward.ts';

const PERSON = { kind: 'patient', name: { family: 'Okonjo', given: 'Ife' }, identifiers: { 'urn:wardsync:mrn': 'MRN-7' }, stays: {} };
const PART = { how: 'screen' } as const;

interface Scene {
  readonly office: Place;
  readonly admin: Session;
  readonly team: TeamId;
  readonly patient: string;
}

async function scene(): Promise<Scene> {
  const office = await found();
  const admin = await unlock(office, 'admin-1');
  const team = await admin.members.addTeam('Larch');
  assert.ok(team.ok);
  return { office, admin, team: team.value, patient: hexOf(await admin.create(team.value, PERSON)) };
}

async function addUser({ admin, team }: Scene, handle: string, role: 'clinician' | 'privacy'): Promise<UserId> {
  const added = await admin.members.addUser({ handle, name: `The ${handle}`, role, password: PASSWORD });
  assert.ok(added.ok);
  if (role === 'clinician') assert.ok((await admin.members.addMember(team, added.value)).ok);
  return added.value;
}

const open = (session: Session, patient: string) => openFile(session, new Chart(session, environment), { ...PART, patient });

/** As `replica`, but for what happens to the items of the audit on their way in. */
function withAuditWay(replica: Replica, way: (offer: () => ReturnType<Replica['offer']>) => ReturnType<Replica['offer']>): Replica {
  return new Proxy(replica, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target);
      if (name === 'offer') return (run: Parameters<Replica['offer']>[0]) => (equalBytes(run.document, AUDIT_DOCUMENT) ? way(() => target.offer(run)) : target.offer(run));
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}

test('AUDIT-1: a patient is shown once the opening is durable, and not at all when it cannot be written', async () => {
  const { office, admin, patient } = await scene();
  let letGo = (): void => {};
  const held = new Promise<void>((resolve) => { letGo = resolve; });
  const slow = await unlock({ ...office, replica: withAuditWay(office.replica, (offer) => held.then(offer)) }, 'admin-1');
  let shown = false;
  const opening = open(slow, patient).then((opened) => { shown = true; return opened; });
  await slow.settled();
  assert.equal(shown, false);
  assert.equal(office.replica.frontier(AUDIT_DOCUMENT).length, 0);
  letGo();
  assert.ok((await opening).ok);
  assert.equal(office.replica.frontier(AUDIT_DOCUMENT).length, 1);
  await slow.lock();

  const full = await unlock({ ...office, replica: withAuditWay(office.replica, () => Promise.reject(new StoreError('disk-full', 'full'))) }, 'admin-1');
  assert.deepEqual(await open(full, patient), { ok: false, failure: 'not-recorded' });
  const barred = await unlock({ ...office, replica: withAuditWay(office.replica, () => Promise.resolve({ outcome: 'refused', reason: 'role' })) }, 'admin-1');
  assert.deepEqual(await open(barred, patient), { ok: false, failure: 'not-recorded' });
  await Promise.all([full.lock(), barred.lock()]);
  await admin.lock();
});

test('AUDIT-1: what is opened at once is written together, each of it, in few items', async () => {
  const { office, admin, patient } = await scene();
  const count = 2 * MAX_ENTRIES + 3;
  const opened = await Promise.all(Array.from({ length: count }, () => open(admin, patient)));
  assert.ok(opened.every(({ ok }) => ok));
  assert.equal((await admin.auditReader.read()).openings.length, count);
  assert.ok((office.replica.frontier(AUDIT_DOCUMENT)[0]?.seq ?? 0) <= 5);
  await admin.lock();
});

test('AUDIT-2: a privacy officer reads who opened what, when and on which device; nobody else reads it', async () => {
  const ward = await scene();
  const { office, admin, patient } = ward;
  const nurse = await addUser(ward, 'heron-42', 'clinician');
  await addUser(ward, 'owl-1', 'privacy');
  const tablet = await addPlace(admin, office.replica);
  const reader = await unlock(tablet, 'heron-42');
  const before = environment.clock.now();
  assert.ok((await open(reader, patient)).ok);
  await exchange(office, tablet, admin, reader);

  const officer = await unlock(office, 'owl-1');
  const { openings: [seen, ...rest], troubles } = await officer.auditReader.read();
  assert.ok(seen !== undefined && rest.length === 0);
  assert.deepEqual(troubles, []);
  assert.deepEqual([hexOf(seen.user), hexOf(seen.device), hexOf(seen.patient)], [hexOf(nurse), Buffer.from(tablet.key.publicKey).toString('hex'), patient]);
  assert.deepEqual([seen.how, seen.name, seen.number, seen.isDisputed], ['screen', 'Okonjo, Ife', 'MRN-7', false]);
  assert.ok(seen.at >= before && seen.at <= environment.clock.now());

  for (const other of [admin, reader]) {
    const read = await other.auditReader.read();
    assert.deepEqual([read.openings.length, read.troubles.map(({ kind, items }) => [kind, items])], [0, [['sealed-to-others', 1]]]);
  }
  for (const session of [reader, officer, admin]) await session.lock();
});

test('AUDIT-3: without a privacy officer the admins read it; an officer gets what comes from then on', async () => {
  const ward = await scene();
  const { office, admin, patient } = ward;
  assert.ok((await open(admin, patient)).ok);
  await addUser(ward, 'owl-1', 'privacy');
  assert.ok((await open(admin, patient)).ok);
  const officer = await unlock(office, 'owl-1');
  const asOfficer = await officer.auditReader.read();
  assert.deepEqual([asOfficer.openings.length, asOfficer.troubles.map(({ kind, items }) => [kind, items])], [1, [['sealed-to-others', 1]]]);
  const asAdmin = await admin.auditReader.read();
  assert.deepEqual([asAdmin.openings.length, asAdmin.troubles.map(({ kind, items }) => [kind, items])], [1, [['sealed-to-others', 1]]]);
  assert.ok((await open(admin, patient)).ok);
  assert.equal((await officer.auditReader.read()).openings.length, 2);
  await officer.lock();
  await admin.lock();
});

/** A session of the admin's in a program that signs what it likes. */
async function crooked({ replica, key }: Place) {
  const user = [...replica.state().users.values()].find(({ handle }) => handle === 'admin-1');
  assert.ok(user !== undefined);
  const seeds = await openBundle(user.bundle, PASSWORD, replica.ward, user.id);
  assert.ok(seeds.ok);
  return startSession({ replica, identity: identityFromSeeds(user.id, seeds.value), deviceKey: key, ...environment });
}

test('AUDIT-4: what a crooked app seals to others, to nobody, or wrongly, and a fork, are shown with who signed', async () => {
  const ward = await scene();
  const { office, admin } = ward;
  const { replica } = office;
  await addUser(ward, 'owl-1', 'privacy');
  const readers = auditReaders(replica.state());
  const own = [...replica.state().users.values()].filter(({ handle }) => handle === 'admin-1').map(({ id, kemKey }) => ({ user: id, kemKey }));
  const key = environment.entropy.randomBytes(32);
  const entry = { at: 1, how: 'screen', patient: documentId.from(new Uint8Array(16)), name: 'A', number: '', documents: [] } as const;
  const seal = (session: SessionSigner, sealKey: Uint8Array, fields: Uint8Array) => sealOpenings(sealKey, replica.ward, session.session, [entry], fields, environment.entropy);
  const troublesOf = async (write: (session: SessionSigner) => Promise<unknown>): Promise<readonly unknown[]> => {
    const session = await crooked(office);
    await write(session);
    const officer = await unlock(office, 'owl-1');
    const { troubles } = await officer.auditReader.read();
    await officer.lock();
    return troubles.filter((trouble) => equalBytes(trouble.session, session.session)).map(({ kind, items, user }) => [kind, items, user && hexOf(user) === hexOf(admin.user)]);
  };

  assert.deepEqual(await troublesOf((session) => session.append(AUDIT_DOCUMENT, { type: 'audit' }, async (fields) =>
    encodeAudit({ readers: await sealAuditKey(key, replica.ward, session.session, own, fields, environment.entropy), sealed: seal(session, key, fields) }))), [['withheld', 1, true]]);
  assert.deepEqual(await troublesOf((session) => session.append(AUDIT_DOCUMENT, { type: 'audit' }, (fields) =>
    encodeAudit({ readers: readers.map(({ user }) => ({ user, sealed: new Uint8Array(1168) })), sealed: seal(session, key, fields) }))), [['unreadable', 1, true]]);
  assert.deepEqual(await troublesOf((session) => session.append(AUDIT_DOCUMENT, { type: 'audit' }, async (fields) =>
    encodeAudit({ readers: await sealAuditKey(key, replica.ward, session.session, readers, fields, environment.entropy), sealed: seal(session, new Uint8Array(32), fields) }))), [['unreadable', 1, true]]);
  // Another session's entries under an own key: the place is bound.
  assert.deepEqual(await troublesOf((session) => session.append(AUDIT_DOCUMENT, { type: 'audit' }, async (fields) =>
    encodeAudit({ readers: await sealAuditKey(key, replica.ward, session.session, readers, fields, environment.entropy), sealed: seal(session, key, fields.slice(1)) }))), [['unreadable', 1, true]]);
  assert.deepEqual(await troublesOf(async (session) => {
    const made = await session.append(AUDIT_DOCUMENT, { type: 'audit' }, async (fields) =>
      encodeAudit({ readers: await sealAuditKey(key, replica.ward, session.session, readers, fields, environment.entropy), sealed: seal(session, key, fields) }));
    const { suite, content, ...place } = made.fields;
    assert.equal(suite, SUITE);
    const other = signItem(session.key, replica.ward, encodeFields({ ...place, time: place.time + 1 }, content), made.body);
    assert.deepEqual(await replica.offer({ document: AUDIT_DOCUMENT, author: session.session, items: [encodeItem(other)] }), { outcome: 'refused', reason: 'forked' });
  }), [['forked', 1, true]]);
  await admin.lock();
});

test('AUDIT-4: an end that is missing and a gap are shown with who signed', async () => {
  const ward = await scene();
  const { office, admin, patient } = ward;
  await addUser(ward, 'owl-1', 'privacy');
  for (let i = 0; i < 3; i++) assert.ok((await open(admin, patient)).ok);
  await admin.lock();
  const officer = await unlock(office, 'owl-1');
  const chain = office.replica.frontier(AUDIT_DOCUMENT)[0];
  assert.ok(chain !== undefined && chain.seq === 3);
  assert.deepEqual((await officer.auditReader.read()).troubles, []);
  await officer.lock();

  // A replica that withholds the last, or one in the middle.
  const without = (drop: number): Replica => new Proxy(office.replica, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target);
      if (name === 'frontier') return (document: Parameters<Replica['frontier']>[0]) => target.frontier(document).map((entry) => (equalBytes(document, AUDIT_DOCUMENT) && drop === 3 ? { ...entry, seq: 2 } : entry));
      if (name === 'read') return async (...[of, from, limit]: Parameters<Replica['read']>) => (await target.read(of, from, limit)).filter(({ fields }) => !equalBytes(of.document, AUDIT_DOCUMENT) || fields.seq !== drop);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
  for (const [drop, kind] of [[3, 'end-missing'], [2, 'gap']] as const) {
    const cheated = await unlock({ ...office, replica: without(drop) }, 'owl-1');
    const { openings, troubles } = await cheated.auditReader.read();
    assert.equal(openings.length, 2);
    assert.deepEqual(troubles.map((trouble) => [trouble.kind, trouble.items, hexOf(trouble.session)]), [[kind, 1, hexOf(chain.author)]]);
    await cheated.lock();
  }
});
