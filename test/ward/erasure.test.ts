import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { Chart } from '../../protocol/chart/chart.ts';
import { documentsOf } from '../../protocol/chart/erase.ts';
import { hexOf, type ItemId } from '../../protocol/codec/ids.ts';
import { keepCustody } from '../../protocol/replica/custody.ts';
import { openReplica } from '../../protocol/replica/open-replica.ts';
import { openLevelStore } from '../../protocol/store/level-store.ts';
import { backupDevice, lookInto } from '../../node/backup/device-backup.ts';
import { restoreBackup } from '../../node/backup/restore-backup.ts';
import type { Session } from '../../protocol/ward/session.ts';
import { copyItems } from '../../node/cli/copy-items.ts';
import { silentLog } from '../../node/device/real-environment.ts';
import { addPlace, environment, exchange, found, PASSWORD, unlock } from './small-ward.ts';

const root = await mkdtemp(join(tmpdir(), 'wardsync-erased-'));
const sessions: Session[] = [];
after(async () => {
  await Promise.all(sessions.map((session) => session.lock()));
  await rm(root, { recursive: true, force: true });
});

function done<T>(result: { readonly ok: true; readonly value: T } | { readonly ok: false; readonly failure: unknown }): T {
  if (!result.ok) throw new Error(JSON.stringify(result.failure));
  return result.value;
}

/** An admin and a privacy officer on two devices, with two patients. */
async function wardOfTwo() {
  const office = await found();
  const ada = await unlock(office, 'admin-1');
  done(await ada.members.addUser({ handle: 'officer-1', name: 'Olive', role: 'privacy', password: PASSWORD }));
  const desk = await addPlace(ada, office.replica);
  const chart = new Chart(ada, environment);
  const team = office.replica.state().everyone;
  const person = (family: string) => ({
    record: { kind: 'patient' as const, schema: 1 as const, name: { family, given: 'G' }, identifiers: {}, allergies: {}, conditions: {}, medications: {}, immunizations: {}, procedures: {}, measurements: {}, encounters: {} },
    stays: { first: { kind: 'stay' as const, schema: 1 as const, status: 'in-progress' as const, start: chart.now(), observations: {}, measurements: {}, notes: {}, orders: {}, administrations: {} } },
  });
  const patient = await chart.addPatient(team, person('Erased'));
  const other = await chart.addPatient(team, person('Kept'));
  await copyItems(office.replica, desk.replica);
  const olive = await unlock(desk, 'officer-1');
  sessions.push(ada, olive);
  return { office, desk, ada, olive, chart, patient, other };
}

async function erase({ office, desk, ada, olive, chart, patient }: Awaited<ReturnType<typeof wardOfTwo>>): Promise<ItemId> {
  const id = done(await ada.erasures.propose(documentsOf(chart, patient), 'Asked for on 3 March'));
  await exchange(office, desk, ada, olive);
  done(await olive.erasures.confirm(id));
  await exchange(office, desk, ada, olive);
  return id;
}

test('ERASE-1: alone nobody can begin, and the own proposal is not one’s own to confirm', async () => {
  const ward = await wardOfTwo();
  const { ada, olive, office, desk, chart, patient } = ward;
  const documents = documentsOf(chart, patient);
  assert.equal(documents.length, 2);
  assert.deepEqual(await ada.erasures.propose(documents, '  '), { ok: false, failure: 'bad-reason' });
  const id = done(await ada.erasures.propose(documents, 'Asked for on 3 March'));
  assert.deepEqual(await ada.erasures.propose(documents, 'Again'), { ok: false, failure: 'already-proposed' });
  assert.deepEqual(await ada.erasures.confirm(id), { ok: false, failure: 'own-erasure' });
  await exchange(office, desk, ada, olive);
  const [report] = await olive.erasures.report();
  assert.ok(report !== undefined);
  assert.equal(olive.erasures.reasonOf(report.erasure), 'Asked for on 3 March');
  await olive.lock();
  await ada.lock();

  const lonely = await found();
  const only = await unlock(lonely, 'admin-1');
  assert.deepEqual(await only.erasures.propose(documents, 'Why'), { ok: false, failure: 'no-second-signer' });
  await only.lock();
});

test('ERASE-3: an open session drops the patient at once, forgets the keys, and keeps everybody else', async () => {
  const ward = await wardOfTwo();
  const { ada, olive, chart, patient, other, office } = ward;
  const [record] = documentsOf(chart, patient);
  assert.ok(record !== undefined && ada.teamOf(record) !== undefined);
  const shown: unknown[] = [];
  ada.onChange(({ id, value }) => { if (hexOf(id) === patient) shown.push(value); });
  await erase(ward);
  assert.deepEqual(shown, [undefined]);
  assert.equal(chart.patient(patient), undefined);
  assert.equal(chart.file(patient), undefined);
  assert.equal(ada.teamOf(record), undefined, 'the keyring has forgotten its keys');
  assert.deepEqual([...chart.patients()].map(({ id }) => id), [other]);
  assert.equal([...chart.admissions()].length, 1);
  await assert.rejects(chart.edit(patient, (draft) => { draft['x'] = 1; }));
  assert.equal(office.replica.frontier(record).length, 0);
  await olive.lock();
  await ada.lock();
  const again = await unlock(office, 'admin-1');
  assert.deepEqual([...new Chart(again, environment).patients()].map(({ id }) => id), [other]);
  await again.lock();
});

test('ERASE-2: a restored backup does not bring the patient back, and what it holds is told', async () => {
  const ward = await wardOfTwo();
  const { office, desk, ada, olive, chart, patient, other } = ward;
  const store = await openLevelStore(join(root, 'archive'));
  const archive = await openReplica({ store, ward: office.replica.ward, log: silentLog });
  await copyItems(office.replica, archive);
  // Any device of the ward notes what is made of it; here the office's key signs for the copy.
  const custodian = await keepCustody({ replica: archive, key: office.key, clock: environment.clock, log: silentLog });
  const file = join(root, 'before.backup');
  const made = done(await backupDevice({ replica: archive, custodian }, { store, file, ward: archive.ward, deviceKind: 'archive', created: environment.clock.now() }));
  assert.equal(made.noted, true);
  await copyItems(archive, office.replica);
  await erase(ward);

  const [report] = await ada.erasures.report();
  assert.deepEqual(report?.backups.map(({ id, destroyed }) => [id, destroyed]), [[made.id, undefined]]);
  const content = done(await lookInto(office.replica, file));
  assert.equal(content.id, made.id);
  assert.ok(content.erasedItems >= 4, `${content.erasedItems} items`);

  const folder = join(root, 'restored');
  done(await restoreBackup({ file, folder }));
  const restored = await openReplica({ store: await openLevelStore(folder), ward: office.replica.ward, log: silentLog });
  assert.deepEqual(documentsOf(chart, patient), [], 'nobody here knows them any more');
  const gone = [...restored.documents()].filter((document) => office.replica.isErased(document));
  assert.equal(gone.length, 2, 'the old backup holds them');
  await copyItems(office.replica, restored);
  for (const document of gone) {
    assert.equal(restored.frontier(document).length, 0);
    assert.equal(restored.isErased(document), true);
  }
  await copyItems(restored, office.replica);
  assert.equal(office.replica.frontier(gone[0] ?? assert.fail()).length, 0);
  assert.deepEqual([...chart.patients()].map(({ id }) => id), [other]);

  await restored.close();
  await custodian.stop();
  await archive.close();
  await Promise.all([ada.lock(), olive.lock(), desk.replica.close()]);
});
