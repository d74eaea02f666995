import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { hexOf, type DocumentId } from '../../protocol/codec/ids.ts';
import type { SigningKey } from '../../protocol/crypto/signing/signature.ts';
import { startHost, type Host } from '../../protocol/network/host.ts';
import { tcpTransport } from '../../protocol/network/tcp-transport.ts';
import type { Replica } from '../../protocol/replica/replica.ts';
import { MemoryStore } from '../../protocol/store/memory-store.ts';
import { deviceSigner } from '../../protocol/sync/heartbeat-memory.ts';
import { createSync } from '../../protocol/sync/link-driver.ts';
import { buildWard, offerTo, type TestWard } from '../support/ward-builder.ts';
import { deviceOf, ListeningLink, realEnvironment, startTestHost, until, WrittenReplica } from './support.ts';

test('SYNC-6: three devices come to the same items over the network, and each live edit reaches the others as it is made', async (t) => {
  const { ward, document, hosts } = await syncingWard(t);
  await Promise.all(hosts.map(({ replica }) => holds(replica, document, 20)));
  const times: number[] = [];
  const nurse = await ward.join('nurse', 'clinician');
  for (let i = 1; i <= 50; i++) {
    const item = nurse.changeset(document);
    const started = performance.now();
    await ward.put(item);
    await Promise.all(hosts.map(({ replica }) => holds(replica, document, 20 + i)));
    times.push(performance.now() - started);
  }
  times.sort((a, b) => a - b);
  t.diagnostic(`offered on one, stored on all three: median ${times[25]?.toFixed(1)} ms, slowest ${times.at(-1)?.toFixed(1)} ms`);
});

test('SYNC-6: two tablets go on syncing while the archive is off, and it catches up when it is back', async (t) => {
  const { ward, document, hosts, restart } = await syncingWard(t);
  const [first, archive, second] = hosts;
  assert.ok(first && archive && second);
  await Promise.all(hosts.map(({ replica }) => holds(replica, document, 20)));
  await archive.host.stop();
  await until(first.host, () => first.host.links().length === 1);
  const nurse = await ward.join('nurse', 'clinician');
  await ward.put(nurse.changeset(document));
  await holds(second.replica, document, 21);
  const back = await restart(archive);
  await holds(back.replica, document, 21);
});

test('ATTACK 32: a member that stops reading, or sends what nobody asked for without end, costs the others nothing', async (t) => {
  const { ward, document, hosts } = await syncingWard(t);
  await Promise.all(hosts.map(({ replica }) => holds(replica, document, 20)));
  const bad = await ward.addDevice('tablet');
  const [good, , other] = hosts;
  assert.ok(good && other);
  await settledDevices(hosts, bad.key);
  const links: ListeningLink[] = [];
  const attacker = await startTestHost(bad.key, new WrittenReplica(bad.key, ward.tablet.key), {
    listen: [],
    addressesOf: () => good.host.addresses(),
    openLink: (channel) => {
      const link = new ListeningLink(channel);
      links.push(link);
      // Frames that are none, as fast as they are taken.
      void (async () => {
        for (;;) await channel.send(new Uint8Array(1024 * 1024));
      })().catch(() => undefined);
      return link;
    },
  });
  t.after(() => attacker.stop());
  await until(attacker, () => attacker.links().length === 1);
  const nurse = await ward.join('nurse', 'clinician');
  for (let i = 1; i <= 20; i++) {
    await ward.put(nurse.changeset(document));
    await holds(other.replica, document, 20 + i);
  }
  assert.equal(await links[0]?.ended.then(() => 'ended'), 'ended', 'cut off for what it sent');
});

interface SyncingHost {
  readonly host: Host;
  readonly replica: Replica;
  readonly key: SigningKey;
}

/** Tablet (which holds the ward's items), archive and another tablet, each with a replica of its own. */
async function syncingWard(t: TestContext): Promise<{
  readonly ward: TestWard;
  readonly document: DocumentId;
  readonly hosts: readonly SyncingHost[];
  readonly restart: (stopped: SyncingHost) => Promise<SyncingHost>;
}> {
  const ward = await buildWard();
  const second = await ward.addDevice('tablet');
  const document = ward.newDocument();
  const doctor = await ward.join('doctor', 'clinician');
  for (let i = 0; i < 20; i++) await ward.put(doctor.changeset(document));
  const running: SyncingHost[] = [];
  const start = async (key: SigningKey, replica: Replica, listen: string): Promise<SyncingHost> => {
    const environment = realEnvironment();
    const sync = createSync({ replica, environment, signer: deviceSigner(key, ward.id), memory: new MemoryStore() });
    const host = await startHost({
      deviceKey: key, replica, environment, transport: tcpTransport(), listen: [listen],
      addressesOf: ({ id }) => running.filter((each) => hexOf(each.host.device) === hexOf(id)).flatMap((each) => each.host.addresses()),
      openLink: (channel) => sync.openLink(channel),
    });
    t.after(() => {
      sync.close();
      return host.stop();
    });
    return { host, replica, key };
  };
  for (const key of [ward.tablet.key, ward.archive.key, second.key]) {
    const replica = key === ward.tablet.key ? ward.replica : await ward.emptyReplica();
    // A replica knows its peers from the log, as after joining.
    if (replica !== ward.replica) for (const item of ward.items.filter(({ fields }) => fields.content.type === 'operation')) await offerTo(replica, item);
    running.push(await start(key, replica, '/ip4/127.0.0.1/tcp/0'));
  }
  return { ward, document, hosts: running, restart: ({ key, replica, host }) => start(key, replica, host.addresses()[0] ?? '/ip4/127.0.0.1/tcp/0') };
}

function holds(replica: Replica, document: DocumentId, count: number): Promise<void> {
  const held = (): number => replica.frontier(document).reduce((sum, { seq }) => sum + seq, 0);
  if (held() >= count) return Promise.resolve();
  return new Promise((resolve) => {
    const stop = replica.onAdmitted(() => {
      if (held() < count) return;
      stop();
      resolve();
    });
  });
}

/** Resolves once every replica knows the device. */
async function settledDevices(hosts: readonly SyncingHost[], key: SigningKey): Promise<void> {
  await Promise.all(hosts.map(({ replica, host }) => until(host, () => replica.state().devices.has(hexOf(deviceOf(key))))));
}
