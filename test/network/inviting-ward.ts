/** A ward whose tablet invites, over real libp2p on loopback, and strangers who knock there. */
import { randomBytes } from 'node:crypto';
import type { TestContext } from 'node:test';
import { multiaddr } from '@multiformats/multiaddr';
import { inviteId } from '../../protocol/codec/ids.ts';
import type { SigningKey } from '../../protocol/crypto/signing/signature.ts';
import type { DeviceKind } from '../../protocol/membership/ward-state.ts';
import { ChannelError } from '../../protocol/network/frames.ts';
import { startHost, type Host } from '../../protocol/network/host.ts';
import { invitationKey, type JoinCode } from '../../protocol/network/join-code.ts';
import { decodeJoinMessage, JOIN_PROTOCOL } from '../../protocol/network/join-messages.ts';
import { joinWard, type JoinFailure } from '../../protocol/network/join-ward.ts';
import { createNode } from '../../protocol/network/libp2p-node.ts';
import { channelOver } from '../../protocol/network/stream-channel.ts';
import { tcpTransport } from '../../protocol/network/tcp-transport.ts';
import type { FrameChannel } from '../../protocol/sync/channel.ts';
import { buildWard, type TestWard } from '../support/ward-builder.ts';
import { freshKey, ListeningLink, realEnvironment, type LoggedEvent } from './support.ts';

export const HOUR = 3_600_000;

export interface InvitingWard {
  readonly ward: TestWard;
  readonly host: Host;
  readonly secret: Uint8Array;
  readonly code: JoinCode;
  readonly logged: readonly LoggedEvent[];
  readonly join: (change: Partial<Parameters<typeof joinWard>[0]>) => ReturnType<typeof joinWard>;
}

/** A ward whose tablet invites another, by a code that is good for an hour. */
export async function invitingWard(t: TestContext, time: 'test clock' | 'real clock' = 'test clock'): Promise<InvitingWard> {
  const ward = await buildWard();
  const secret = new Uint8Array(randomBytes(16));
  const logged: LoggedEvent[] = [];
  const environment = { ...realEnvironment(logged), ...(time === 'test clock' && { clock: ward.clock }) };
  await invite(ward, secret, 'tablet', environment.clock.now() - ward.clock.now() + HOUR);
  const host = await startHost({
    deviceKey: ward.tablet.key, replica: ward.replica, environment, transport: tcpTransport(), listen: ['/ip4/127.0.0.1/tcp/0'],
    openLink: (channel) => new ListeningLink(channel),
  });
  t.after(() => host.stop());
  const code: JoinCode = { ward: ward.id, inviter: ward.tablet.id, secret, addresses: host.addresses() };
  const join: InvitingWard['join'] = async (change) =>
    joinWard({ code, kind: 'tablet', deviceKey: freshKey(), replica: change.replica ?? (await ward.emptyReplica()), environment, transport: tcpTransport(), ...change });
  return { ward, host, secret, code, logged, join };
}

export async function invite(ward: TestWard, secret: Uint8Array, kind: DeviceKind, life = HOUR): Promise<void> {
  const id = inviteId.from(invitationKey(secret, ward.id, kind).publicKey);
  await ward.put(ward.founder.operation({ type: 'invite', invite: id, kind, expires: ward.clock.now() + life, sealedName: new Uint8Array(20) }));
}

export function failure(code: JoinFailure): { ok: false; failure: JoinFailure } {
  return { ok: false, failure: code };
}

export function addressesOf(host: Host): ReturnType<typeof multiaddr>[] {
  return host.addresses().map((address) => multiaddr(`${address}/p2p/${host.peerId}`));
}

export async function strangerChannel(t: TestContext, host: Host, deviceKey: SigningKey, maxFrameLength = 1024 * 1024): Promise<FrameChannel> {
  const node = await createNode({ deviceKey, transport: tcpTransport(), listen: [], gater: { denyDialMultiaddr: () => false } });
  t.after(() => node.stop());
  const connection = await node.dial(addressesOf(host));
  return channelOver(await connection.newStream(JOIN_PROTOCOL), host.device, { maxFrameLength }, realEnvironment().timers);
}

export async function answers(channel: FrameChannel): Promise<ReturnType<typeof decodeJoinMessage>[]> {
  const messages: ReturnType<typeof decodeJoinMessage>[] = [];
  try {
    for await (const frame of channel.frames()) messages.push(decodeJoinMessage(frame));
  } catch (error) {
    if (!(error instanceof ChannelError)) throw error;
  }
  return messages;
}
