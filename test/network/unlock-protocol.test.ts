import assert from 'node:assert/strict';
import { test } from 'node:test';
import { multiaddr } from '@multiformats/multiaddr';
import { hexOf, userId, type DeviceId } from '../../protocol/codec/ids.ts';
import { createNode } from '../../protocol/network/libp2p-node.ts';
import { tcpTransport } from '../../protocol/network/tcp-transport.ts';
import { UNLOCK_PROTOCOL } from '../../protocol/network/unlock-protocol.ts';
import { encodeAnswer, encodeQuestion, MAX_UNLOCK_FRAME, type UnlockAnswer, type UnlockQuestion } from '../../protocol/unlock/messages.ts';
import { deviceOf, freshKey, freshKeys, startTestHost, until, WrittenReplica } from './support.ts';

const QUESTION: UnlockQuestion = { type: 'evaluate', user: userId.from(new Uint8Array(16).fill(1)), dealing: new Uint8Array(16).fill(2), blinded: new Uint8Array(32).fill(3) };
const ANSWER: UnlockAnswer = { type: 'evaluated', evaluated: new Uint8Array(32).fill(4), proof: new Uint8Array(64).fill(5), generation: 7 };

test('UNLOCK-2: a client asks a node it has a link with, and one that it dials for this alone', async (t) => {
  const [node, other, client] = freshKeys(3);
  assert.ok(node && other && client);
  const asked: string[] = [];
  const answerUnlock = (question: UnlockQuestion, device: DeviceId): Promise<UnlockAnswer> => {
    asked.push(`${question.type} by ${hexOf(device)}`);
    return Promise.resolve(ANSWER);
  };
  const replica = (): WrittenReplica => new WrittenReplica(node, other, client);
  const hosts = await Promise.all([node, other].map((key) => startTestHost(key, replica(), { answerUnlock })));
  const [linked, unlinked] = hosts;
  assert.ok(linked && unlinked);
  const asker = await startTestHost(client, replica(), {
    listen: [],
    addressesOf: ({ id }) => (hexOf(id) === hexOf(linked.device) ? linked.addresses() : []),
    unlockAddressesOf: ({ id }) => hosts.find(({ device }) => hexOf(device) === hexOf(id))?.addresses() ?? [],
  });
  t.after(() => Promise.all([...hosts, asker].map((host) => host.stop())));
  await until(asker, () => asker.links().length === 1);
  for (const host of hosts) assert.deepEqual(await asker.unlockNodes.ask(host.device, QUESTION), ANSWER);
  assert.equal(asker.links().length, 1, 'no link comes of it');
  assert.deepEqual(asked, [`evaluate by ${hexOf(deviceOf(client))}`, `evaluate by ${hexOf(deviceOf(client))}`]);
  assert.equal(await asker.unlockNodes.ask(asker.device, QUESTION), undefined, 'it keeps no shares itself');
  const burst = await Promise.all(Array.from({ length: 7 }, () => asker.unlockNodes.ask(linked.device, QUESTION)));
  assert.deepEqual(new Set(burst.map((answer) => answer?.type)), new Set(['evaluated']));
});

test('UNLOCK-2: a node that is not there, keeps no shares, or says nothing is undefined, in time', async (t) => {
  const [silent, without, client] = freshKeys(3);
  assert.ok(silent && without && client);
  const replica = (): WrittenReplica => new WrittenReplica(silent, without, client);
  const mute = await startTestHost(silent, replica(), { answerUnlock: () => new Promise<never>(() => {}) });
  const plain = await startTestHost(without, replica());
  const gone = freshKey();
  const asker = await startTestHost(client, replica(), { listen: [], unlockAddressesOf: ({ id }) => [mute, plain].find(({ device }) => hexOf(device) === hexOf(id))?.addresses() ?? [] });
  t.after(() => Promise.all([mute, plain, asker].map((host) => host.stop())));
  const begun = Date.now();
  const answers = await Promise.all([mute.device, plain.device, deviceOf(gone)].map((device) => asker.unlockNodes.ask(device, QUESTION)));
  assert.deepEqual(answers, [undefined, undefined, undefined]);
  assert.ok(Date.now() - begun < 7_000, `${Date.now() - begun} ms`);
});

test('ATTACK 32: a device that asks without end, or sends what is no question, gets little and costs little', async (t) => {
  const [node, client] = freshKeys(2);
  assert.ok(node && client);
  let asked = 0;
  const host = await startTestHost(node, new WrittenReplica(node, client), { answerUnlock: () => { asked += 1; return Promise.resolve(ANSWER); } });
  t.after(() => host.stop());
  const raw = await createNode({ deviceKey: client, transport: tcpTransport(), listen: [], gater: { denyDialMultiaddr: () => false } });
  t.after(() => raw.stop());
  const connection = await raw.dial(host.addresses().map((address) => multiaddr(`${address}/p2p/${host.peerId}`)));
  const say = async (frame: Uint8Array, length = frame.length): Promise<Uint8Array> => {
    const stream = await connection.newStream(UNLOCK_PROTOCOL);
    const got: number[] = [];
    const closed = new Promise<void>((resolve) => {
      stream.addEventListener('message', ({ data }) => { got.push(...data.subarray()); });
      stream.addEventListener('remoteCloseWrite', () => resolve());
      stream.addEventListener('close', () => resolve());
    });
    const prefix = new Uint8Array(4);
    new DataView(prefix.buffer).setUint32(0, length);
    stream.send(new Uint8Array([...prefix, ...frame]));
    await closed;
    await stream.close().catch(() => {});
    return Uint8Array.from(got).subarray(4);
  };
  assert.equal((await say(new Uint8Array(40), MAX_UNLOCK_FRAME + 1)).length, 0, 'too long');
  assert.equal((await say(Uint8Array.of(0x82, 1, 2))).length, 0, 'no question');
  let answered = 0;
  for (let i = 0; i < 80; i++) if (Buffer.from(await say(encodeQuestion(QUESTION))).equals(Buffer.from(encodeAnswer(ANSWER)))) answered += 1;
  assert.equal(asked, answered);
  assert.ok(answered >= 60 && answered < 78, `${answered} of 80`);
});
