import assert from 'node:assert/strict';
import { cliniciansTeam } from '../../protocol/membership/glass.ts';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { maySign, maySignAtDesktop, SIGNERS, type Signable } from '../../protocol/membership/roles.ts';
import { ROLES, type Role } from '../../protocol/membership/ward-state.ts';
import { buildWard, type TestSession } from '../support/ward-builder.ts';
import { deliver, logOf, operationsOf } from './log-lab.ts';
import type { Operation } from '../../protocol/membership/operation.ts';
import { deviceId, inviteId, teamId, userId, type ItemId, type TeamId } from '../../protocol/codec/ids.ts';

/** The table of SPEC.md: what may be signed → by whom. */
function tableOfSpec(): Map<string, Role[]> {
  const lines = readFileSync(new URL('../../SPEC.md', import.meta.url), 'utf8').split('\n');
  const start = lines.findIndex((line) => line.startsWith('| | viewer |'));
  const cells = (line: string): string[] => line.split('|').slice(1, -1).map((cell) => cell.trim());
  const roles = cells(lines[start] ?? '').slice(1);
  const table = new Map<string, Role[]>();
  for (const line of lines.slice(start + 2)) {
    if (!line.startsWith('|')) break;
    const [names = '', ...marks] = cells(line);
    const signers = ROLES.filter((role) => marks[roles.indexOf(role)] === '✓');
    for (const name of names.replaceAll(/\(.*?\)/g, '').split(',')) table.set(name.trim(), signers);
  }
  return table;
}

test('LOG-4: the table of roles in SPEC.md is the one that the code reads', () => {
  assert.deepEqual(Object.fromEntries(tableOfSpec()), SIGNERS);
});

test('PAGE-9: the last column of the table in SPEC.md is what the code lets be signed at desktops', () => {
  const lines = readFileSync(new URL('../../SPEC.md', import.meta.url), 'utf8').split('\n');
  const start = lines.findIndex((line) => line.startsWith('| | viewer |'));
  const allowed: string[] = [];
  for (const line of lines.slice(start + 2)) {
    if (!line.startsWith('|')) break;
    const cells = line.split('|').slice(1, -1).map((cell) => cell.trim());
    if (cells.at(-1) === '✓') allowed.push(...(cells[0] ?? '').replaceAll(/\(.*?\)/g, '').split(',').map((name) => name.trim()));
  }
  const inCode = (Object.keys(SIGNERS) as Signable[]).filter((what) => maySignAtDesktop(what));
  assert.deepEqual(allowed.toSorted(), inCode.toSorted());
});

/** One operation of each type that makes sense where everything else is there. */
function operationsBy(session: TestSession, subjects: { readonly team: TeamId; readonly other: TestSession; readonly proposal: ItemId; readonly erasure: ItemId; readonly use: ItemId; readonly ask: ItemId; readonly recovery: ItemId }): Record<Exclude<Signable, 'session' | 'grant' | 'changeset' | 'audit'>, Operation> {
  const { random } = session.ward;
  const sealedName = random.randomBytes(16);
  const device = deviceId.from(random.randomBytes(32));
  const added = { user: userId.from(random.randomBytes(16)), handle: 'new', signingKey: random.randomBytes(32), kemKey: random.randomBytes(1216), bundle: random.randomBytes(8), sealedName };
  const { team, proposal, erasure, use, ask, recovery, other: { user: { id: user }, device: { id: known } } } = subjects;
  return {
    'add-user': { type: 'add-user', role: 'viewer', ...added },
    'set-role': { type: 'set-role', user, role: 'clinician' },
    'remove-user': { type: 'remove-user', user, cut: [] },
    'set-bundle': { type: 'set-bundle', user: session.user.id, bundle: random.randomBytes(8) },
    'add-device': { type: 'add-device', device, kind: 'client', sealedName },
    'remove-device': { type: 'remove-device', device: known, cut: [] },
    invite: { type: 'invite', invite: inviteId.from(random.randomBytes(32)), kind: 'tablet', expires: session.ward.clock.now() + 1, sealedName },
    'add-team': { type: 'add-team', team: teamId.from(random.randomBytes(16)), sealedName },
    'add-member': { type: 'add-member', team, user },
    'remove-member': { type: 'remove-member', team, user },
    'set-authority': { type: 'set-authority', certificate: random.randomBytes(8), sealedKey: random.randomBytes(8) },
    'set-recovery': { type: 'set-recovery', user: session.user.id, deal: random.randomBytes(16), threshold: 0, holders: [], commitments: random.randomBytes(32), sealed: new Uint8Array(0) },
    'release-share': { type: 'release-share', ask, recovery, sealed: random.randomBytes(8) },
    'renew-user': { type: 'renew-user', user, signingKey: random.randomBytes(32), kemKey: random.randomBytes(1216), bundle: random.randomBytes(8), cut: [] },
    'set-kit': { type: 'set-kit', user: session.user.id, what: 'made', sealed: random.randomBytes(8) },
    'issue-certificate': { type: 'issue-certificate', device: known, certificate: random.randomBytes(8) },
    'set-unlock-policy': { type: 'set-unlock-policy', threshold: 3, nodes: 4 },
    'set-unlock': { type: 'set-unlock', user: session.user.id, bundle: random.randomBytes(8), dealing: { threshold: 1, nodes: [known], commitments: [random.randomBytes(32)] }, why: 'nodes-changed' },
    'reset-tries': { type: 'reset-tries', user },
    'set-grace': { type: 'set-grace', hours: 12 },
    'set-desktop-powers': { type: 'set-desktop-powers', powers: 'role' },
    propose: { type: 'propose', action: { type: 'remove-user', user } },
    approve: { type: 'approve', proposal, cut: [] },
    checkpoint: { type: 'checkpoint' },
    settle: { type: 'settle', verdict: 'accept', of: { type: 'items', document: session.ward.newDocument(), author: session.id, seq: 1, id: proposal } },
    'set-quorum': { type: 'set-quorum', threshold: 2, holders: [user, session.user.id] },
    appoint: { type: 'appoint', user, votes: [] },
    erase: { type: 'erase', documents: [session.ward.newDocument()], sealedReason: random.randomBytes(8) },
    'confirm-erasure': { type: 'confirm-erasure', erasure },
    'set-glass': { type: 'set-glass', team: cliniciansTeam(session.ward.everyone), dealing: { threshold: 1, nodes: [known], commitments: [random.randomBytes(32)] } },
    'break-glass': { type: 'break-glass', documents: [session.ward.newDocument()], sealedReason: random.randomBytes(8), until: session.ward.clock.now() + 60_000 },
    'end-glass': { type: 'end-glass', use },
    'review-glass': { type: 'review-glass', use, finding: 'in-order' },
  };
}

test('LOG-4, PAGE-9: every operation by every role, at a tablet and at a desktop, exactly as the table says', async () => {
  const ward = await buildWard();
  const other = await ward.openSession(await ward.addUser('other', 'viewer'), await ward.addDevice('client'));
  const team = teamId.from(ward.random.randomBytes(16));
  await ward.put(ward.founder.operation({ type: 'add-team', team, sealedName: new Uint8Array(0) }));
  const sessions = new Map<Role, TestSession>();
  for (const role of ROLES) sessions.set(role, await ward.join(`the-${role}`, role));
  const holders = [...sessions.values()].map((session) => ({ user: session.user.id, sealed: ward.random.randomBytes(8) }));
  const dealt = { user: other.user.id, deal: ward.random.randomBytes(16), threshold: 2, holders, commitments: ward.random.randomBytes(32), sealed: ward.random.randomBytes(8) };
  const { id: recovery } = await ward.put(other.operation({ type: 'set-recovery', ...dealt }));
  const { id: ask } = await ward.put(ward.asking(other.device, other.user.id));
  const everybody = [...sessions.values()].map(({ user }) => user.id);
  for (const item of ward.agreed(ward.founder, present(sessions.get('admin')), { type: 'set-quorum', threshold: 2, holders: everybody })) await ward.put(item);
  const proposal = await ward.put(ward.founder.operation({ type: 'propose', action: { type: 'set-role', user: other.user.id, role: 'clinician' } }));
  const erasure = await ward.put(ward.founder.operation({ type: 'erase', documents: [ward.newDocument()], sealedReason: ward.random.randomBytes(8) }));
  const use = await ward.put(ward.founder.operation({ type: 'break-glass', documents: [ward.newDocument()], sealedReason: ward.random.randomBytes(8), until: ward.clock.now() + 60_000 }));
  ward.clock.advance(60_000);
  // What one admin who is alone may do: the role is the same, the others are asked no more.
  const alone = await buildWard({ seed: 'alone' });
  const holder = await alone.addUser('holder', 'viewer');
  const quorum = alone.founder.operation({ type: 'set-quorum', threshold: 2, holders: [holder.id, alone.founder.user.id] });
  assert.equal(deliver(logOf(alone, operationsOf(alone)), quorum).outcome, 'may-enter');
  const desktop = await ward.addDevice('desktop');
  const desks = new Map([...sessions].map(([role, { user }]) => [role, ward.newSession(user, desktop)]));
  const before = operationsOf(ward);

  for (const [role, session] of desks) {
    for (const [type, operation] of Object.entries(operationsBy(session, { team, other, proposal: proposal.id, erasure: erasure.id, use: use.id, ask, recovery }))) {
      const verdict = deliver(logOf(ward, before), session.operation(operation, { seq: 1, prev: new Uint8Array(0) }));
      const expected = maySign(role, type as Signable) && maySignAtDesktop(type as Signable) ? 'may-enter' : 'refused: role';
      assert.equal(verdict.outcome === 'refused' ? `refused: ${verdict.reason}` : verdict.outcome, expected, `PAGE-9: ${type} by ${role} at a desktop`);
    }
  }
  for (const [role, session] of sessions) {
    for (const [type, operation] of Object.entries(operationsBy(session, { team, other, proposal: proposal.id, erasure: erasure.id, use: use.id, ask, recovery }))) {
      const verdict = deliver(logOf(ward, before), session.operation(operation, { seq: 1, prev: new Uint8Array(0) }));
      const takesTwo = type === 'set-quorum' && role === 'admin';
      const expected = takesTwo ? 'refused: operation' : maySign(role, type as Signable) ? 'may-enter' : 'refused: role';
      assert.equal(verdict.outcome === 'refused' ? `refused: ${verdict.reason}` : verdict.outcome, expected, `${type} by ${role}`);
    }
  }
});

test('LOG-4: a bundle is set by its own user only', async () => {
  const ward = await buildWard();
  const nurse = await ward.join('anna', 'clinician');
  const bundle = ward.random.randomBytes(8);
  assert.deepEqual(await ward.offer(ward.founder.operation({ type: 'set-bundle', user: nurse.user.id, bundle })), { outcome: 'refused', reason: 'operation' });
});

test('LOG-4: items outside the log, by every role, exactly as the table says', async () => {
  const ward = await buildWard();
  for (const role of ROLES) {
    const session = ward.newSession(await ward.addUser(`the-${role}`, role));
    const outcome = async (item: Parameters<typeof ward.offer>[0]): Promise<string> => {
      const verdict = await ward.offer(item);
      return verdict.outcome === 'refused' ? `refused: ${verdict.reason}` : verdict.outcome;
    };
    const expected = (what: Signable): string => (maySign(role, what) ? 'stored' : 'refused: role');
    assert.equal(await outcome(session.start()), expected('session'), role);
    assert.equal(await outcome(session.grant(ward.newDocument(), ward.everyone)), expected('grant'), role);
    assert.equal(await outcome(session.changeset(ward.newDocument())), expected('changeset'), role);
    assert.equal(await outcome(session.audit()), expected('audit'), role);
  }
});

function present<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('missing');
  return value;
}
