import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hexOf } from '../../protocol/codec/ids.ts';
import { passwordProblem } from '../../protocol/ward/password-rule.ts';
import { addPlace, exchange, found, PASSWORD, unlock } from './small-ward.ts';

const FRESH = 'nine herons on a jetty';

test('KEYS-9: the password changes without touching data: the new one opens everywhere, the old one nowhere that has heard of it', async () => {
  const office = await found();
  const admin = await unlock(office, 'admin-1');
  const team = await admin.members.addTeam('Larch');
  assert.ok(team.ok);
  const document = await admin.create(team.value, { kind: 'note', a: 1 });
  const tablet = await addPlace(admin, office.replica);
  const items = [...office.replica.documents()].map((id) => [hexOf(id), office.replica.frontier(id).length]);

  assert.deepEqual(await admin.account.changePassword('not the password', FRESH), { ok: false, failure: 'wrong-password' });
  assert.deepEqual(await admin.account.changePassword(PASSWORD, PASSWORD), { ok: false, failure: 'password-same' });
  assert.deepEqual(await admin.account.changePassword(PASSWORD, 'short'), { ok: false, failure: 'password-too-short' });
  assert.deepEqual(await admin.account.changePassword(PASSWORD, FRESH), { ok: true, value: null });
  assert.deepEqual([...office.replica.documents()].map((id) => [hexOf(id), office.replica.frontier(id).length]), items, 'no chain but the log has grown');

  await assert.rejects(unlock(office, 'admin-1', PASSWORD), /wrong-password/);
  const again = await unlock(office, 'admin-1', FRESH);
  assert.deepEqual(again.document(document)?.value, { kind: 'note', a: 1 });
  await (await unlock(tablet, 'admin-1', PASSWORD)).lock();
  await exchange(office, tablet, admin, again);
  await assert.rejects(unlock(tablet, 'admin-1', PASSWORD), /wrong-password/);
  const there = await unlock(tablet, 'admin-1', FRESH);
  assert.deepEqual(there.document(document)?.value, { kind: 'note', a: 1 });
  for (const session of [there, again, admin]) await session.lock();
});

test('KEYS-9: a password is long and not everybody\'s first guess; nothing else is asked of it', () => {
  for (const good of ['nine herons', 'correct horse battery', '日本語のとても長いことば', 'aaaabbbbccccdddd', 'Tr0ub4dor&3x']) assert.equal(passwordProblem(good, 'heron-42'), undefined, good);
  for (const short of ['', 'nine hero', '𝒳𝒳𝒳']) assert.equal(passwordProblem(short, 'heron-42'), 'password-too-short', short);
  for (const common of ['password1234', 'PasswordPassword', 'qwertyuiop', 'aaaaaaaaaaaa', '1234567890', '123 456 7890', 'heron-42heron-42', 'Heron42 2026', 'hospital2026']) {
    assert.equal(passwordProblem(common, 'heron-42'), 'password-too-common', common);
  }
});
