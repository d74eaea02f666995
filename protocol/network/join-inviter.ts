/** The inviter's side of `/wardsync/join/1` (JOIN-2): proof, then the log, then one operation through admission. */
import { equalBytes } from '../codec/bytes.ts';
import type { Environment } from '../codec/environment.ts';
import { hexOf, LOG_DOCUMENT, type InviteId } from '../codec/ids.ts';
import { MalformedError } from '../codec/result.ts';
import { decodeItem, type EncodedItem } from '../items/item.ts';
import { decodeOperation } from '../membership/operation.ts';
import { MAX_RUN_BYTES, MAX_RUN_ITEMS, type Replica } from '../replica/replica.ts';
import type { FrameChannel } from '../sync/channel.ts';
import { ChannelError } from './frames.ts';
import { peerIdText } from './peer-id.ts';
import {
  decodeJoinMessage, encodeJoinMessage, isInvitationProven, JOIN_VERSION, type JoinAnswer, type JoinMessage,
} from './join-messages.ts';

/** Longest pause for which a joiner is waited. The doorkeeper cuts a stranger off at the same age. */
const PATIENCE = 15_000;

export interface InviterInit {
  readonly self: Uint8Array;
  readonly replica: Replica;
  readonly environment: Environment;
  /** The other side holds an invitation of this ward. */
  readonly onProven: () => void;
}

/** Serves one joiner, then closes the channel. Never rejects. */
export async function serveJoin(channel: FrameChannel, init: InviterInit): Promise<void> {
  const { environment } = init;
  const cancel = environment.timers.after(PATIENCE, () => channel.close());
  try {
    const code = await converse(channel, init);
    environment.log.event('join-answered', { code });
    await channel.send(encodeJoinMessage({ type: 'answer', code }));
  } catch (error) {
    // A store that is full, say, is the operator's to read of; the joiner only sees the channel close.
    environment.log.event('join-broken-off', { reason: error instanceof Error ? error.message : 'unknown', peer: peerIdText(channel.remote) });
  } finally {
    cancel();
    channel.close();
  }
}

async function converse(channel: FrameChannel, { self, replica, environment, onProven }: InviterInit): Promise<JoinAnswer> {
  const frames = channel.frames()[Symbol.asyncIterator]();
  const ask = await receive(frames, 'ask');
  if (ask.version !== JOIN_VERSION || !equalBytes(ask.ward, replica.ward)) return 'refused';
  const invitation = replica.state().invitations.get(hexOf(ask.invite));
  if (invitation === undefined || !isInvitationProven(ask.invite, replica.ward, channel.remote, self, ask.proof)) return 'refused';
  if (invitation.usedBy !== undefined && !equalBytes(invitation.usedBy, channel.remote)) return 'used';
  if (invitation.usedBy === undefined && invitation.expires <= environment.clock.now()) return 'expired';
  onProven();

  await sendLog(channel, replica);
  const { item } = await receive(frames, 'join');
  return admit(replica, ask.invite, channel.remote, item);
}

/** Every chain of the log, in runs as they are served to peers. A joiner sorts out what hangs on what. */
async function sendLog(channel: FrameChannel, replica: Replica): Promise<void> {
  const limit = { maxItems: MAX_RUN_ITEMS, maxBytes: MAX_RUN_BYTES };
  for (const { author, seq } of replica.frontier(LOG_DOCUMENT)) {
    for (let next = 1; next <= seq; ) {
      const { items } = await replica.run({ document: LOG_DOCUMENT, author }, next, limit);
      if (items.length === 0) break;
      await channel.send(encodeJoinMessage({ type: 'log', run: items }));
      next += items.length;
    }
  }
  await channel.send(encodeJoinMessage({ type: 'log-end' }));
}

/** The operation has to add the very device whose key the handshake proved; all else is the replica's to check. */
async function admit(replica: Replica, invite: InviteId, joiner: Uint8Array, encoded: EncodedItem): Promise<JoinAnswer> {
  const item = decodeItem(encoded);
  if (item.fields.content.type !== 'operation') return 'refused';
  const { operation } = decodeOperation(item.body);
  if (operation.type !== 'join' || !equalBytes(operation.device, joiner) || !equalBytes(item.fields.author, invite)) return 'refused';
  const verdict = await replica.offer({ document: item.fields.document, author: item.fields.author, items: [encoded] });
  return verdict.outcome === 'stored' || verdict.outcome === 'known' ? 'joined' : 'refused';
}

async function receive<T extends JoinMessage['type']>(frames: AsyncIterator<Uint8Array>, type: T): Promise<Extract<JoinMessage, { type: T }>> {
  const next = await frames.next();
  if (next.done === true) throw new ChannelError('cut');
  const message = decodeJoinMessage(next.value);
  if (!isOfType(message, type)) throw new MalformedError(`join: expected ${type}`);
  return message;
}

function isOfType<T extends JoinMessage['type']>(message: JoinMessage, type: T): message is Extract<JoinMessage, { type: T }> {
  return message.type === type;
}
