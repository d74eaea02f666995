import assert from 'node:assert/strict';
import { test } from 'node:test';
import { concatBytes, toBase64Url } from '../../protocol/codec/bytes.ts';
import { hexOf, inviteId, wardId } from '../../protocol/codec/ids.ts';
import type { SigningKey } from '../../protocol/crypto/signing/signature.ts';
import { encodeItem } from '../../protocol/items/item.ts';
import type { DeviceKind } from '../../protocol/membership/ward-state.ts';
import { ChannelError, framePrefix } from '../../protocol/network/frames.ts';
import { decodeJoinCode, encodeJoinCode, invitationKey, type JoinCode } from '../../protocol/network/join-code.ts';
import { encodeJoinMessage, JOIN_PROTOCOL, MAX_STRANGER_BYTES, proveInvitation } from '../../protocol/network/join-messages.ts';
import { joinWard } from '../../protocol/network/join-ward.ts';
import { createNode } from '../../protocol/network/libp2p-node.ts';
import { channelOver } from '../../protocol/network/stream-channel.ts';
import { tcpTransport } from '../../protocol/network/tcp-transport.ts';
import { buildWard } from '../support/ward-builder.ts';
import { addressesOf, answers, failure, HOUR, invite, invitingWard, strangerChannel } from './inviting-ward.ts';
import { deviceOf, freshKey, realEnvironment } from './support.ts';

test('JOIN-1: a code comes back as it was, however it was pasted; anything else is no code', () => {
  const code: JoinCode = { ward: wardId.from(new Uint8Array(32).fill(3)), inviter: deviceOf(freshKey()), secret: new Uint8Array(16).fill(9), addresses: ['/ip4/10.0.0.5/tcp/7400'] };
  const text = encodeJoinCode(code);
  assert.match(text, /^WS1-[A-Za-z0-9_-]{100,200}$/);
  for (const pasted of [text, ` ${text}\n`, `${text.slice(0, 50)}\r\n ${text.slice(50)}`]) {
    const decoded = decodeJoinCode(pasted);
    assert.ok(decoded.ok);
    assert.deepEqual(decoded.value, code);
  }
  const half = text.slice(0, -20);
  for (const wrong of ['', 'WS1-', 'WS2-' + text.slice(4), half, text + 'A', text.replace('WS1-', ''), 'WS1-' + toBase64Url(new Uint8Array(100)), 'WS1-' + 'A'.repeat(1_000_000)]) {
    assert.deepEqual(decodeJoinCode(wrong), { ok: false, failure: 'not-a-join-code' });
  }
});

test('JOIN-1: one secret gives each kind of device, and each ward, another key', () => {
  const secret = new Uint8Array(16).fill(1);
  const wards = [wardId.from(new Uint8Array(32)), wardId.from(new Uint8Array(32).fill(1))];
  const kinds: DeviceKind[] = ['archive', 'tablet', 'bridge', 'client'];
  const keys = wards.flatMap((ward) => kinds.map((kind) => hexOf(inviteId.from(invitationKey(secret, ward, kind).publicKey))));
  assert.equal(new Set(keys).size, keys.length);
});

test('JOIN-2: a new device fetches the log, joins with a code, and is a device of the ward on both sides', async (t) => {
  const { ward, host, code, join } = await invitingWard(t);
  for (let i = 0; i < 30; i++) await ward.join(`nurse${i}`, 'clinician');
  const key = freshKey();
  const replica = await ward.emptyReplica();
  assert.deepEqual(await join({ deviceKey: key, replica }), { ok: true, value: undefined });
  for (const each of [ward.replica, replica]) assert.equal(each.state().devices.get(hexOf(deviceOf(key)))?.kind, 'tablet');
  assert.deepEqual(replica.state().heads, ward.replica.state().heads);
  assert.equal(replica.state().users.size, 31);
  assert.ok(host.peers().some(({ device }) => hexOf(device) === hexOf(deviceOf(key))), 'dialled and admitted from now on');
  assert.equal(code.addresses.length, 1);
});

test('JOIN-2: an interrupted joining is taken up with the same key, and any other key finds the code used', async (t) => {
  const { ward, join } = await invitingWard(t);
  const key = freshKey();
  const replica = await ward.emptyReplica();
  assert.ok((await join({ deviceKey: key, replica })).ok);
  // The answer was lost: a fresh replica, the same key.
  assert.deepEqual(await join({ deviceKey: key, replica: await ward.emptyReplica() }), { ok: true, value: undefined });
  assert.deepEqual(await join({ deviceKey: key, replica }), { ok: true, value: undefined }, 'and with what the first try fetched');
  assert.deepEqual(await join({ deviceKey: freshKey() }), failure('cut-off'), 'no invitation is open any more');
  await invite(ward, new Uint8Array(16), 'tablet');
  assert.deepEqual(await join({ deviceKey: freshKey() }), failure('used'), 'another one is');
});

test('JOIN-2: an expired code, a wrong secret, another kind, another ward: each is told apart on this side only', async (t) => {
  const { ward, code, join } = await invitingWard(t);
  await invite(ward, new Uint8Array(16).fill(8), 'bridge', 5 * HOUR);
  assert.deepEqual(await join({ code: { ...code, secret: new Uint8Array(16) } }), failure('refused'));
  assert.deepEqual(await join({ kind: 'archive' }), failure('refused'), 'the code was not made for an archive');
  assert.deepEqual(await join({ code: { ...code, ward: wardId.from(new Uint8Array(32)) } }), failure('refused'));
  assert.deepEqual(await join({ code: { ...code, inviter: deviceOf(freshKey()) } }), failure('unreachable'), 'somebody else answers there');
  assert.deepEqual(await join({ code: { ...code, addresses: [] } }), failure('unreachable'));
  assert.deepEqual(await join({ code: { ...code, addresses: ['/ip4/127.0.0.1/tcp/1'] } }), failure('unreachable'));
  ward.clock.advance(2 * HOUR);
  assert.deepEqual(await join({}), failure('expired'));
  ward.clock.advance(4 * HOUR);
  assert.deepEqual(await join({}), failure('cut-off'));
});

test('JOIN-2: a device whose clock is a year ahead joins all the same', async (t) => {
  const { ward, join } = await invitingWard(t);
  const clock = { now: () => ward.clock.now() + 365 * 24 * HOUR };
  assert.ok((await join({ environment: { ...realEnvironment(), clock } })).ok);
});

test('JOIN-2: an inviter that sends another ward\'s log, or garbage, convinces nobody', async (t) => {
  const ward = await buildWard({ seed: 'true' });
  const other = await buildWard({ seed: 'false' });
  const lies: (() => Uint8Array)[] = [
    () => encodeJoinMessage({ type: 'log', run: [encodeItem(other.genesis)] }),
    () => encodeJoinMessage({ type: 'log-end' }),
    () => encodeJoinMessage({ type: 'answer', code: 'joined' }),
    () => new Uint8Array(50).fill(0x9f),
  ];
  for (const lie of lies) {
    const key = freshKey();
    const liar = await createNode({ deviceKey: key, transport: tcpTransport(), listen: ['/ip4/127.0.0.1/tcp/0'], gater: {} });
    t.after(() => liar.stop());
    await liar.handle(JOIN_PROTOCOL, (stream, connection) => {
      const channel = channelOver(stream, connection.remotePeer.publicKey?.raw ?? new Uint8Array(32), { maxFrameLength: 65_536 }, realEnvironment().timers);
      void channel.send(lie()).then(() => channel.send(encodeJoinMessage({ type: 'log-end' }))).catch(() => undefined);
    });
    const code: JoinCode = { ward: ward.id, inviter: deviceOf(key), secret: new Uint8Array(16), addresses: liar.services.listening() };
    const replica = await ward.emptyReplica();
    const outcome = await joinWard({ code, kind: 'tablet', deviceKey: freshKey(), replica, environment: realEnvironment(), transport: tcpTransport() });
    assert.deepEqual(outcome, failure('not-the-ward'));
    assert.equal(replica.count, 0);
  }
});

test('NET-1: without the proof of an invitation a stranger gets nothing of the log', async (t) => {
  const { ward, host, code, secret } = await invitingWard(t);
  const key = freshKey();
  const invitation = invitationKey(secret, ward.id, 'tablet');
  const id = inviteId.from(invitation.publicKey);
  const proofFor = (joiner: SigningKey, inviter: Uint8Array): Uint8Array => proveInvitation(invitation, ward.id, joiner.publicKey, inviter);
  const asks = [
    { version: 1, proof: new Uint8Array(64), why: 'no proof' },
    { version: 1, proof: proofFor(freshKey(), code.inviter), why: 'the proof of another device, replayed' },
    { version: 1, proof: proofFor(key, deviceOf(freshKey())), why: 'a proof made for another inviter' },
    { version: 2, proof: proofFor(key, code.inviter), why: 'another version' },
  ];
  for (const { version, proof, why } of asks) {
    const channel = await strangerChannel(t, host, key);
    await channel.send(encodeJoinMessage({ type: 'ask', version, ward: ward.id, invite: id, proof }));
    assert.deepEqual(await answers(channel), [{ type: 'answer', code: 'refused' }], why);
  }
});

test('NET-1: a stranger may send 32 KiB, and only what belongs there', async (t) => {
  const { host, logged } = await invitingWard(t);
  const flood = await strangerChannel(t, host, freshKey(), 1024 * 1024);
  await assert.rejects(async () => {
    for (;;) await flood.send(new Uint8Array(MAX_STRANGER_BYTES));
  }, (error) => error instanceof ChannelError);
  const odd = await strangerChannel(t, host, freshKey());
  await odd.send(encodeJoinMessage({ type: 'log-end' }));
  assert.deepEqual(await answers(odd), []);
  const junk = await strangerChannel(t, host, freshKey());
  await junk.send(concatBytes(framePrefix(7), new Uint8Array(40).fill(0xff)));
  assert.deepEqual(await answers(junk), []);
  assert.ok(logged.filter(({ name }) => name === 'join-broken-off').length >= 2);
});

test('JOIN-2: a member who holds the code cannot add a device whose key is not theirs', async (t) => {
  const { ward, host, code, secret } = await invitingWard(t);
  const [key, other] = [freshKey(), freshKey()];
  const invitation = invitationKey(secret, ward.id, 'tablet');
  const id = inviteId.from(invitation.publicKey);
  const channel = await strangerChannel(t, host, key);
  await channel.send(encodeJoinMessage({ type: 'ask', version: 1, ward: ward.id, invite: id, proof: proveInvitation(invitation, ward.id, key.publicKey, code.inviter) }));
  const item = ward.joining(invitation, { id: deviceOf(other), kind: 'tablet', key: other });
  await channel.send(encodeJoinMessage({ type: 'join', item: encodeItem(item) }));
  assert.deepEqual((await answers(channel)).at(-1), { type: 'answer', code: 'refused' });
  assert.ok(!ward.replica.state().devices.has(hexOf(deviceOf(other))));
});

test('NET-1: twenty strangers who hang about do not keep an invited device out', async (t) => {
  const { host, join } = await invitingWard(t, 'real clock');
  await Promise.all(Array.from({ length: 20 }, async () => {
    const node = await createNode({ deviceKey: freshKey(), transport: tcpTransport(), listen: [], gater: { denyDialMultiaddr: () => false } });
    t.after(() => node.stop());
    await node.dial(addressesOf(host)).catch(() => undefined);
  }));
  assert.ok((await join({})).ok);
});
