import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { maySign, SIGNERS, type Signable } from '../../protocol/membership/roles.ts';
import { ROLES, type Role } from '../../protocol/membership/ward-state.ts';
import { buildWard, type TestSession } from '../support/ward-builder.ts';
import { deliver, logOf, operationsOf } from './log-lab.ts';
import type { Operation } from '../../protocol/membership/operation.ts';
import { deviceId, inviteId, teamId, userId, type TeamId } from '../../protocol/codec/ids.ts';

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

/** One operation of each type that makes sense where everything else is there. */
function operationsBy(session: TestSession, subjects: { readonly team: TeamId; readonly other: TestSession }): Record<Exclude<Signable, 'session' | 'grant' | 'changeset'>, Operation> {
  const { random } = session.ward;
  const sealedName = random.randomBytes(16);
  const device = deviceId.from(random.randomBytes(32));
  const added = { user: userId.from(random.randomBytes(16)), handle: 'new', signingKey: random.randomBytes(32), kemKey: random.randomBytes(1216), bundle: random.randomBytes(8), sealedName };
  const { team, other: { user: { id: user }, device: { id: known } } } = subjects;
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
    'issue-certificate': { type: 'issue-certificate', device: known, certificate: random.randomBytes(8) },
    'set-unlock-policy': { type: 'set-unlock-policy', threshold: 3, nodes: 4 },
    'set-unlock': { type: 'set-unlock', user: session.user.id, bundle: random.randomBytes(8), dealing: { threshold: 1, nodes: [known], commitments: [random.randomBytes(32)] } },
    'reset-tries': { type: 'reset-tries', user },
  };
}

test('LOG-4: every operation by every role, exactly as the table says', async () => {
  const ward = await buildWard();
  const other = await ward.openSession(await ward.addUser('other', 'viewer'), await ward.addDevice('client'));
  const team = teamId.from(ward.random.randomBytes(16));
  await ward.put(ward.founder.operation({ type: 'add-team', team, sealedName: new Uint8Array(0) }));
  const sessions = new Map<Role, TestSession>();
  for (const role of ROLES) sessions.set(role, await ward.join(`the-${role}`, role));
  const before = operationsOf(ward);

  for (const [role, session] of sessions) {
    for (const [type, operation] of Object.entries(operationsBy(session, { team, other }))) {
      const verdict = deliver(logOf(ward, before), session.operation(operation, { seq: 1, prev: new Uint8Array(0) }));
      const expected = maySign(role, type as Signable) ? 'may-enter' : 'refused: role';
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
  }
});
