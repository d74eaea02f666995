/** A device that the ward let in, and that sends what no honest one would, to a tablet node in a process of its own. */
import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { UnsupportedProtocolError, type Libp2p } from '@libp2p/interface';
import { multiaddr } from '@multiformats/multiaddr';
import { createDeviceFolder, itemsFolder } from '../../node/device/device-folder.ts';
import { hexOf, type DocumentId } from '../../protocol/codec/ids.ts';
import { encodeItem, type EncodedItem, type Item } from '../../protocol/items/item.ts';
import { startHost, type Host } from '../../protocol/network/host.ts';
import { createNode } from '../../protocol/network/libp2p-node.ts';
import { PING_PROTOCOL } from '../../protocol/network/liveness.ts';
import { REACH_PROTOCOL } from '../../protocol/network/reach.ts';
import { tcpTransport } from '../../protocol/network/tcp-transport.ts';
import { openReplica } from '../../protocol/replica/open-replica.ts';
import { openLevelStore } from '../../protocol/store/level-store.ts';
import { MemoryStore } from '../../protocol/store/memory-store.ts';
import { deviceSigner } from '../../protocol/sync/heartbeat-memory.ts';
import { createSync } from '../../protocol/sync/link-driver.ts';
import { SYNC_PROTOCOL } from '../../protocol/sync/messages.ts';
import { startScript, type Line, type RunningProcess } from '../support/processes.ts';
import { seededRandom } from '../support/seeded.ts';
import { buildWard, offerTo, type TestDevice, type TestSession, type TestWard } from '../support/ward-builder.ts';
import { letIn } from '../unlock/pins.ts';
import { hostileSpeech, type Hostile } from './hostile-frames.ts';
import { realEnvironment } from './support.ts';

const SEED = process.env['WARDSYNC_SEED'] ?? 'hostile member';
const CHILD = new URL('tablet-child.ts', import.meta.url);
/** Milliseconds within which every stream is over: the longest that a node waits for somebody to go on. */
const PATIENCE = 20_000;

test('ATTACK 29, ATTACK 32: malformed, oversized, cut and unknown frames of a member, on every protocol, leave the store as it was and the others syncing', { timeout: 150_000 }, async (t) => {
  t.diagnostic(`seed ${SEED}`);
  const { ward, tablet, page, writer, document, folder } = await wardWithPage(t);
  const node = startScript(t, CHILD, [folder.path]);
  const { addresses, peer } = (await node.next(({ event }) => event === 'ready')) as unknown as { readonly addresses: readonly string[]; readonly peer: string };
  const honest = await startHonest(t, ward, tablet, addresses);
  assert.equal(await count(node), ward.items.length);
  const target = addresses.map((address) => `${address}/p2p/${peer}`);

  const attacker = await createNode({ deviceKey: page.key, transport: tcpTransport(), listen: [], gater: { denyDialMultiaddr: () => false } });
  t.after(() => attacker.stop());
  const chain = await chainOf(ward, writer, document);
  const outcomes: { readonly protocol: string; readonly attempt: Hostile; readonly heard: Buffer; readonly logged: number }[] = [];
  for (const { protocol, attempts } of hostileSpeech(ward, page.id, chain, seededRandom(SEED))) {
    for (const attempt of attempts) {
      const before = complaints(node).length;
      const heard = await say(attacker, target, protocol, attempt);
      if (attempt.malformed) await until(node, () => complaints(node).length > before, `${protocol}, ${attempt.name}: a line in the local log`);
      outcomes.push({ protocol, attempt, heard, logged: complaints(node).length - before });
    }
    assert.equal(await count(node), ward.items.length, `${protocol}: nothing has come into the store`);
    await ward.put(writer.changeset(document));
    await reaches(node, ward.items.length);
  }
  t.diagnostic(`${outcomes.length} attempts, ${complaints(node).length} lines in the local log, ${outcomes.reduce((sum, { heard }) => sum + heard.length, 0)} bytes told`);
  const unspoken = await attacker.dial(target.map((address) => multiaddr(address)), { force: true });
  await assert.rejects(unspoken.newStream(PING_PROTOCOL), UnsupportedProtocolError);
  await unspoken.close();
  assert.deepEqual(new Set([...outcomes.map(({ protocol }) => protocol), PING_PROTOCOL]), await everyProtocol());

  // What the log says of why is nothing that the other side was told.
  const reasons = new Set(complaints(node).map(({ reason, detail, error }) => String(reason ?? detail ?? error)).filter((reason) => reason.length > 9));
  assert.ok(reasons.size > 8, [...reasons].join('; '));
  for (const { protocol, attempt, heard } of outcomes) {
    for (const reason of reasons) assert.equal(heard.includes(reason), false, `${protocol}, ${attempt.name}: told “${reason}”`);
    // A report of who is in reach, or a greeting and a short code, is all that is ever said to what is no frame.
    if (attempt.malformed && protocol !== SYNC_PROTOCOL && protocol !== REACH_PROTOCOL) assert.equal(heard.length, 0, `${protocol}, ${attempt.name}`);
    assert.doesNotMatch(heard.toString('latin1'), /Error|\bat .*\.ts|malformed: /, `${protocol}, ${attempt.name}`);
  }
  assert.equal(honest.links().length, 1);
  node.tell({ type: 'count' });
  const { memory } = await node.next(({ asked }) => asked === true);
  assert.ok(Number(memory) < 400 * 1024 * 1024, `${String(memory)} bytes`);

  // Opened again by another process: every item, bit for bit, and no other.
  await node.stop();
  await verifyStore(ward, folder);
});

/** Every name of a protocol that is written down in the core. */
async function everyProtocol(): Promise<ReadonlySet<string>> {
  const core = fileURLToPath(new URL('../../protocol/', import.meta.url));
  const files = (await readdir(core, { recursive: true })).filter((file) => file.endsWith('.ts'));
  const texts = await Promise.all(files.map((file) => readFile(join(core, file), 'utf8')));
  return new Set(texts.flatMap((text) => [...text.matchAll(/= '(\/wardsync\/[a-z]+\/\d+)'/g)].map(([, name]) => name ?? '')));
}

function complaints(node: RunningProcess): readonly Line[] {
  const names = new Set(['sync-violation', 'sync-channel-failed', 'reach-broken-off', 'join-broken-off', 'removal-not-heard', 'unlock-broken-off', 'run-refused', 'sync-failed']);
  return node.errors.split('\n').filter((line) => line.startsWith('{')).map((line) => JSON.parse(line) as Line).filter(({ event }) => names.has(String(event)));
}

/** On a connection of its own; what the other side said until it was over. */
async function say(attacker: Libp2p, target: readonly string[], protocol: string, { name, bytes }: Hostile): Promise<Buffer> {
  const connection = await attacker.dial(target.map((address) => multiaddr(address)), { force: true });
  const heard: Uint8Array[] = [];
  try {
    const stream = await connection.newStream(protocol);
    const over = new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`${protocol}, ${name}: still open`)), PATIENCE);
      const end = (): void => {
        clearTimeout(timer);
        resolve();
      };
      stream.addEventListener('message', ({ data }) => { heard.push(data.subarray()); });
      stream.addEventListener('remoteCloseWrite', end);
      stream.addEventListener('close', end);
    });
    if (bytes.length > 0) stream.send(bytes);
    await stream.close().catch(() => undefined);
    await over;
  } finally {
    await connection.close().catch(() => connection.abort(new Error('said')));
  }
  return Buffer.concat(heard);
}

async function count(node: RunningProcess): Promise<number> {
  node.tell({ type: 'count' });
  return Number((await node.next(({ asked }) => asked === true))['count']);
}

/** Resolves once the node holds as many items, which an honest peer has. */
async function reaches(node: RunningProcess, items: number): Promise<void> {
  await until(node, () => node.lines.some(({ event, count: held }) => event === 'holds' && Number(held) >= items), `${items} items`);
}

async function until(node: RunningProcess, holds: () => boolean, what: string): Promise<void> {
  const started = Date.now();
  while (!holds()) {
    assert.ok(Date.now() - started < PATIENCE, `not there in time: ${what}`);
    await Promise.race([node.more(), new Promise((resolve) => { setTimeout(resolve, 1_000).unref(); })]);
  }
}

/** A chain that the ward has, with one item more that nobody signed rightly. */
async function chainOf(ward: TestWard, writer: TestSession, document: DocumentId): Promise<readonly [Item, ...Item[]]> {
  const [first, ...rest] = ward.items.filter(({ fields }) => hexOf(fields.document) === hexOf(document) && hexOf(fields.author) === hexOf(writer.id));
  assert.ok(first);
  const last = rest.at(-1) ?? first;
  const forged = writer.changeset(document, new Uint8Array(100), { seq: last.fields.seq + 1, prev: last.id });
  return [first, ...rest, { ...forged, signature: new Uint8Array(64).fill(1) }];
}

interface WardWithPage {
  readonly ward: TestWard;
  readonly tablet: TestDevice;
  /** One thing with the tablet (JOIN-3): whatever the tablet answers anybody, it answers this device. */
  readonly page: TestDevice;
  readonly writer: TestSession;
  readonly document: DocumentId;
  readonly folder: { readonly path: string };
}

async function wardWithPage(t: TestContext): Promise<WardWithPage> {
  const ward = await buildWard({ seed: SEED });
  const [tablet, page] = [ward.newDevice('tablet'), ward.newDevice('client')];
  const expires = ward.clock.now() + 60_000;
  await letIn(ward, tablet, expires);
  await letIn(ward, page, expires);
  const writer = await ward.join('nurse', 'clinician');
  const document = ward.newDocument();
  for (let i = 0; i < 5; i++) await ward.put(writer.changeset(document));

  const parent = await mkdtemp(join(tmpdir(), 'wardsync-hostile-'));
  t.after(() => rm(parent, { recursive: true, force: true }));
  const folder = await createDeviceFolder({ path: join(parent, 'tablet'), ward: ward.id, kind: 'tablet', seed: tablet.key.seed });
  assert.ok(folder.ok);
  const replica = await openReplica({ store: await openLevelStore(itemsFolder(folder.value)), ward: ward.id, log: ward.log });
  for (const item of ward.items) await offerTo(replica, item);
  await replica.close();
  return { ward, tablet, page, writer, document, folder: folder.value };
}

/** The ward's first tablet, which holds all that is written and has a link with the node. */
async function startHonest(t: TestContext, ward: TestWard, node: TestDevice, addresses: readonly string[]): Promise<Host> {
  const environment = realEnvironment();
  const sync = createSync({ replica: ward.replica, environment, signer: deviceSigner(ward.tablet.key, ward.id), memory: new MemoryStore() });
  const host = await startHost({
    deviceKey: ward.tablet.key, replica: ward.replica, environment, transport: tcpTransport(), listen: ['/ip4/127.0.0.1/tcp/0'],
    addressesOf: ({ id }) => (hexOf(id) === hexOf(node.id) ? addresses : []),
    openLink: (channel) => sync.openLink(channel),
  });
  t.after(() => {
    sync.close();
    return host.stop();
  });
  return host;
}

async function verifyStore(ward: TestWard, folder: { readonly path: string }): Promise<void> {
  const store = await openLevelStore(itemsFolder(folder));
  const held: string[] = [];
  for await (const head of store.heads()) {
    for (const item of await store.read(head, 1, { maxItems: 10_000, maxBytes: 1e9 })) held.push(textOf(item.item));
  }
  assert.deepEqual(held.sort(), ward.items.map((item) => textOf(encodeItem(item))).sort());
  let forks = 0;
  for await (const _ of store.forks()) forks += 1;
  assert.equal(forks, 0);
  await store.close();
  const replica = await openReplica({ store: await openLevelStore(itemsFolder(folder)), ward: ward.id, log: ward.log });
  assert.equal(replica.count, ward.items.length);
  await replica.close();
}

function textOf({ fields, body, signature }: EncodedItem): string {
  return [fields, body, signature].map((bytes) => Buffer.from(bytes).toString('hex')).join(' ');
}
