import assert from 'node:assert/strict';
import { test } from 'node:test';
import { certificateEnd } from '../../protocol/authority/certificate-end.ts';
import { Chart } from '../../protocol/chart/chart.ts';
import { examine, type Examination, type PeerSight } from '../../protocol/chart/doctor.ts';
import { doctorWords, findingText } from '../../protocol/chart/doctor-words.ts';
import { deviceId, hexOf } from '../../protocol/codec/ids.ts';
import { demoWard } from '../../protocol/clinical/demo-ward.ts';
import type { Session } from '../../protocol/ward/session.ts';
import { presentWard } from '../ward/present-ward.ts';
import { environment, found, PASSWORD, unlock, type Place } from '../ward/small-ward.ts';

const DAY = 86_400_000;

test('DOCTOR-1: the doctor says who can open what, and which patients fewer than two people can open', async () => {
  const office = await found();
  const admin = await unlock(office, 'admin-1');
  const team = await admin.members.addTeam('Larch');
  assert.ok(team.ok);
  const chart = new Chart(admin, environment);
  const [patient] = demoWard({ seed: 1, now: environment.clock.now(), patients: 1 }).patients;
  assert.ok(patient !== undefined);
  await chart.addPatient(team.value, { record: patient.record, stays: {} });
  const alone = look(admin, office);
  assert.deepEqual(alone.teams.find(({ name }) => name === 'Larch'), { name: 'Larch', isBuiltIn: undefined, canOpen: ['Ada Minton'], waiting: [], patients: 1, documents: 1 });
  assert.deepEqual(codes(alone), ['few-openers', 'one-admin', 'no-policy', 'no-archive', 'no-officer', 'not-backed-up']);
  assert.match(textOf(alone, 'few-openers'), /^1 patient of the team 'Larch' can be opened by Ada Minton alone\. Add a second person/);

  const nurse = await admin.members.addUser({ handle: 'heron-42', name: 'Nora Quist', role: 'clinician', password: PASSWORD });
  assert.ok(nurse.ok);
  assert.ok((await admin.members.addMember(team.value, nurse.value)).ok);
  assert.deepEqual(look(admin, office).teams.find(({ name }) => name === 'Larch')?.canOpen, ['Ada Minton', 'Nora Quist']);
  assert.ok(!codes(look(admin, office)).includes('few-openers'));
  await admin.lock();
});

test('DOCTOR-1: devices away or unused and clocks that differ are told in sentences', async () => {
  const office = await found();
  const admin = await unlock(office, 'admin-1');
  const archive = deviceId.from(new Uint8Array(32).fill(7));
  assert.ok((await admin.members.addDevice(archive, 'archive', 'Archive')).ok);
  const sight: PeerSight = { device: archive, connected: false, lastContact: environment.clock.now() - 5 * DAY, clockSkew: -12 * 60_000, alarms: ['rolled-back'] };
  const seen = look(admin, office, [sight], environment.clock.now() + 40 * DAY);
  for (const code of ['keeper-away', 'clock-skew', 'rolled-back', 'unused-device', 'no-peer'] as const) assert.ok(codes(seen).includes(code), code);
  assert.match(textOf(seen, 'clock-skew'), /clocks of 'Archive' and of this device differ by 12 minutes/);
  assert.match(textOf(seen, 'unused-device'), /'Office' for 40 days/);
  const every = seen.findings.map((finding) => findingText(finding, doctorWords));
  for (const text of every) assert.match(text, /^['“A-Z0-9].*\.$/, text);

  const viewer = await admin.members.addUser({ handle: 'heron-42', name: 'Nora Quist', role: 'viewer', password: PASSWORD });
  assert.ok(viewer.ok);
  await admin.lock();
});

test('DOCTOR-1: an unlock policy that is missing, people who do not follow it yet, and nodes that are away or false are told', async () => {
  const office = await found();
  const admin = await unlock(office, 'admin-1');
  assert.match(textOf(look(admin, office), 'no-policy'), /password alone/);
  const nodes = [1, 2].map((byte) => deviceId.from(new Uint8Array(32).fill(byte)));
  for (const [at, node] of nodes.entries()) assert.ok((await admin.members.addDevice(node, 'tablet', `Tablet ${at}`)).ok);
  assert.ok((await admin.members.setUnlockPolicy({ threshold: 1, nodes: 2 })).ok);
  const [near, far] = nodes;
  assert.ok(near && far);
  const peers = [{ device: near, connected: true, lastContact: 0 }, { device: far, connected: false, lastContact: environment.clock.now() }];
  const seen = examine({
    session: admin, chart: new Chart(admin, environment), replica: office.replica, peers, now: environment.clock.now(), certificateEnd,
    dishonest: [near], oldPassword: { nodes: nodes.map((device) => ({ device, share: 'held' })), destroyed: 0, needed: 2 },
  });
  assert.ok(!codes(seen).includes('no-policy'));
  assert.match(textOf(seen, 'no-glass'), /next unlock of an admin/);
  assert.match(textOf(seen, 'by-password-alone'), /^Ada Minton: still by password alone/);
  assert.match(textOf(seen, 'nodes-away'), /^1 archive or tablet is not in reach; 1 have to answer/);
  assert.equal(seen.findings.find(({ code }) => code === 'nodes-away')?.needsPerson, true, 'with one more away nobody unlocks');
  assert.match(textOf(seen, 'dishonest-node'), /^'Tablet 0' answered falsely/);
  assert.match(textOf(seen, 'old-password'), /dead on 0 devices of the ward so far; with 2/);
  await admin.lock();
});

test('DOCTOR-1: of break-glass are told nodes that are away, and documents that are not wrapped', async () => {
  const ward = await presentWard(2, 3);
  const admin = await ward.session(ward.office, 'admin-1');
  const peers = (away: number): PeerSight[] => ward.nodes.map(({ id }, place) => ({ device: id, connected: place >= away, lastContact: environment.clock.now() }));
  const seen = look(admin, ward.office, peers(1));
  assert.ok(!codes(seen).includes('no-glass') && !codes(seen).includes('glass-owed'));
  assert.match(textOf(seen, 'glass-nodes-away'), /^1 of the 3 archives and tablets that break-glass asks is not in reach; 2 have to answer/);
  assert.equal(seen.findings.find(({ code }) => code === 'glass-nodes-away')?.needsPerson, false);
  assert.equal(look(admin, ward.office, peers(2)).findings.find(({ code }) => code === 'glass-nodes-away')?.needsPerson, true);
  const document = await admin.create(ward.office.replica.state().everyone, { kind: 'patient' });
  await admin.settled();
  assert.ok(!codes(look(admin, ward.office)).includes('glass-owed'), 'what is made is wrapped at once');
  const named = admin.glass.describeBy((id) => (hexOf(id) === hexOf(document) ? { patient: id, words: ['MRN 1'] } : undefined));
  assert.match(textOf(look(admin, ward.office), 'glass-owed'), /^1 document is not prepared for break-glass yet/);
  await named;
  assert.ok(!codes(look(admin, ward.office)).includes('glass-owed'));
  await admin.lock();
});

function look(session: Session, { replica }: Place, peers: readonly PeerSight[] = [], now = environment.clock.now()): Examination {
  return examine({ session, chart: new Chart(session, environment), replica, peers, now, certificateEnd });
}

function codes({ findings }: Examination): readonly string[] {
  return findings.map(({ code }) => code);
}

function textOf({ findings }: Examination, code: string): string {
  const finding = findings.find((each) => each.code === code);
  assert.ok(finding !== undefined, code);
  return findingText(finding, doctorWords);
}
