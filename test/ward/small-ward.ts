/** A ward of memory replicas for tests: founded for real, devices connected by copying items on demand. */
import { documentId, deviceId, inviteId, LOG_DOCUMENT, type WardId } from '../../protocol/codec/ids.ts';
import { signingKeyFromSeed, type SigningKey } from '../../protocol/crypto/signing/signature.ts';
import { nodeEngine } from '../../protocol/documents/node-engine.ts';
import { encodeFields, encodeItem, signItem } from '../../protocol/items/item.ts';
import { proveJoin } from '../../protocol/membership/join-proof.ts';
import { encodeOperation } from '../../protocol/membership/operation.ts';
import type { DeviceKind } from '../../protocol/membership/ward-state.ts';
import { openReplica } from '../../protocol/replica/open-replica.ts';
import type { Replica } from '../../protocol/replica/replica.ts';
import { MemoryStore } from '../../protocol/store/memory-store.ts';
import { foundWard } from '../../protocol/ward/found.ts';
import type { Session } from '../../protocol/ward/session.ts';
import { openWard } from '../../protocol/ward/ward.ts';
import { copyItems } from '../../node/cli/copy-items.ts';
import { realEnvironment, realEntropy, silentLog } from '../../node/device/real-environment.ts';

export const environment = realEnvironment(silentLog);
export const PASSWORD = 'correct horse battery';
export { documentId };

export interface Place {
  readonly replica: Replica;
  readonly key: SigningKey;
}

export async function found(): Promise<Place> {
  const key = newKey();
  const replica = await foundWard({
    wardName: 'Larch Ward',
    founder: { handle: 'admin-1', name: 'Ada Minton', password: PASSWORD },
    device: { key, kind: 'client', name: 'Office' },
    environment,
    openReplica: emptyReplica,
  });
  return { replica, key };
}

/** Another device of the ward, added by an admin's session, with a copy of what is there. */
export async function addPlace(admin: Session, from: Replica, kind: DeviceKind = 'client'): Promise<Place> {
  const key = newKey();
  const added = await admin.members.addDevice(deviceId.from(key.publicKey), kind, 'Another');
  if (!added.ok) throw new Error(added.failure);
  const replica = await emptyReplica(from.ward);
  await copyItems(from, replica);
  return { replica, key };
}

export async function unlock({ replica, key }: Place, handle: string, password = PASSWORD): Promise<Session> {
  const unlocked = await openWard({
    replica, deviceKey: key, environment, startEngine: (actor) => nodeEngine(actor, environment.timers),
  }).unlock(handle, password);
  if (!unlocked.ok) throw new Error(unlocked.failure);
  return unlocked.value;
}

/** A device of its own comes in by the invitation. */
export async function joinBy(replica: Replica, invitation: SigningKey): Promise<SigningKey> {
  const key = newKey();
  const invite = inviteId.from(invitation.publicKey);
  const place = { document: LOG_DOCUMENT, author: invite, seq: 1, prev: new Uint8Array(0), heads: replica.state().heads, time: environment.clock.now() };
  const operation = { type: 'join', device: deviceId.from(key.publicKey), certificateRequest: new Uint8Array(0), proof: proveJoin(key, replica.ward, invite) } as const;
  const item = signItem(invitation, replica.ward, encodeFields(place, { type: 'operation' }), encodeOperation({ operation, certificate: undefined }));
  const { outcome } = await replica.offer({ document: LOG_DOCUMENT, author: invite, items: [encodeItem(item)] });
  if (outcome !== 'stored') throw new Error(outcome);
  return key;
}

/** Both have everything that either had. */
export async function exchange(a: Place, b: Place, ...sessions: readonly Session[]): Promise<void> {
  await copyItems(a.replica, b.replica);
  await copyItems(b.replica, a.replica);
  for (const session of sessions) await session.settled();
}

function emptyReplica(ward: WardId): Promise<Replica> {
  return openReplica({ store: new MemoryStore(), ward, log: silentLog });
}

function newKey(): SigningKey {
  return signingKeyFromSeed(realEntropy.randomBytes(32));
}
