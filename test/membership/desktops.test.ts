import assert from 'node:assert/strict';
import test from 'node:test';
import { hexOf, inviteId, LOG_DOCUMENT, sessionId, teamId } from '../../protocol/codec/ids.ts';
import { certifySession } from '../../protocol/membership/certificate.ts';
import { encodeOperation } from '../../protocol/membership/operation.ts';
import { teamDocument } from '../../protocol/membership/team-document.ts';
import { invitationKey, JOIN_SECRET_LENGTH } from '../../protocol/network/join-code.ts';
import type { DesktopPowers } from '../../protocol/membership/ward-state.ts';
import { buildWard, type TestSession, type TestWard } from '../support/ward-builder.ts';
import { deliver, logOf, operationsOf, stateInEveryOrder } from './log-lab.ts';

const REFUSED = { outcome: 'refused', reason: 'role' };

test('PAGE-9: a page comes in as a desktop by the invitation of one, which it cannot tell from another', async () => {
  const ward = await buildWard();
  const secret = ward.random.randomBytes(JOIN_SECRET_LENGTH);
  const invitation = invitationKey(secret, ward.id, 'desktop');
  assert.deepEqual(invitation.publicKey, invitationKey(secret, ward.id, 'client').publicKey);
  assert.notDeepEqual(invitation.publicKey, invitationKey(secret, ward.id, 'tablet').publicKey);
  const expires = ward.clock.now() + 1000;
  await ward.put(ward.founder.operation({ type: 'invite', invite: inviteId.from(invitation.publicKey), kind: 'desktop', expires, sealedName: new Uint8Array(0) }));
  const page = ward.newDevice('desktop');
  await ward.put(ward.joining(invitation, page));
  assert.equal(ward.replica.state().devices.get(hexOf(page.id))?.kind, 'desktop');
  const admin = await ward.openSession(ward.founder.user, page);
  assert.deepEqual(await ward.offer(newTeam(ward, admin)), REFUSED);
});

test('PAGE-9: an admin lets desktops have what a role has, and takes it back; a desktop gives it to nobody', async () => {
  const ward = await buildWard();
  const desk = await ward.openSession(ward.founder.user, await ward.addDevice('desktop'));
  assert.deepEqual(await ward.offer(desk.operation({ type: 'set-desktop-powers', powers: 'role' })), REFUSED);
  const set = (by: TestSession, powers: DesktopPowers): Promise<unknown> => ward.put(by.operation({ type: 'set-desktop-powers', powers }));
  await set(ward.founder, 'role');
  const afresh = await ward.openSession(ward.founder.user, desk.device);
  await ward.put(newTeam(ward, afresh));
  await set(afresh, 'own');
  assert.equal(ward.replica.state().desktopPowers, 'own');
  assert.deepEqual(await ward.offer(newTeam(ward, await ward.openSession(ward.founder.user, desk.device))), REFUSED);
});

test('PAGE-9: what a desktop signed while it was trusted counts beside the word that ends the trust, in every order', async () => {
  const ward = await buildWard();
  const desk = await ward.openSession(ward.founder.user, await ward.addDevice('desktop'));
  await ward.put(ward.founder.operation({ type: 'set-desktop-powers', powers: 'role' }));
  const since = operationsOf(ward);
  const beside = newTeam(ward, desk);
  const over = ward.founder.operation({ type: 'set-desktop-powers', powers: 'own' });
  const state = stateInEveryOrder(ward, since, [beside, over]);
  assert.equal(state.desktopPowers, 'own');
  assert.equal(state.teams.size, ward.replica.state().teams.size + 1);
  const log = logOf(ward, [...since, over]);
  assert.deepEqual(deliver(log, newTeam(ward, ward.newSession(ward.founder.user, desk.device), [over.id])), REFUSED);
});

test('PAGE-9: trust that a removed admin gave beside the removal is none', async () => {
  const ward = await buildWard();
  const bea = await ward.join('bea', 'admin');
  const desktop = await ward.addDevice('desktop');
  const since = operationsOf(ward);
  const removal = ward.founder.operation({ type: 'remove-user', user: bea.user.id, cut: [] });
  const trust = bea.operation({ type: 'set-desktop-powers', powers: 'role' });
  const built = newTeam(ward, ward.newSession(ward.founder.user, desktop), [trust.id]);
  const state = stateInEveryOrder(ward, since, [removal, trust, built]);
  assert.equal(state.desktopPowers, 'own');
  assert.equal(state.teams.size, ward.replica.state().teams.size);
});

test('PAGE-9, LOG-3: who has a user\'s keys and a desktop cannot pass for another device', async () => {
  const ward = await buildWard();
  const desktop = await ward.addDevice('desktop');
  const posing = ward.newSession(ward.founder.user, desktop);
  const named = { ...posing.certificate, device: ward.tablet.id };
  const signed = certifySession({ user: ward.founder.user.key, device: { ...desktop.key, publicKey: ward.tablet.key.publicKey } }, ward.id, { user: ward.founder.user.id, session: sessionId.from(posing.id), created: ward.clock.now() });
  for (const certificate of [named, signed]) {
    const operation = encodeOperation({ operation: { type: 'add-team', team: teamId.from(ward.random.randomBytes(16)), sealedName: new Uint8Array(0) }, certificate });
    assert.deepEqual(await ward.offer(posing.sign(LOG_DOCUMENT, { type: 'operation' }, operation, { seq: 1, prev: new Uint8Array(0) })), { outcome: 'refused', reason: 'unknown-author' });
  }
});

test('PAGE-9: to whom a team\'s key is given is no word of a desktop; a patient\'s is', async () => {
  const ward = await buildWard();
  const desk = await ward.openSession(ward.founder.user, await ward.addDevice('desktop'));
  const own = teamDocument(ward.id, ward.everyone);
  assert.deepEqual(await ward.offer(desk.grant(own, ward.everyone)), REFUSED);
  assert.equal((await ward.offer(desk.grant(ward.newDocument(), ward.everyone))).outcome, 'stored');
  assert.equal((await ward.offer(ward.founder.grant(own, ward.everyone))).outcome, 'stored');
});

function newTeam(ward: TestWard, by: TestSession, heads = ward.heads()) {
  return by.operation({ type: 'add-team', team: teamId.from(ward.random.randomBytes(16)), sealedName: new Uint8Array(0) }, { heads });
}
