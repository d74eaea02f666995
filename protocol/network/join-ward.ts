/**
 * The joiner's side (JOIN-2): dials the inviter, fetches the ward log into an empty replica, which checks all of it
 * down to the ward id, and adds its own device with the invitation's key. The secret never leaves this device.
 */
import './polyfill.ts';
import type { Libp2p } from '@libp2p/interface';
import { multiaddr } from '@multiformats/multiaddr';
import { equalBytes } from '../codec/bytes.ts';
import type { Environment } from '../codec/environment.ts';
import { deviceId, hexOf, inviteId, LOG_DOCUMENT } from '../codec/ids.ts';
import { fail, MalformedError, succeed, type Result } from '../codec/result.ts';
import type { DeviceKey, SigningKey } from '../crypto/signing/signature.ts';
import { encodeFields, encodeItem, signItem, type EncodedItem } from '../items/item.ts';
import { proveJoin } from '../membership/join-proof.ts';
import { encodeOperation } from '../membership/operation.ts';
import type { DeviceKind } from '../membership/ward-state.ts';
import type { Replica } from '../replica/replica.ts';
import type { FrameChannel } from '../sync/channel.ts';
import { MAX_FRAME_LENGTH } from '../sync/messages.ts';
import { ChannelError } from './frames.ts';
import { invitationKey, type JoinCode } from './join-code.ts';
import { decodeJoinMessage, encodeJoinMessage, JOIN_PROTOCOL, JOIN_VERSION, MAX_LOG_BYTES, proveInvitation } from './join-messages.ts';
import { createNode, type TransportFactory } from './libp2p-node.ts';
import { LogIntake } from './log-intake.ts';
import { deviceOfPeerId, peerIdText } from './peer-id.ts';
import { channelOver } from './stream-channel.ts';

export interface JoinInit {
  readonly code: JoinCode;
  readonly kind: DeviceKind;
  /** The new device's own key, kept by the caller before this is called: an interrupted joining is taken up with it. */
  readonly deviceKey: DeviceKey;
  /** Empty, or as an interrupted joining left it. */
  readonly replica: Replica;
  /** PKCS#10 request of a bridge; empty otherwise. */
  readonly certificateRequest?: Uint8Array;
  readonly environment: Environment;
  readonly transport: TransportFactory;
  /** Multiaddrs without `/p2p` where the inviter may be, besides those of the code: its sighting, the page's pipe. */
  readonly addresses?: readonly string[];
}

export type JoinFailure =
  /** Nobody answered at any address with the inviter's key. */
  | 'unreachable'
  /** Connected and cut off: no invitation is open there, or too many are joining. */
  | 'cut-off'
  /** The inviter does not know this invitation, or did not admit the operation. */
  | 'refused'
  | 'expired'
  /** Another device has joined with the code. */
  | 'used'
  /** What was sent is not the log of the ward in the code. */
  | 'not-the-ward';

/** Others may be joining, or only knocking: the inviter makes room for the next one within a second. */
const ATTEMPTS = 3;
const RETRY_PAUSE = 1_100;
/** Longer than the inviter's. */
const PATIENCE = 20_000;

/** On success the replica holds the ward log, this device's joining included. */
export async function joinWard(init: JoinInit): Promise<Result<void, JoinFailure>> {
  const { code, deviceKey, transport, environment } = init;
  const inviter = peerIdText(code.inviter);
  const candidates = [...new Set([...code.addresses, ...init.addresses ?? []])];
  if (candidates.length === 0) return fail('unreachable');
  const isInviter = (peer: Parameters<typeof deviceOfPeerId>[0]): boolean => equalBytes(deviceOfPeerId(peer) ?? new Uint8Array(0), code.inviter);
  const node = await createNode({
    deviceKey,
    transport,
    listen: [],
    gater: { denyDialMultiaddr: () => false, denyDialPeer: (peer) => !isInviter(peer), denyOutboundEncryptedConnection: (peer) => !isInviter(peer) },
  });
  try {
    const addresses = candidates.map((address) => `${address}/p2p/${inviter}`);
    for (let attempt = 1; ; attempt++) {
      const outcome = await joinOver(node, addresses, init);
      if (outcome.ok || outcome.failure !== 'cut-off' || attempt === ATTEMPTS) return outcome;
      await new Promise<void>((resolve) => environment.timers.after(RETRY_PAUSE, resolve));
    }
  } finally {
    await node.stop();
  }
}

async function joinOver(node: Libp2p, addresses: readonly string[], init: JoinInit): Promise<Result<void, JoinFailure>> {
  const { code, environment } = init;
  let connection;
  try {
    connection = await node.dial(addresses.map((address) => multiaddr(address)));
  } catch {
    return fail('unreachable');
  }
  let channel: FrameChannel;
  try {
    const bounds = { maxFrameLength: MAX_FRAME_LENGTH, maxTotalLength: MAX_LOG_BYTES };
    channel = channelOver(await connection.newStream(JOIN_PROTOCOL), code.inviter, bounds, environment.timers);
  } catch {
    return fail('cut-off');
  }
  const cancel = environment.timers.after(PATIENCE, () => channel.close());
  try {
    return await converse(channel, init);
  } catch (error) {
    if (error instanceof ChannelError) return fail('cut-off');
    if (error instanceof MalformedError) return fail('not-the-ward');
    throw error;
  } finally {
    cancel();
    channel.close();
  }
}

async function converse(channel: FrameChannel, init: JoinInit): Promise<Result<void, JoinFailure>> {
  const { code, kind, deviceKey, replica } = init;
  const frames = channel.frames()[Symbol.asyncIterator]();
  const invitation = invitationKey(code.secret, code.ward, kind);
  const invite = inviteId.from(invitation.publicKey);
  const proof = proveInvitation(invitation, code.ward, deviceKey.publicKey, code.inviter);
  await channel.send(encodeJoinMessage({ type: 'ask', version: JOIN_VERSION, ward: code.ward, invite, proof }));

  const log = new LogIntake(replica);
  for (;;) {
    const message = await receive(frames);
    if (message.type === 'log') await log.add(message.run);
    else if (message.type === 'answer' && message.code !== 'joined') return fail(message.code);
    else if (message.type === 'log-end') break;
    else return fail('not-the-ward');
  }
  if (!log.isWhole()) return fail('not-the-ward');

  const known = replica.state().invitations.get(hexOf(invite));
  if (known === undefined) return fail('refused');
  if (known.usedBy !== undefined) return equalBytes(known.usedBy, deviceKey.publicKey) ? succeed(undefined) : fail('used');
  const item = await joinItem(init, invitation, known.expires);
  await channel.send(encodeJoinMessage({ type: 'join', item }));
  const answer = await receive(frames);
  if (answer.type !== 'answer') return fail('not-the-ward');
  if (answer.code !== 'joined') return fail(answer.code);
  await replica.offer({ document: LOG_DOCUMENT, author: invite, items: [item] });
  return succeed(undefined);
}

async function joinItem({ code, deviceKey, replica, certificateRequest = new Uint8Array(0), environment }: JoinInit, invitation: SigningKey, expires: number): Promise<EncodedItem> {
  const invite = inviteId.from(invitation.publicKey);
  const fields = encodeFields({
    document: LOG_DOCUMENT,
    author: invite,
    seq: 1,
    prev: new Uint8Array(0),
    heads: replica.state().heads,
    // Shown, never trusted; a device whose clock is ahead may join all the same, by the inviter's clock (LOG-7).
    time: Math.min(environment.clock.now(), expires - 1),
  }, { type: 'operation' });
  const proof = await proveJoin(deviceKey, code.ward, invite);
  const operation = { type: 'join', device: deviceId.from(deviceKey.publicKey), certificateRequest, proof } as const;
  return encodeItem(signItem(invitation, code.ward, fields, encodeOperation({ operation, certificate: undefined })));
}

async function receive(frames: AsyncIterator<Uint8Array>): Promise<ReturnType<typeof decodeJoinMessage>> {
  const next = await frames.next();
  if (next.done === true) throw new ChannelError('cut');
  return decodeJoinMessage(next.value);
}
