import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { hexOf, type DocumentId } from '../../protocol/codec/ids.ts';
import { evaluateBlinded } from '../../protocol/crypto/oprf/evaluate.ts';
import { randomScalar } from '../../protocol/crypto/sharing/group.ts';
import type { GlassUse } from '../../protocol/membership/glass.ts';
import type { Role, UserState } from '../../protocol/membership/ward-state.ts';
import type { UnlockProgress } from '../../protocol/ward/presence.ts';
import type { Session } from '../../protocol/ward/session.ts';
import { movableEnvironment, type MovableEnvironment } from './movable-time.ts';
import { presentWard, type PresentWard } from './present-ward.ts';
import { addPlace, exchange, PASSWORD, type Place } from './small-ward.ts';

const HOUR = 3_600_000;
const REASON = 'found unresponsive';

interface GlassWard {
  readonly ward: PresentWard;
  readonly time: MovableEnvironment;
  readonly admin: Session;
  /** In a care team of her own, at a place of her own; the document is hers. */
  readonly owner: Session;
  readonly ownerPlace: Place;
  readonly document: DocumentId;
  /** Locked when the test is over. */
  readonly sessions: Session[];
}

/** A ward of three nodes, of which two answer; somebody in a care team has written down a patient. */
async function glassWard(t: TestContext): Promise<GlassWard> {
  const time = movableEnvironment();
  const ward = await presentWard(2, 3, time);
  const admin = await ward.session(ward.office, 'admin-1');
  const team = await admin.members.addTeam('Cardiology');
  assert.ok(team.ok);
  const added = await admin.members.addUser({ handle: 'robin-1', name: 'Robin Vale', role: 'clinician', password: PASSWORD });
  assert.ok(added.ok);
  assert.ok((await admin.members.addMember(team.value, added.value)).ok);
  assert.ok((await admin.members.removeMember(team.value, admin.user)).ok);
  const ownerPlace = await addPlace(admin, ward.office.replica);
  const owner = await ward.session(ownerPlace, 'robin-1');
  const document = await owner.create(team.value, { secret: 'penicillin' });
  await owner.glass.describeBy((id) => (hexOf(id) === hexOf(document) ? { patient: document, words: ['MRN 0042', 'Bed 7'] } : undefined));
  await owner.glass.settleWraps();
  await owner.settled();
  await exchange(ward.office, ownerPlace, admin, owner);
  const sessions = [admin, owner];
  t.after(async () => { for (const session of sessions) await session.lock(); });
  return { ward, time, admin, owner, ownerPlace, document, sessions };
}

async function unlock({ ward, sessions }: GlassWard, handle: string): Promise<Session> {
  const session = await ward.session(ward.office, handle);
  sessions.push(session);
  return session;
}

async function join({ ward, admin }: GlassWard, role: Role): Promise<UserState> {
  const added = await admin.members.addUser({ handle: `new-${role}`, name: 'Somebody', role, password: PASSWORD });
  assert.ok(added.ok);
  const user = ward.office.replica.state().users.get(hexOf(added.value));
  assert.ok(user);
  return user;
}

function onlyUse({ ward }: GlassWard): GlassUse {
  const [use, ...others] = ward.office.replica.state().glassUses.values();
  assert.ok(use);
  assert.equal(others.length, 0);
  return use;
}

test('GLASS-3: who is in no care team opens a patient by reason, nodes and own key; the ward sees it, and when its time is over it is closed', async (t) => {
  const setting = await glassWard(t);
  const { time, document } = setting;
  const nurse = await unlock(setting, 'heron-42');
  assert.equal(nurse.glass.standing, 'ready');
  assert.equal(nurse.document(document)?.value, undefined);
  assert.deepEqual(nurse.glass.find('mrn 00 42').map(({ documents, isOpen }) => ({ documents: documents.map(hexOf), isOpen })), [{ documents: [hexOf(document)], isOpen: false }]);
  assert.deepEqual(nurse.glass.find('mrn 0043'), []);

  let last: UnlockProgress | undefined;
  const opened = await nurse.glass.open([document], REASON, 2, (progress) => { last = progress; });
  assert.ok(opened.ok, JSON.stringify(opened));
  assert.deepEqual(nurse.document(document)?.value, { secret: 'penicillin' });
  assert.equal(last?.need, 2);
  const use = onlyUse(setting);
  assert.equal(hexOf(use.user), hexOf(nurse.user));
  assert.deepEqual([nurse.glass.reasonOf(use), setting.admin.glass.reasonOf(use)], [REASON, REASON]);
  assert.equal(nurse.glass.opened().length, 1);

  // The clock goes on meanwhile: as far from the end as a slow machine may take.
  time.moveOn(HOUR);
  assert.deepEqual(nurse.document(document)?.value, { secret: 'penicillin' });
  time.moveOn(HOUR);
  await nurse.settled();
  assert.equal(nurse.document(document)?.value, undefined, 'closed');
  assert.deepEqual(nurse.glass.opened(), []);
  await nurse.lock();
  assert.notEqual(onlyUse(setting).ended, undefined);
});

test('GLASS-3: while it is open the clinician can write, and the care team reads it', async (t) => {
  const setting = await glassWard(t);
  const { ward, time, owner, ownerPlace, document } = setting;
  const nurse = await unlock(setting, 'heron-42');
  assert.ok((await nurse.glass.open([document], REASON, 1)).ok);
  await nurse.edit(document, (draft) => { draft['note'] = 'given 1 mg'; });
  await exchange(ward.office, ownerPlace, owner);
  assert.deepEqual(owner.document(document)?.value, { secret: 'penicillin', note: 'given 1 mg' });
  time.moveOn(HOUR);
  await nurse.settled();
  await assert.rejects(nurse.edit(document, (draft) => { draft['note'] = 'later'; }), /no key/);
});

test('GLASS-5: after its end the document has a new key before anybody writes to it, and who broke the glass reads nothing of that', async (t) => {
  const setting = await glassWard(t);
  const { ward, time, owner, ownerPlace, document } = setting;
  const epochs = async (): Promise<readonly number[]> => {
    const found: number[] = [];
    for (const { author, seq } of ownerPlace.replica.frontier(document)) {
      for (const { fields: { content } } of await ownerPlace.replica.read({ document, author }, 1, { maxItems: seq, maxBytes: 1 << 20 })) if (content.type === 'changeset') found.push(content.epoch);
    }
    return found;
  };
  const nurse = await unlock(setting, 'heron-42');
  assert.ok((await nurse.glass.open([document], REASON, 1)).ok);
  await exchange(ward.office, ownerPlace, owner, nurse);
  await owner.edit(document, (draft) => { draft['during'] = 1; });
  await exchange(ward.office, ownerPlace, owner, nurse);
  assert.deepEqual(nurse.document(document)?.value, { secret: 'penicillin', during: 1 });
  assert.deepEqual(await epochs(), [1, 1]);
  time.moveOn(HOUR + 1);
  await nurse.settled();
  // The owner has not heard of any end: her own clock says that it is over, and she says so.
  await owner.edit(document, (draft) => { draft['after'] = 1; });
  assert.deepEqual((await epochs()).toSorted((a, b) => a - b), [1, 1, 2]);
  await owner.edit(document, (draft) => { draft['after'] = 2; });
  assert.deepEqual((await epochs()).toSorted((a, b) => a - b), [1, 1, 2, 2], 'once');
  await exchange(ward.office, ownerPlace, owner, nurse);
  assert.equal(nurse.document(document)?.value, undefined);
  // What is wrapped since opens by a new use, and by no other.
  const again = await nurse.glass.open([document], 'again', 1);
  assert.ok(again.ok);
  assert.deepEqual(nurse.document(document)?.value, { secret: 'penicillin', during: 1, after: 2 });
});

test('GLASS-3: fewer nodes than t open nothing, and a false one is named', async (t) => {
  const setting = await glassWard(t);
  const { ward, document } = setting;
  const nurse = await unlock(setting, 'heron-42');
  const evil = ward.node(1);
  evil.turned = (answer) => {
    const asked = evil.asked.at(-1);
    return answer.type === 'glass-opened' && asked?.type === 'open-glass' ? { type: 'glass-opened', ...evaluateBlinded(randomScalar(setting.time.entropy), asked.point, setting.time.entropy) } : answer;
  };
  const opened = await nurse.glass.open([document], REASON, 1);
  assert.ok(opened.ok, 'two honest ones are enough');
  assert.ok((await nurse.glass.end(opened.value.use)).ok);
  assert.equal(nurse.document(document)?.value, undefined);
  ward.node(0).isOn = false;
  assert.deepEqual(await nurse.glass.open([document], REASON, 1), { ok: false, failure: 'too-few-nodes' });
  assert.equal(nurse.document(document)?.value, undefined);
  assert.deepEqual(nurse.glass.dishonestNodes().map(hexOf), [hexOf(evil.id)]);
  assert.equal(setting.ward.office.replica.state().glassUses.size, 2, 'what was asked for stays in sight');
});

test('GLASS-2: viewers and privacy officers have no key and no use; nobody who is removed has one either', async (t) => {
  const setting = await glassWard(t);
  const { ward, admin, document } = setting;
  for (const role of ['viewer', 'privacy'] as const) {
    await join(setting, role);
    const session = await unlock(setting, `new-${role}`);
    assert.equal(session.glass.standing, 'no-key', role);
    assert.deepEqual(session.glass.find('MRN 0042'), [], role);
    assert.deepEqual(await session.glass.open([document], REASON, 1), { ok: false, failure: 'not-set' }, role);
  }
  const nurse = await unlock(setting, 'heron-42');
  const opened = await nurse.glass.open([document], REASON, 1);
  assert.ok(opened.ok);
  const removed = await admin.council.removeUser(nurse.user);
  assert.ok(removed.ok);
  await nurse.settled();
  await admin.settled();
  assert.equal(setting.ward.office.replica.state().glassUses.size, 1);
  const team = admin.teamAccess().find(({ team: { id } }) => hexOf(id) === hexOf(ward.office.replica.state().glass?.team ?? id));
  assert.equal(team?.canOpen.some((id) => hexOf(id) === hexOf(nurse.user)), false);
});

test('GLASS-3: locking ends every use and closes what it opened', async (t) => {
  const setting = await glassWard(t);
  const { document } = setting;
  const nurse = await unlock(setting, 'heron-42');
  assert.ok((await nurse.glass.open([document], REASON, 12)).ok);
  await nurse.lock();
  const use = onlyUse(setting);
  assert.equal(use.ended && hexOf(use.ended.by), hexOf(nurse.user));
});

test('GLASS-5: a use whose nodes are still being asked can be ended, and stands in the log as ended', async (t) => {
  const setting = await glassWard(t);
  const nurse = await unlock(setting, 'heron-42');
  for (const node of setting.ward.nodes) node.hangs = true;
  const isAsked = new Promise<void>((resolve) => { void nurse.glass.open([setting.document], REASON, 12, () => resolve()); });
  await isAsked;
  assert.equal(onlyUse(setting).ended, undefined);
  await nurse.glass.endOwn();
  assert.equal(hexOf(onlyUse(setting).ended?.by ?? setting.admin.user), hexOf(nurse.user));
  assert.deepEqual(nurse.glass.opened(), []);
});

test('GLASS-6: the privacy officers review, the admins while there is none, and nobody the own use; an officer can end one', async (t) => {
  const setting = await glassWard(t);
  const { admin, document } = setting;
  const nurse = await unlock(setting, 'heron-42');
  const opened = await nurse.glass.open([document], REASON, 12);
  assert.ok(opened.ok);
  const { use } = opened.value;
  assert.deepEqual(await nurse.glass.review(use, 'in-order'), { ok: false, failure: 'not-a-reviewer' });
  assert.ok(admin.glass.mayReview());
  await join(setting, 'privacy');
  assert.equal(admin.glass.mayReview(), false);
  assert.deepEqual(await admin.glass.review(use, 'in-order'), { ok: false, failure: 'not-a-reviewer' });
  const officer = await unlock(setting, 'new-privacy');
  assert.equal(officer.glass.reasonOf(onlyUse(setting)), REASON);
  assert.ok((await officer.glass.end(use)).ok);
  await nurse.settled();
  assert.equal(nurse.document(document)?.value, undefined, 'closed at once');
  assert.ok((await officer.glass.review(use, 'follow-up')).ok);
  assert.deepEqual(onlyUse(setting).reviews.map(({ by, finding }) => [hexOf(by), finding]), [[hexOf(officer.user), 'follow-up']]);
});

test('GLASS-2: when a node is gone an admin deals anew; what is not wrapped anew yet opens by the nodes that are left', async (t) => {
  const setting = await glassWard(t);
  const { ward, admin, owner, ownerPlace, document } = setting;
  await ward.addNode(admin, 'tablet');
  assert.ok((await admin.members.removeDevice(ward.node(2).id)).ok);
  await admin.glass.keep();
  await ward.settled();
  const { glass } = ward.office.replica.state();
  assert.equal(glass?.dealings.length, 2);
  const nurse = await unlock(setting, 'heron-42');
  const first = await nurse.glass.open([document], REASON, 1);
  assert.ok(first.ok, 'by the dealing before');
  assert.ok((await nurse.glass.end(first.value.use)).ok);
  await exchange(ward.office, ownerPlace, owner);
  assert.deepEqual(owner.glass.owedWraps().map(hexOf), [hexOf(document)]);
  assert.equal(await owner.glass.settleWraps(), 1);
  assert.deepEqual(owner.glass.owedWraps(), []);
  await exchange(ward.office, ownerPlace, owner, nurse);
  ward.node(1).isOn = false;
  assert.ok((await nurse.glass.open([document], REASON, 1)).ok, 'by the new one');
});
