import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deviceId, hexOf, type DeviceId, type Hex } from '../../protocol/codec/ids.ts';
import { LABEL } from '../../protocol/crypto/labels.ts';
import type { SigningKey } from '../../protocol/crypto/signing/signature.ts';
import type { DeviceState } from '../../protocol/membership/ward-state.ts';
import type { Replica } from '../../protocol/replica/replica.ts';
import { deviceSigner } from '../../protocol/sync/heartbeat-memory.ts';
import { heartbeatContent } from '../../protocol/sync/messages.ts';
import type { SignedHeartbeat } from '../../protocol/sync/session-context.ts';
import { Witnesses } from '../../protocol/sync/witnesses.ts';
import { keyOf, WARD } from './support/fake-replica.ts';

const [HERE, ELSEWHERE] = [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)];

test('NET-4: a device counts as holding what is here when it signed for exactly that, whoever brings it', async () => {
  const [archive, tablet, stranger, page] = [keyOf(1), keyOf(2), keyOf(3), keyOf(4)];
  const ward = wardOf(archive, tablet, page);
  const witnesses = new Witnesses(ward.replica, idOf(page));
  const holding = (): readonly string[] => witnesses.holding(HERE).map(hexOf).sort();

  witnesses.hear(idOf(archive), await signed(archive, HERE));
  witnesses.hear(idOf(tablet), await signed(tablet, ELSEWHERE));
  witnesses.hear(idOf(stranger), await signed(stranger, HERE));
  // The tablet passes on what this page itself signed as well.
  witnesses.hear(idOf(page), await signed(page, HERE));
  assert.deepEqual(holding(), [hexOf(idOf(archive))]);

  // What somebody else signed, or what was altered on the way, is nothing that the tablet said.
  witnesses.hear(idOf(tablet), await signed(archive, HERE));
  witnesses.hear(idOf(tablet), { ...await signed(tablet, ELSEWHERE), root: HERE });
  assert.deepEqual(holding(), [hexOf(idOf(archive))]);

  witnesses.hear(idOf(tablet), await signed(tablet, HERE));
  assert.deepEqual(holding(), [archive, tablet].map((key) => hexOf(idOf(key))).sort());
  assert.deepEqual(witnesses.holding(ELSEWHERE), []);

  // Another one of the same device takes the place of the one before; who was removed vouches for nothing.
  witnesses.hear(idOf(tablet), await signed(tablet, ELSEWHERE));
  assert.deepEqual(holding(), [hexOf(idOf(archive))]);
  ward.remove(idOf(archive));
  assert.deepEqual(holding(), []);
});

function idOf(key: SigningKey): DeviceId {
  return deviceId.from(key.publicKey);
}

async function signed(key: SigningKey, root: Uint8Array): Promise<SignedHeartbeat> {
  const heartbeat = { count: 7, root, time: 1_000 };
  return { ...heartbeat, signature: await deviceSigner(key, WARD).sign(LABEL.heartbeat, heartbeatContent(heartbeat)) };
}

function wardOf(...keys: readonly SigningKey[]): { readonly replica: Pick<Replica, 'ward' | 'state'>; remove(device: DeviceId): void } {
  const devices = new Map<Hex<DeviceId>, Pick<DeviceState, 'removal'>>(keys.map((key) => [hexOf(idOf(key)), { removal: undefined }]));
  return {
    // No other part of the state is asked for.
    replica: { ward: WARD, state: () => ({ devices }) } as unknown as Pick<Replica, 'ward' | 'state'>,
    remove: (device) => void devices.set(hexOf(device), { removal: { } as NonNullable<DeviceState['removal']> }),
  };
}
