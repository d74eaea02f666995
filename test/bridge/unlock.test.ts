import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { WebSocket } from 'ws';
import { createPipes } from '../../browser-bridge/pipe.ts';
import { hexOf, userId } from '../../protocol/codec/ids.ts';
import { pipeAddress, pipeTransport } from '../../protocol/network/pipe-transport.ts';
import type { UnlockAnswer, UnlockQuestion } from '../../protocol/unlock/messages.ts';
import { freshKeys, realEnvironment, startTestHost, until, WrittenReplica } from '../network/support.ts';

const QUESTION: UnlockQuestion = { type: 'evaluate', user: userId.from(new Uint8Array(16)), dealing: new Uint8Array(16), blinded: new Uint8Array(32).fill(1) };

test('UNLOCK-2: a page behind the bridge has a link with the archive, and asks the tablet nodes through pipes of their own', async (t) => {
  const keys = freshKeys(4);
  const [pageKey, ...nodeKeys] = keys;
  assert.ok(pageKey);
  const replica = (): WrittenReplica => new WrittenReplica(...keys);
  const answerFrom = (generation: number) => (): Promise<UnlockAnswer> => Promise.resolve({ type: 'refused', code: 'tries', generation });
  const nodes = await Promise.all(nodeKeys.map((key, place) => startTestHost(key, replica(), { answerUnlock: answerFrom(place + 1) })));
  const pipes = createPipes({
    targetOf: (peerId) => {
      const node = nodes.find((each) => each.peerId === peerId);
      return node === undefined ? undefined : { host: '127.0.0.1', port: Number(node.addresses()[0]?.split('/')[4]) };
    },
    log: realEnvironment().log,
  });
  const http = createServer().on('upgrade', (request, socket, head) => pipes.handle(request.url ?? '', request, socket, head));
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const origin = pipeAddress(`http://127.0.0.1:${(http.address() as AddressInfo).port}`);
  const page = await startTestHost(pageKey, replica(), {
    listen: [],
    transport: pipeTransport({ timers: realEnvironment().timers, openSocket: (url) => new WebSocket(url, { perMessageDeflate: false }) }),
    addressesOf: ({ id }) => (nodes[0] !== undefined && hexOf(id) === hexOf(nodes[0].device) ? [origin] : []),
    unlockAddressesOf: () => [origin],
  });
  t.after(async () => {
    await Promise.all([page, ...nodes].map((host) => host.stop()));
    pipes.stop();
    http.close();
  });
  await until(page, () => page.links().length === 1);
  const begun = Date.now();
  const answers = await Promise.all(nodes.map(({ device }) => page.unlockNodes.ask(device, QUESTION)));
  assert.deepEqual(answers.map((answer) => answer?.type === 'refused' && answer.generation), [1, 2, 3]);
  assert.ok(Date.now() - begun < 3_000, `${Date.now() - begun} ms`);
  assert.equal(page.links().length, 1);
});
