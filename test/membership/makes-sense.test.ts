/** LOG-4: an operation enters only where it makes sense: what it names is there, what it adds is not, and who signs it may. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deviceId, hexOf, inviteId, itemId, LOG_DOCUMENT, teamId, userId, type DocumentId, type ItemId, type TeamId } from '../../protocol/codec/ids.ts';
import type { Item } from '../../protocol/items/item.ts';
import type { Dealing } from '../../protocol/membership/dealing.ts';
import { cliniciansTeam } from '../../protocol/membership/glass.ts';
import type { Operation } from '../../protocol/membership/operation.ts';
import { buildWard, userRecord, type TestDevice, type TestSession, type TestUser, type TestWard } from '../support/ward-builder.ts';
import { deliver, logOf, operationsOf } from './log-lab.ts';

const HOUR = 60 * 60 * 1000;

interface Setting {
  readonly ward: TestWard;
  readonly admin: TestSession;
  readonly nurse: TestSession;
  readonly viewer: TestSession;
  readonly officer: TestSession;
  readonly gone: TestUser;
  readonly goneDevice: TestDevice;
}

/** Two admins (the founder is one), a nurse, a viewer, a privacy officer; somebody and some device that are out. */
async function setting(): Promise<Setting> {
  const ward = await buildWard({ seed: 'makes sense' });
  const admin = await ward.join('ada', 'admin');
  const [nurse, viewer, officer] = [await ward.join('nora', 'clinician'), await ward.join('vic', 'viewer'), await ward.join('olga', 'privacy')];
  const gone = await ward.addUser('gone', 'viewer');
  const goneDevice = await ward.addDevice('client');
  await ward.put(ward.founder.operation({ type: 'remove-user', user: gone.id, cut: [] }));
  await ward.put(ward.founder.operation({ type: 'remove-device', device: goneDevice.id, cut: [] }));
  return { ward, admin, nurse, viewer, officer, gone, goneDevice };
}

/** What becomes of the operation, signed at the heads of the ward's log by a fresh session of the same person. */
function fate({ ward }: Setting, { user, device }: TestSession, operation: Operation): string {
  const verdict = deliver(logOf(ward, operationsOf(ward)), ward.newSession(user, device).operation(operation));
  return verdict.outcome === 'refused' ? verdict.reason : verdict.outcome;
}

function each(of: Setting, by: TestSession, good: Readonly<Record<string, Operation>>, bad: Readonly<Record<string, Operation>>): void {
  for (const [what, operation] of Object.entries(good)) assert.equal(fate(of, by, operation), 'may-enter', what);
  for (const [what, operation] of Object.entries(bad)) assert.equal(fate(of, by, operation), 'operation', what);
}

const NOTHING = new Uint8Array(0);

test('LOG-4: people: who is added is not there, who is changed is', async () => {
  const of = await setting();
  const { ward, nurse, gone } = of;
  const fresh = ward.newUser('fresh', 'clinician');
  const stranger = ward.newUser('stranger', 'viewer');
  const added = (user: TestUser): Operation => ({ type: 'add-user', ...userRecord(ward.random, user) });
  each(of, ward.founder, {
    'somebody new': added(fresh), "a handle that is free again": added({ ...fresh, handle: 'gone' }),
    'another role': { type: 'set-role', user: nurse.user.id, role: 'viewer' }, removal: { type: 'remove-user', user: nurse.user.id, cut: [] },
    'more tries': { type: 'reset-tries', user: nurse.user.id },
  }, {
    'somebody who is there': added({ ...fresh, id: nurse.user.id }), 'somebody who was there': added({ ...fresh, id: gone.id }), 'a handle that is taken': added({ ...fresh, handle: 'nora' }),
    'a role for a stranger': { type: 'set-role', user: stranger.id, role: 'viewer' }, 'a role for who is out': { type: 'set-role', user: gone.id, role: 'viewer' },
    'admin, who is out': { type: 'set-role', user: gone.id, role: 'admin' },
    'removal of a stranger': { type: 'remove-user', user: stranger.id, cut: [] }, 'removal of who is out': { type: 'remove-user', user: gone.id, cut: [] },
    'tries of a stranger': { type: 'reset-tries', user: stranger.id }, 'tries of who is out': { type: 'reset-tries', user: gone.id },
  });
  const alone = await buildWard({ seed: 'alone' });
  const last = { ...of, ward: alone };
  each(last, alone.founder, {}, {
    'the last admin goes': { type: 'remove-user', user: alone.founder.user.id, cut: [] }, 'the last admin steps back': { type: 'set-role', user: alone.founder.user.id, role: 'viewer' },
  });
  each(last, alone.founder, { 'and stays one': { type: 'set-role', user: alone.founder.user.id, role: 'admin' } }, {});
});

test('LOG-4: devices, invitations, teams', async () => {
  const of = await setting();
  const { ward, nurse, gone, goneDevice } = of;
  const [fresh, team] = [deviceId.from(ward.random.randomBytes(32)), teamId.from(ward.random.randomBytes(16))];
  const invite = inviteId.from(ward.random.randomBytes(32));
  await ward.put(ward.founder.operation({ type: 'invite', invite, kind: 'client', expires: ward.clock.now() + HOUR, sealedName: NOTHING }));
  await ward.put(ward.founder.operation({ type: 'add-team', team, sealedName: NOTHING }));
  const [inviting, teaming] = [
    (which = inviteId.from(ward.random.randomBytes(32))): Operation => ({ type: 'invite', invite: which, kind: 'client', expires: ward.clock.now() + HOUR, sealedName: NOTHING }),
    (which: TeamId): Operation => ({ type: 'add-team', team: which, sealedName: NOTHING }),
  ];
  const other = teamId.from(ward.random.randomBytes(16));
  each(of, ward.founder, {
    'a new device': { type: 'add-device', device: fresh, kind: 'client', sealedName: NOTHING }, 'a device goes': { type: 'remove-device', device: ward.tablet.id, cut: [] },
    'a certificate': { type: 'issue-certificate', device: ward.tablet.id, certificate: Uint8Array.of(1) }, 'an invitation': inviting(), 'a team': teaming(other),
    'into a team': { type: 'add-member', team, user: nurse.user.id }, 'out of a team': { type: 'remove-member', team, user: nurse.user.id },
    'an authority': { type: 'set-authority', certificate: Uint8Array.of(1), sealedKey: Uint8Array.of(1) },
  }, {
    'a device that is there': { type: 'add-device', device: ward.tablet.id, kind: 'client', sealedName: NOTHING }, 'a device that was there': { type: 'add-device', device: goneDevice.id, kind: 'client', sealedName: NOTHING },
    'an unknown device goes': { type: 'remove-device', device: fresh, cut: [] }, 'a device that is out goes': { type: 'remove-device', device: goneDevice.id, cut: [] },
    'a certificate for a device that is out': { type: 'issue-certificate', device: goneDevice.id, certificate: Uint8Array.of(1) },
    'an invitation twice': inviting(invite), 'a team twice': teaming(team), 'a built-in team': teaming(ward.everyone), 'the team that follows from everyone': teaming(cliniciansTeam(ward.everyone)),
    'into an unknown team': { type: 'add-member', team: other, user: nurse.user.id }, 'out of an unknown team': { type: 'remove-member', team: other, user: nurse.user.id },
    'a stranger into a team': { type: 'add-member', team, user: userId.from(ward.random.randomBytes(16)) }, 'who is out into a team': { type: 'add-member', team, user: gone.id },
  });
});

test('LOG-4: rules of the ward: an unlock policy that keeps its word, a quorum of different people who are in', async () => {
  const of = await setting();
  const alone = await buildWard({ seed: 'quorum' });
  const [one, two] = [await alone.addUser('one', 'viewer'), await alone.addUser('two', 'viewer')];
  const out = await alone.addUser('three', 'viewer');
  await alone.put(alone.founder.operation({ type: 'remove-user', user: out.id, cut: [] }));
  const quorum = (threshold: number, ...holders: readonly TestUser[]): Operation => ({ type: 'set-quorum', threshold, holders: holders.map(({ id }) => id) });
  each({ ...of, ward: alone }, alone.founder, { 'two of two': quorum(2, one, two) }, {
    'one alone': quorum(1, one, two), 'more than there are': quorum(3, one, two), 'one twice': quorum(2, one, one), 'who is out': quorum(2, one, out), nobody: quorum(2),
  });
  each(of, of.ward.founder, { policy: { type: 'set-unlock-policy', threshold: 2, nodes: 3 }, 'by password alone': { type: 'set-unlock-policy', threshold: 0, nodes: 0 }, grace: { type: 'set-grace', hours: 0 } }, {
    'more than there are': { type: 'set-unlock-policy', threshold: 3, nodes: 2 }, 'no tries left': { type: 'set-unlock-policy', threshold: 1, nodes: 11 }, 'two admins, one quorum': { type: 'set-quorum', threshold: 2, holders: [of.nurse.user.id, of.viewer.user.id] },
  });
});

test('UNLOCK-1, RECOVER-1, RECOVER-5: what is one’s own is set by nobody else, and is what it says', async () => {
  const of = await setting();
  const { ward, nurse, viewer, gone } = of;
  const { random } = ward;
  const [mine, theirs] = [nurse.user.id, viewer.user.id];
  const sound: Dealing = { threshold: 1, nodes: [ward.tablet.id], commitments: [random.randomBytes(32)] };
  const unlock = (user = mine, dealing = sound): Operation => ({ type: 'set-unlock', user, bundle: random.randomBytes(8), dealing, why: 'password-set' });
  const kit = (what: 'made' | 'withdrawn' | 'used', sealed: Uint8Array, user = mine): Operation => ({ type: 'set-kit', user, what, sealed });
  const recovery = (threshold: number, holders: readonly (typeof mine)[], user = mine): Operation => ({
    type: 'set-recovery', user, deal: random.randomBytes(16), threshold, holders: holders.map((holder) => ({ user: holder, sealed: random.randomBytes(8) })), commitments: random.randomBytes(32), sealed: NOTHING,
  });
  const [admin, officer] = [of.admin.user.id, of.officer.user.id];
  each(of, nurse, {
    bundle: { type: 'set-bundle', user: mine, bundle: random.randomBytes(8) }, unlock: unlock(), 'a kit': kit('made', random.randomBytes(8)), 'no kit any more': kit('withdrawn', NOTHING),
    'two of two': recovery(2, [theirs, admin]), 'two of three': recovery(2, [theirs, admin, officer]), 'nobody any more': recovery(0, []),
  }, {
    "another's bundle": { type: 'set-bundle', user: theirs, bundle: random.randomBytes(8) }, "another's unlock": unlock(theirs), 'an unsound dealing': unlock(mine, { ...sound, threshold: 2 }),
    "another's kit": kit('made', random.randomBytes(8), theirs), 'a kit with nothing in it': kit('made', NOTHING), 'a withdrawal with something': kit('withdrawn', random.randomBytes(8)),
    "another's holders": recovery(2, [admin, officer], theirs), 'one alone': recovery(1, [theirs, admin]), 'more than there are': recovery(3, [theirs, admin]), 'one twice': recovery(2, [theirs, theirs]),
    oneself: recovery(2, [theirs, mine]), 'who is out': recovery(2, [theirs, gone.id]), 'nobody, two of whom': recovery(2, []),
  });
});

test('RECOVER-3, RECOVER-4: a client asks for somebody who is in; a holder answers a question about the same person', async () => {
  const of = await setting();
  const { ward, nurse, viewer, admin, gone, goneDevice } = of;
  const [client, desktop, tablet] = [await ward.addDevice('client'), await ward.addDevice('desktop'), await ward.addDevice('tablet')];
  const asks = (device: TestDevice, user = nurse.user.id): string => {
    const verdict = deliver(logOf(ward, operationsOf(ward)), ward.asking(device, user, { seq: 1, prev: NOTHING }));
    return verdict.outcome === 'refused' ? verdict.reason : verdict.outcome;
  };
  assert.deepEqual([client, desktop, tablet, goneDevice, ward.newDevice('client')].map((device) => asks(device)), ['may-enter', 'may-enter', 'role', 'removed-author', 'unknown-author']);
  assert.deepEqual([gone.id, userId.from(ward.random.randomBytes(16))].map((user) => asks(client, user)), ['operation', 'operation']);

  const dealt = (session: TestSession): Operation => ({
    type: 'set-recovery', user: session.user.id, deal: ward.random.randomBytes(16), threshold: 2, holders: [viewer, admin].filter(({ user }) => user !== session.user).map(({ user }) => ({ user: user.id, sealed: ward.random.randomBytes(8) })).concat({ user: of.officer.user.id, sealed: ward.random.randomBytes(8) }),
    commitments: ward.random.randomBytes(32), sealed: NOTHING,
  });
  const { id: recovery } = await ward.put(nurse.operation(dealt(nurse)));
  const { id: another } = await ward.put(viewer.operation(dealt(viewer)));
  const { id: ask } = await ward.put(ward.asking(client, nurse.user.id));
  const releases = (to: ItemId, from: ItemId): Operation => ({ type: 'release-share', ask: to, recovery: from, sealed: ward.random.randomBytes(8) });
  each(of, viewer, { 'a share': releases(ask, recovery) }, { "of another's": releases(ask, another), 'to no question': releases(recovery, recovery), 'from no recovery': releases(ask, ask), unknown: releases(itemId.from(ward.random.randomBytes(32)), recovery) });
  each(of, nurse, {}, { 'by no holder': releases(ask, recovery) });
});

test('LOG-15: new keys are for another who is in, no admin, and never a key of before', async () => {
  const of = await setting();
  const { ward, nurse, admin, gone } = of;
  const { random } = ward;
  const renewal = (user = nurse.user.id, signingKey = random.randomBytes(32)): Operation => ({ type: 'renew-user', user, signingKey, kemKey: random.randomBytes(1216), bundle: random.randomBytes(8), cut: [] });
  const renewed = ward.renewal(nurse.user);
  await ward.put(renewed.item);
  each(of, ward.founder, { 'new keys': renewal() }, {
    oneself: renewal(ward.founder.user.id), 'an admin': renewal(admin.user.id), 'who is out': renewal(gone.id), 'a stranger': renewal(userId.from(random.randomBytes(16))),
    'the first key': renewal(nurse.user.id, nurse.user.key.publicKey), 'the last key': renewal(nurse.user.id, renewed.user.key.publicKey),
  });
});

test('ERASE-1: two different people erase documents of patients, each once', async () => {
  const of = await setting();
  const { ward, officer, admin } = of;
  const [one, two] = [ward.newDocument(), ward.newDocument()];
  const erases = (...documents: readonly DocumentId[]): Operation => ({ type: 'erase', documents, sealedReason: Uint8Array.of(1) });
  each(of, officer, { one: erases(one), two: erases(one, two) }, { none: erases(), 'one twice': erases(one, one), "the ward's own": erases(one, LOG_DOCUMENT) });
  const proposal: Item = await ward.put(officer.operation(erases(one)));
  const demoted = await ward.join('demoted', 'privacy');
  const other = await ward.put(demoted.operation(erases(two)));
  await ward.put(ward.founder.operation({ type: 'set-role', user: demoted.user.id, role: 'viewer' }));
  const left = await ward.join('left', 'privacy');
  const lost = await ward.put(left.operation(erases(two)));
  await ward.put(ward.founder.operation({ type: 'remove-user', user: left.user.id, cut: [] }));
  const confirms = (erasure: ItemId): Operation => ({ type: 'confirm-erasure', erasure });
  each(of, admin, { confirmed: confirms(proposal.id) }, { 'no erasure': confirms(ward.genesis.id), unknown: confirms(itemId.from(ward.random.randomBytes(32))), 'of who may not any more': confirms(other.id), 'of who is out': confirms(lost.id) });
  each(of, officer, {}, { 'the own proposal': confirms(proposal.id) });
});

test('GLASS-2, GLASS-3, GLASS-5, GLASS-6: a use has documents and an end; who may end it and review it', async () => {
  const of = await setting();
  const { ward, nurse, admin, officer } = of;
  const second = await ward.join('cleo', 'clinician');
  const dealing: Dealing = { threshold: 1, nodes: [ward.tablet.id], commitments: [ward.random.randomBytes(32)] };
  const team = cliniciansTeam(ward.everyone);
  each(of, admin, { 'a dealing': { type: 'set-glass', team, dealing } }, {
    'of another team': { type: 'set-glass', team: ward.everyone, dealing }, 'that is unsound': { type: 'set-glass', team, dealing: { ...dealing, nodes: [] } },
  });
  const document = ward.newDocument();
  const breaks = (documents: readonly DocumentId[], hours: number): Operation => ({ type: 'break-glass', documents, sealedReason: Uint8Array.of(1), until: ward.clock.now() + hours * HOUR });
  each(of, nurse, { 'an hour': breaks([document], 1), 'a shift': breaks([document], 12) }, {
    nothing: breaks([], 1), 'one twice': breaks([document, document], 1), "the ward's own": breaks([LOG_DOCUMENT], 1), 'no time': breaks([document], 0), 'more than a shift': breaks([document], 12.001),
  });
  const { id: use } = await ward.put(nurse.operation(breaks([document], 1)));
  const ends = (which = use): Operation => ({ type: 'end-glass', use: which });
  const reviews = (which = use): Operation => ({ type: 'review-glass', use: which, finding: 'in-order' });
  each(of, nurse, { 'the own': ends() }, { 'what is none': ends(ward.genesis.id), unknown: ends(itemId.from(ward.random.randomBytes(32))) });
  each(of, second, {}, { "a colleague's, before its time is over": ends() });
  for (const who of [admin, officer]) each(of, who, { ended: ends(), reviewed: reviews() }, { 'a review of nothing': reviews(ward.genesis.id) });
  const own = await ward.put(admin.operation(breaks([document], 1)));
  each(of, admin, {}, { 'a review of the own': reviews(own.id) });
  ward.clock.advance(HOUR);
  each(of, second, { "a colleague's, when its time is over": ends() }, {});
});

test('LOG-14: what a checkpoint holds back is accepted by another admin, who could do it alone, and declined by any', async () => {
  const of = await setting();
  const { ward, admin, viewer } = of;
  const before = ward.heads();
  const checkpoint = ward.founder.operation({ type: 'checkpoint' }, { heads: before });
  const approval = admin.operation({ type: 'approve', proposal: checkpoint.id, cut: [] }, { heads: [checkpoint.id] });
  const meanwhile = ward.newSession(admin.user).operation({ type: 'set-role', user: viewer.user.id, role: 'clinician' }, { heads: before });
  const twice = ward.newSession(admin.user).operation({ type: 'add-team', team: ward.everyone, sealedName: NOTHING }, { heads: before });
  assert.equal(deliver(logOf(ward, operationsOf(ward)), twice).outcome, 'refused');
  const log = [...operationsOf(ward), checkpoint, approval, meanwhile];
  const heads = [approval.id, meanwhile.id].toSorted((a, b) => (hexOf(a) < hexOf(b) ? -1 : 1));
  const settles = (by: TestUser, operation: ItemId, verdict: 'accept' | 'decline', at: readonly ItemId[] = heads): string => {
    const found = deliver(logOf(ward, log), ward.newSession(by).operation({ type: 'settle', verdict, of: { type: 'operation', operation } }, { heads: at }));
    return found.outcome === 'refused' ? found.reason : found.outcome;
  };
  assert.equal(settles(ward.founder.user, meanwhile.id, 'accept'), 'may-enter');
  assert.equal(settles(admin.user, meanwhile.id, 'accept'), 'operation', 'whoever signed it');
  for (const by of [ward.founder.user, admin.user]) assert.equal(settles(by, meanwhile.id, 'decline'), 'may-enter');
  assert.equal(settles(ward.founder.user, approval.id, 'accept'), 'operation', 'what is not held back');
  assert.equal(settles(ward.founder.user, meanwhile.id, 'accept', [approval.id]), 'operation', 'what the admin does not know of');
  assert.equal(settles(ward.founder.user, itemId.from(ward.random.randomBytes(32)), 'decline'), 'operation', 'what is not there');
});
