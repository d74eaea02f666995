/** Somebody on the network who is no device of the ward: listens to what is announced, and knocks. */
import '../../protocol/network/polyfill.ts';
import multicastDns from 'multicast-dns';
import { multiaddr } from '@multiformats/multiaddr';
import { realEnvironment, silentLog } from '../../node/device/real-environment.ts';
import { signingKeyFromSeed } from '../../protocol/crypto/signing/signature.ts';
import { decodeJoinCode } from '../../protocol/network/join-code.ts';
import { joinWard } from '../../protocol/network/join-ward.ts';
import { createNode } from '../../protocol/network/libp2p-node.ts';
import { REACH_PROTOCOL } from '../../protocol/network/reach.ts';
import { tcpTransport } from '../../protocol/network/tcp-transport.ts';
import { openReplica } from '../../protocol/replica/open-replica.ts';
import { MemoryStore } from '../../protocol/store/memory-store.ts';
import { SYNC_PROTOCOL } from '../../protocol/sync/messages.ts';
import { answerQuestions, report } from './asked.ts';

export type StrangerHandlers = {
  /** Reports every mDNS record heard at the address as `record`. */
  readonly listen: (address: string) => void;
  /** Asks for the ward's items, and for who is there. Resolves when cut off, with the number of bytes that came. */
  readonly knock: (address: string) => Promise<number>;
  /** Tries to join by somebody's code whose secret it does not know. */
  readonly guess: (code: string) => Promise<{ readonly outcome: string; readonly items: number }>;
};

const environment = realEnvironment(silentLog);
const key = signingKeyFromSeed(environment.entropy.randomBytes(32));

const handlers: StrangerHandlers = {
  listen(address) {
    const mdns = multicastDns({ interface: address, bind: '0.0.0.0', ip: '224.0.0.251', port: 5353, reuseAddr: true });
    mdns.on('response', ({ answers, additionals, authorities }) => {
      for (const record of [...answers, ...additionals, ...authorities]) {
        report('record', { name: record.name, type: record.type, data: 'data' in record ? textOf(record.data) : '' });
      }
    });
    mdns.on('query', ({ questions }) => {
      for (const { name, type } of questions) report('question', { name, type });
    });
  },

  async knock(address) {
    const node = await createNode({ deviceKey: key, transport: tcpTransport(), listen: [], gater: { denyDialMultiaddr: () => false } });
    let bytes = 0;
    for (const protocol of [SYNC_PROTOCOL, REACH_PROTOCOL]) {
      try {
        const connection = await node.dial(multiaddr(address), { force: true });
        const closed = new Promise((resolve) => { connection.addEventListener('close', resolve, { once: true }); });
        const stream = await connection.newStream(protocol);
        stream.addEventListener('message', ({ data }) => { bytes += data.byteLength; });
        await closed;
      } catch {
        // Cut off before a stream stood, which is as good.
      }
    }
    await node.stop();
    return bytes;
  },

  async guess(text) {
    const decoded = decodeJoinCode(text);
    if (!decoded.ok) throw new Error('not a code');
    const code = { ...decoded.value, secret: environment.entropy.randomBytes(decoded.value.secret.length) };
    const replica = await openReplica({ store: new MemoryStore(), ward: code.ward, log: silentLog });
    const joined = await joinWard({ code, kind: 'tablet', deviceKey: key, replica, environment, transport: tcpTransport() });
    return { outcome: joined.ok ? 'joined' : joined.failure, items: replica.count };
  },
};

answerQuestions(handlers);

function textOf(data: unknown): string {
  const parts: readonly unknown[] = Array.isArray(data) ? data : [data];
  return parts.map((part) => (part instanceof Uint8Array ? Buffer.from(part).toString('latin1') : String(part))).join('\n');
}
