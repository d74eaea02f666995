/** ATTACK 9 on the network: what was said once, said again. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { test, type TestContext } from 'node:test';
import { randomBytes } from 'node:crypto';
import { multiaddr } from '@multiformats/multiaddr';
import { hexOf, inviteId } from '../../protocol/codec/ids.ts';
import type { SigningKey } from '../../protocol/crypto/signing/signature.ts';
import { encodeItem } from '../../protocol/items/item.ts';
import type { Host } from '../../protocol/network/host.ts';
import { invitationKey } from '../../protocol/network/join-code.ts';
import { encodeJoinMessage, JOIN_PROTOCOL, proveInvitation } from '../../protocol/network/join-messages.ts';
import { createNode } from '../../protocol/network/libp2p-node.ts';
import { channelOver } from '../../protocol/network/stream-channel.ts';
import { tcpTransport } from '../../protocol/network/tcp-transport.ts';
import { addressesOf, answers, invite, invitingWard, strangerChannel, type InvitingWard } from './inviting-ward.ts';
import { deviceOf, freshKey, realEnvironment, startTestHost, until, WrittenReplica } from './support.ts';

const REFUSED = [{ type: 'answer', code: 'refused' }];

test('ATTACK 9: a recorded join proof is worth nothing to another device, on its own connection or with its own code', async (t) => {
  const inviting = await invitingWard(t);
  const { ward, host } = inviting;
  const own = new Uint8Array(randomBytes(16));
  await invite(ward, own, 'tablet');
  const victim = recorded(inviting, freshKey());
  const thief = freshKey();
  const before = ward.replica.count;

  const same = await strangerChannel(t, host, thief);
  await same.send(victim.ask);
  assert.deepEqual(await answers(same), REFUSED, 'as it was, by another device');

  const otherCode = await strangerChannel(t, host, thief);
  await otherCode.send(encodeJoinMessage({ type: 'ask', version: 1, ward: ward.id, invite: inviteId.from(invitationKey(own, ward.id, 'tablet').publicKey), proof: victim.proof }));
  assert.deepEqual(await answers(otherCode), REFUSED, 'the proof for one code, beside the invitation of another');

  const admitted = await strangerChannel(t, host, thief);
  await admitted.send(askOf(inviting, own, thief));
  await admitted.send(victim.join);
  assert.deepEqual((await answers(admitted)).at(-1), { type: 'answer', code: 'refused' }, 'behind the own proof, the operation that was recorded');
  assert.equal(ward.replica.count, before);
  assert.ok([victim.key, thief].every((key) => !ward.replica.state().devices.has(hexOf(deviceOf(key)))));
});

test('ATTACK 9: a join proof that its own device plays again is cut off on the same connection, and adds nothing on another', async (t) => {
  const inviting = await invitingWard(t);
  const { ward, host } = inviting;
  const { key, ask, join } = recorded(inviting, freshKey());
  const connection = await dialled(t, host, key);

  const firstStream = await connection.newStream(JOIN_PROTOCOL);
  const gone = once(firstStream, 'close');
  const first = channelOver(firstStream, host.device, { maxFrameLength: 65_536 }, realEnvironment().timers);
  await first.send(ask);
  await first.send(ask);
  assert.equal((await answers(first)).some(({ type }) => type === 'answer'), false, 'where the operation belongs, the proof again is the end');
  const closed = once(connection, 'close');
  first.close();
  await gone;
  const again = await connection.newStream(JOIN_PROTOCOL).then(async (stream) => {
    const second = channelOver(stream, host.device, { maxFrameLength: 65_536 }, realEnvironment().timers);
    await second.send(ask);
    return answers(second);
  }).catch(() => []);
  assert.deepEqual(again, [], 'nor does a second stream of the connection get an answer');
  await closed;

  const before = ward.replica.count;
  for (const expected of [before + 1, before + 1, before + 1]) {
    const channel = await strangerChannel(t, host, key);
    await channel.send(ask);
    await channel.send(join);
    assert.deepEqual((await answers(channel)).at(-1), { type: 'answer', code: 'joined' });
    assert.equal(ward.replica.count, expected, 'once, however often it is played');
  }
});

test('ATTACK 9: after a joining its recorded proof and operation say to everybody else that the code is used, or nothing at all', async (t) => {
  const inviting = await invitingWard(t);
  const { ward, host, secret } = inviting;
  await invite(ward, new Uint8Array(randomBytes(16)), 'tablet');
  const { key, ask, join } = recorded(inviting, freshKey());
  const joining = await strangerChannel(t, host, key);
  await joining.send(ask);
  await joining.send(join);
  assert.deepEqual((await answers(joining)).at(-1), { type: 'answer', code: 'joined' });
  const before = ward.replica.count;

  const thief = freshKey();
  const replaying = await strangerChannel(t, host, thief);
  await replaying.send(ask);
  assert.deepEqual(await answers(replaying), REFUSED);
  const holder = await strangerChannel(t, host, thief);
  await holder.send(askOf(inviting, secret, thief));
  await holder.send(join).catch(() => undefined);
  assert.deepEqual(await answers(holder), [{ type: 'answer', code: 'used' }], 'also to who holds the code');
  assert.equal(ward.replica.count, before);
});

test('ATTACK 9, REVOKE-5: the join proof of a device that was removed since gets it nothing of the log', async (t) => {
  const inviting = await invitingWard(t);
  const { ward, host } = inviting;
  const { key, ask, join } = recorded(inviting, freshKey());
  const joining = await strangerChannel(t, host, key);
  await joining.send(ask);
  await joining.send(join);
  assert.deepEqual((await answers(joining)).at(-1), { type: 'answer', code: 'joined' });
  await ward.put(ward.founder.operation({ type: 'remove-device', device: deviceOf(key), cut: [] }));
  const back = await strangerChannel(t, host, key).then(async (channel) => {
    await channel.send(ask);
    return answers(channel);
  }).catch(() => []);
  assert.deepEqual(back, []);
});

test('ATTACK 9: a recorded connection, played again byte for byte, gets no further than the handshake', async (t) => {
  const inviting = await invitingWard(t);
  const { ward, host } = inviting;
  const tape = await recorder(t, host);
  const key = freshKey();
  const node = await createNode({ deviceKey: key, transport: tcpTransport(), listen: [], gater: { denyDialMultiaddr: () => false } });
  const connection = await node.dial(multiaddr(`${tape.address}/p2p/${host.peerId}`));
  const channel = channelOver(await connection.newStream(JOIN_PROTOCOL), host.device, { maxFrameLength: 65_536 }, realEnvironment().timers);
  const { ask, join } = recorded(inviting, key);
  await channel.send(ask);
  await channel.send(join);
  assert.deepEqual((await answers(channel)).at(-1), { type: 'answer', code: 'joined' }, 'what is recorded was good');
  await node.stop();

  const before = ward.replica.count;
  const answered = inviting.logged.filter(({ name }) => name === 'join-answered').length;
  const heard = await play(host, tape.said());
  // The host's half of a handshake holds fresh keys, its key and a signature; what comes after it would be encrypted for whoever began it.
  assert.ok(heard.length < 1_024, `${heard.length} bytes`);
  assert.equal(ward.replica.count, before);
  assert.equal(inviting.logged.filter(({ name }) => name === 'join-answered').length, answered);
});

test('ATTACK 9: a device’s recorded connection opens no link when it is played again', async (t) => {
  const [own, other] = [freshKey(), freshKey()];
  const host = await startTestHost(own, new WrittenReplica(own, other));
  t.after(() => host.stop());
  const tape = await recorder(t, host);
  const device = await startTestHost(other, new WrittenReplica(own, other), { listen: [], addressesOf: () => [tape.address] });
  await until(host, () => host.links().length === 1);
  const contact = host.peers()[0]?.lastContact;
  await device.stop();
  await until(host, () => host.links().length === 0);
  let opened = 0;
  host.onLink(() => { opened += 1; });
  const heard = await play(host, tape.said());
  assert.ok(heard.length < 1_024, `${heard.length} bytes`);
  assert.equal(opened, 0);
  assert.ok(contact !== undefined);
});

/** What a device with the code of the ward says when it joins. */
function recorded(inviting: InvitingWard, key: SigningKey): { readonly key: SigningKey; readonly proof: Uint8Array; readonly ask: Uint8Array; readonly join: Uint8Array } {
  const { ward, secret, code } = inviting;
  const invitation = invitationKey(secret, ward.id, 'tablet');
  const item = ward.joining(invitation, { id: deviceOf(key), kind: 'tablet', key });
  return {
    key,
    proof: proveInvitation(invitation, ward.id, key.publicKey, code.inviter),
    ask: askOf(inviting, secret, key),
    join: encodeJoinMessage({ type: 'join', item: encodeItem(item) }),
  };
}

function askOf({ ward, code }: InvitingWard, secret: Uint8Array, key: SigningKey): Uint8Array {
  const invitation = invitationKey(secret, ward.id, 'tablet');
  return encodeJoinMessage({ type: 'ask', version: 1, ward: ward.id, invite: inviteId.from(invitation.publicKey), proof: proveInvitation(invitation, ward.id, key.publicKey, code.inviter) });
}

async function dialled(t: TestContext, host: Host, deviceKey: SigningKey): Promise<Awaited<ReturnType<Awaited<ReturnType<typeof createNode>>['dial']>>> {
  const node = await createNode({ deviceKey, transport: tcpTransport(), listen: [], gater: { denyDialMultiaddr: () => false } });
  t.after(() => node.stop());
  return node.dial(addressesOf(host));
}

function portOf(host: Host): number {
  return Number(/\/tcp\/(\d+)/.exec(host.addresses()[0] ?? '')?.[1]);
}

/** A way to the host that keeps what those who use it say. */
async function recorder(t: TestContext, host: Host): Promise<{ readonly address: string; said(): readonly Buffer[] }> {
  const said: Buffer[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    const onward = connect(portOf(host), '127.0.0.1');
    for (const each of [socket, onward]) sockets.add(each);
    socket.on('data', (chunk: Buffer) => said.push(chunk)).on('error', () => onward.destroy()).pipe(onward).on('error', () => socket.destroy()).pipe(socket);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    for (const each of sockets) each.destroy();
    server.close();
  });
  return { address: `/ip4/127.0.0.1/tcp/${(server.address() as AddressInfo).port}`, said: () => said };
}

/** Says to the host what was said before, piece by piece as it answers, until it hangs up; what it said. */
async function play(host: Host, said: readonly Buffer[]): Promise<Buffer> {
  const heard: Buffer[] = [];
  const socket = connect(portOf(host), '127.0.0.1').on('error', () => undefined);
  const closed = once(socket, 'close');
  socket.on('data', (chunk: Buffer) => heard.push(chunk));
  for (const piece of said) socket.write(piece);
  await closed;
  return Buffer.concat(heard);
}

