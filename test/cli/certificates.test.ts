import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { test, type TestContext } from 'node:test';
import { AUTHORITY_PERIOD } from '../../protocol/authority/authority.ts';
import { makeCertificateRequest } from '../../protocol/authority/certificate-request.ts';
import type { Environment } from '../../protocol/codec/environment.ts';
import { deviceId, hexOf, inviteId, LOG_DOCUMENT, type DeviceId } from '../../protocol/codec/ids.ts';
import { signingKeyFromSeed } from '../../protocol/crypto/signing/signature.ts';
import { encodeFields, encodeItem, signItem } from '../../protocol/items/item.ts';
import { proveJoin } from '../../protocol/membership/join-proof.ts';
import { encodeOperation } from '../../protocol/membership/operation.ts';
import { invitationKey } from '../../protocol/network/join-code.ts';
import type { Replica } from '../../protocol/replica/replica.ts';
import type { Session } from '../../protocol/ward/session.ts';
import { establishAuthority, issueOwedCertificates } from '../../node/cli/authority.ts';
import { inviteDevice } from '../../node/cli/invite.ts';
import { environment, found, unlock } from '../ward/small-ward.ts';

const DAY = 24 * 60 * 60 * 1000;
const founded = Date.now();

test('CA-5: an admin issues what a bridge asked for, and renews it when less than 90 days are left, not before', async (t) => {
  const { session, replica } = await wardWithAuthority(t);
  const bridge = await joinAsBridge(session, replica, ['localhost', 'bridge.ward.local']);
  assert.equal(await issueOwedCertificates(session, replica, environment), 1);
  const first = certificateOf(replica, bridge);
  assert.equal(await issueOwedCertificates(session, replica, environment), 0, 'it has one');

  const end = Date.parse(first.validTo);
  assert.ok(end - founded <= 398 * DAY);
  assert.equal(await issueOwedCertificates(session, replica, at(end - 91 * DAY)), 0, 'it lasts');
  assert.equal(await issueOwedCertificates(session, replica, at(end - 89 * DAY)), 1);
  const second = certificateOf(replica, bridge);
  assert.ok(Date.parse(second.validTo) > end + 300 * DAY);
  assert.equal(second.subjectAltName, first.subjectAltName);
  assert.deepEqual(second.publicKey.export({ format: 'jwk' }), first.publicKey.export({ format: 'jwk' }), "the bridge's own key");
  assert.equal(await issueOwedCertificates(session, replica, at(end - 89 * DAY)), 0, 'once');
  assert.equal(await issueOwedCertificates(session, replica, at(end + 400 * DAY)), 1, 'one that has ended already');
});

test('CA-5: no certificate lasts longer than its authority, and near its end nothing is renewed for nothing', async (t) => {
  const { session, replica } = await wardWithAuthority(t);
  const bridge = await joinAsBridge(session, replica, ['localhost']);
  const { authority } = replica.state();
  const end = Date.parse(new X509Certificate(authority?.certificate ?? new Uint8Array(0)).validTo);
  assert.ok(Math.abs(end - founded - AUTHORITY_PERIOD) < 3 * DAY);

  const late = at(end - 50 * DAY);
  assert.equal(await issueOwedCertificates(session, replica, late), 1);
  assert.equal(Date.parse(certificateOf(replica, bridge).validTo), end);
  assert.equal(await issueOwedCertificates(session, replica, late), 0, 'another would end at the same time');
  const other = await joinAsBridge(session, replica, ['localhost']);
  await assert.rejects(issueOwedCertificates(session, replica, at(end + 3 * DAY)), { name: 'CommandFailed', message: /authority has ended/ });
  assert.equal(replica.state().devices.get(hexOf(other))?.certificate.length, 0);
});

test('CA-5: a bridge that asks for what it may not have gets none, in one line that names bridge and names; one that was removed asks for nothing', async (t) => {
  const { session, replica } = await wardWithAuthority(t);
  const bridge = await joinAsBridge(session, replica, ['localhost', 'www.example.com']);
  await assert.rejects(issueOwedCertificates(session, replica, environment), { name: 'CommandFailed', message: /^the bridge 'Bridge' gets no certificate: it asked for www\.example\.com, which [^\n]+$/ });
  const removed = await session.members.removeDevice(bridge);
  assert.ok(removed.ok);
  assert.equal(await issueOwedCertificates(session, replica, environment), 0);
});

test('CA-5: without an authority nothing is owed', async (t) => {
  const place = await found();
  const session = await unlock(place, 'admin-1');
  t.after(() => session.lock());
  await joinAsBridge(session, place.replica, ['localhost']);
  assert.equal(await issueOwedCertificates(session, place.replica, environment), 0);
});

async function wardWithAuthority(t: TestContext): Promise<{ readonly session: Session; readonly replica: Replica }> {
  const place = await found();
  const session = await unlock(place, 'admin-1');
  t.after(() => session.lock());
  await establishAuthority(session, environment, []);
  return { session, replica: place.replica };
}

/** What a bridge does when it joins (JOIN-2), without a network. */
async function joinAsBridge(session: Session, replica: Replica, dns: readonly string[]): Promise<DeviceId> {
  const expires = environment.clock.now() + DAY;
  const invited = await inviteDevice(session, replica, environment, { kind: 'bridge', name: 'Bridge', expires });
  assert.ok(invited.ok);
  const invitation = invitationKey(invited.value, replica.ward, 'bridge');
  const invite = inviteId.from(invitation.publicKey);
  const key = signingKeyFromSeed(environment.entropy.randomBytes(32));
  const device = deviceId.from(key.publicKey);
  const { request } = await makeCertificateRequest({ dns: [...dns], ips: [] });
  const fields = encodeFields(
    { document: LOG_DOCUMENT, author: invite, seq: 1, prev: new Uint8Array(0), heads: replica.state().heads, time: environment.clock.now() },
    { type: 'operation' },
  );
  const operation = { type: 'join', device, certificateRequest: request, proof: proveJoin(key, replica.ward, invite) } as const;
  const item = encodeItem(signItem(invitation, replica.ward, fields, encodeOperation({ operation, certificate: undefined })));
  const verdict = await replica.offer({ document: LOG_DOCUMENT, author: invite, items: [item] });
  assert.equal(verdict.outcome, 'stored');
  return device;
}

function certificateOf(replica: Replica, device: DeviceId): X509Certificate {
  return new X509Certificate(replica.state().devices.get(hexOf(device))?.certificate ?? new Uint8Array(0));
}

function at(time: number): Environment {
  return { ...environment, clock: { now: () => time } };
}
