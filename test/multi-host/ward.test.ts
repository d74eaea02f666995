import assert from 'node:assert/strict';
import { mkdir, readdir } from 'node:fs/promises';
import { test, type TestContext } from 'node:test';
import { REMOVED_FILE } from '../../node/device/device-folder.ts';
import { hexOf, LOG_DOCUMENT, SESSIONS_DOCUMENT } from '../../protocol/codec/ids.ts';
import { seededRandom } from '../../protocol/clinical/seeded-random.ts';
import { decodeJoinCode } from '../../protocol/network/join-code.ts';
import { peerIdText } from '../../protocol/network/peer-id.ts';
import { canariesFrom } from './canaries.ts';
import { Capture } from './capture.ts';
import { documentsOnDisk, entriesOnDisk } from './disk.ts';
import { callOf, filesIn, isMemoryReadable, memoryOf } from './haystacks.ts';
import { must } from './must.ts';
import { StringSearch } from './string-search.ts';
import { converged, NODES, WardOnALan, type Client, type NodeName } from './ward-on-a-lan.ts';

const SEED = Number(process.env['WARDSYNC_TEST_SEED'] ?? Date.now() % 1_000_000);

/** One ward for all of it: the steps follow each other, as the days of a real one do. */
test('a ward of four machines on a network without a default route', { timeout: 560_000 }, async (t) => {
  t.diagnostic(`WARDSYNC_TEST_SEED=${SEED}`);
  const random = seededRandom(SEED);
  const ward = await WardOnALan.open(t, canariesFrom(SEED));
  if (ward === undefined) return;
  const { users, patients } = ward.canaries;
  const captures = await Promise.all([
    Capture.begin(t, ['nsenter', ...ward.lan.enter(), '--'], 'lan0', ward.folder('switch.pcap')),
    Capture.begin(t, ward.sites.tablet1.enter, 'lo', ward.folder('loopback.pcap')),
  ]);
  const stranger = await ward.stranger();
  await stranger.ask('listen', ward.sites.stranger.address);

  await step(t, 'JOIN-1: every machine joins by a one-time code, and nobody who only knows where', async () => {
    await ward.found();
    await ward.join('archive');
    await ward.start('archive');
    await ward.join('tablet1');
    const starting = [ward.start('tablet1')];
    await ward.join('tablet2');
    starting.push(ward.start('tablet2'));
    await ward.join('bridge', async (code) => {
      assert.deepEqual(await stranger.ask('guess', code), { outcome: 'refused', items: 0 });
      // While an invitation is open a stranger gets past the handshake, and no further.
      assert.equal(await stranger.ask('knock', inviterOf(code)), 0);
    });
    starting.push(ward.start('bridge'));
    for (const user of [users.nurse1, users.nurse2]) {
      await ward.asAdmin(['user', 'add', user.handle, '--name', user.name, '--team', ward.canaries.team], { WARDSYNC_NEW_PASSWORD: user.password });
    }
    await Promise.all(starting);
  });

  let one: Client;
  let two: Client;
  let desk: Client;
  let document = '';
  await step(t, 'NET-2: what is written on one tablet is seen on the other, and through the bridge', async () => {
    [one, two, desk] = await Promise.all([ward.tabletClient('tablet1', users.nurse1), ward.tabletClient('tablet2', users.nurse2), ward.deskClient()]);
    // The beds are the team's: who sees them has its key.
    await Promise.all([one, two].map((client) => client.ask('see', ward.canaries.ward)));
    await one.ask('admit', patients);
    document = await one.ask('create', null);
    await one.ask('write', { document, key: 'begun', value: 'begun on tablet 1' });
    await Promise.all([two.ask('see', 'begun on tablet 1'), desk.ask('see', 'begun on tablet 1')]);
    await two.ask('write', { document, key: 'answered', value: 'answered on tablet 2' });
    await Promise.all([one.ask('see', 'answered on tablet 2'), desk.ask('see', 'answered on tablet 2')]);
    await converged(one, two, desk);
  });

  await step(t, 'FRONT-1: what was edited on both sides of a partition converges when it heals', async () => {
    const cut = Date.now();
    await ward.sites.tablet1.cut();
    await Promise.all([ward.logged('tablet1', 'link-ended', ward.peerId('tablet2'), cut), ward.logged('archive', 'link-ended', ward.peerId('tablet1'), cut)]);
    await Promise.all([
      one.ask('write', { document, key: 'left', value: 'written on the left' }), one.ask('write', { document, key: 'both', value: 'left' }),
      two.ask('write', { document, key: 'right', value: 'written on the right' }), two.ask('write', { document, key: 'both', value: 'right' }),
    ]);
    await Promise.all([acknowledged(one, 'saved', ['left', 'both']), acknowledged(two, 'backed-up', ['right', 'both'])]);
    assert.equal('right' in await one.ask('entries', document), false);
    assert.equal('left' in await two.ask('entries', document), false);
    await ward.sites.tablet1.heal();
    const healed = Date.now();
    await Promise.all([one.ask('see', 'written on the right'), two.ask('see', 'written on the left'), acknowledged(one, 'backed-up', ['left', 'both'])]);
    t.diagnostic(`one ward again ${Date.now() - healed} ms after healing`);
    await converged(one, two, desk);
    assert.deepEqual(await one.ask('entries', document), await two.ask('entries', document));
  });

  await step(t, 'SYNC-6: tablets go on with each other while the archive is off', async () => {
    assert.deepEqual(await ward.process('archive').stop(), { code: 0, signal: null });
    await one.ask('write', { document, key: 'meanwhile', value: 'written without an archive' });
    await Promise.all([acknowledged(one, 'saved', ['meanwhile']), two.ask('see', 'written without an archive')]);
    assert.equal(keys(one, 'backed-up').has('meanwhile'), false);
    await ward.start('archive');
    await acknowledged(one, 'backed-up', ['meanwhile']);
  });

  await step(t, 'DOC-7, BRIDGE-6: kill -9 of any machine at any moment loses nothing that was acknowledged; the bridge has the ward log alone', async () => {
    const writing = [one.ask('writeOn', { document, prefix: 'one-' }), two.ask('writeOn', { document, prefix: 'two-' })];
    for (const name of random.some(NODES, NODES.length)) {
      const more = random.between(10, 40);
      await Promise.all([oneMore(one, 'backed-up', more), oneMore(two, 'backed-up', random.between(1, more))]);
      const promised = promisedBy(name, one, two);
      await ward.process(name).kill();
      const copy = ward.folder(`${name}-killed`);
      if (name === 'bridge') assert.deepEqual(await documentsOnDisk(ward.folder(name), copy), new Set([LOG_DOCUMENT, SESSIONS_DOCUMENT].map(hexOf)));
      else assert.deepEqual(missing(promised, await entriesOnDisk(ward.folder(name), copy, users.nurse1, document)), []);
      t.diagnostic(`${name} killed with ${promised.size} entries acknowledged, all on its disk`);
      await ward.start(name);
    }
    await Promise.all([one.ask('rest', null), two.ask('rest', null)]);
    const [byOne = 0, byTwo = 0] = await Promise.all(writing);
    const written = { one: numbered('one-', byOne), two: numbered('two-', byTwo) };
    await Promise.all([acknowledged(one, 'backed-up', written.one), acknowledged(two, 'backed-up', written.two)]);
    await Promise.all([one.ask('see', `"two-${byTwo - 1}"`), two.ask('see', `"one-${byOne - 1}"`)]);
    await converged(one, two, desk);
    const entries = await desk.ask('entries', document);
    assert.deepEqual(missing([...written.one, ...written.two], new Set(Object.keys(entries))), []);
    assert.deepEqual(await one.ask('entries', document), entries);
    assert.deepEqual(await two.ask('entries', document), entries);
  });

  await step(t, 'ATTACK 17: no string of the ward is in the memory of archive, tablet or bridge, and all are in an unlocked client\'s', async (it) => {
    if (!await isMemoryReadable(one.process.pid)) return it.skip('NOT RUN: the memory of other processes cannot be read here');
    assert.equal(new Set(ward.canaries.all).size, 40);
    const inClients = new Set<string>();
    for (const client of [one, two, desk]) {
      await client.ask('view', null);
      for (const { text } of await new StringSearch(ward.canaries.all).find(memoryOf(client.process.pid))) inClients.add(text);
    }
    assert.deepEqual(missing(ward.canaries.all, inClients), [], 'the search finds what is there');
    for (const name of NODES) await assertClean(ward, `memory of ${name}`, memoryOf(ward.process(name).pid), ward.peerId(name));
  });

  await step(t, 'ATTACK 17: no string of the ward is in how a machine was called, in its log, or in what it answers about itself', async () => {
    assert.ok(ward.logs().length > 10_000, 'the machines log');
    for (const name of NODES) {
      await assertClean(ward, `command line and environment of ${name}`, callOf(ward.process(name).pid), ward.folder(name));
      await assertClean(ward, `answers of ${name}`, [Buffer.from(JSON.stringify(await ward.status(name)))], ward.peerId(name));
      await assertClean(ward, `log of ${name}`, [Buffer.from(ward.logs())], ward.peerId(name));
    }
    for (const client of [one, two, desk]) await assertClean(ward, 'command line of an unlocked client', callOf(client.process.pid), 'client.ts');
  });

  await step(t, 'NET-1, REVOKE-4: a device that was removed is cut off, is told why, and destroys what it holds', async () => {
    await desk.process.stop();
    const since = Date.now();
    await ward.asAdmin(['device', 'remove', ward.canaries.devices.tablet2]);
    await Promise.all((['archive', 'tablet1'] as const).map((name) => ward.logged(name, 'link-ended', ward.peerId('tablet2'), since)));
    await one.ask('write', { document, key: 'after', value: 'written after the removal' });
    await acknowledged(one, 'backed-up', ['after']);
    assert.deepEqual(await ward.process('tablet2').ended, { code: 1, signal: null });
    assert.deepEqual(await readdir(ward.folder('tablet2')), [REMOVED_FILE]);
    assert.equal('after' in await two.ask('entries', document), false);
  });

  await step(t, 'NET-1: who is no device of the ward gets nothing', async () => {
    const announced = new Set(stranger.reports('record').flatMap(({ data }) => /^dnsaddr=(\/ip4\/10\.9\.0\.[123]\/.*)$/.exec(String(data))?.[1] ?? []));
    assert.ok(NODES.slice(0, 3).every((name) => [...announced].some((address) => address.endsWith(ward.peerId(name)))));
    const current = (['archive', 'tablet1'] as const).flatMap((name) => [...announced].findLast((address) => address.endsWith(ward.peerId(name))) ?? []);
    assert.equal(current.length, 2);
    for (const address of current) assert.equal(await stranger.ask('knock', address), 0);
  });

  await step(t, 'ATTACK 34: mDNS says nothing but PeerIds, addresses and random names', () => {
    const said = [...stranger.reports('record'), ...stranger.reports('question')];
    assert.ok(said.length > 20);
    for (const { name, type, data } of said) {
      const text = `${String(type)} ${String(name)} ${(data ?? '') as string}`.trim();
      assert.match(text, /^PTR _p2p\._udp\.local( [0-9a-f]{32}\._p2p\._udp\.local)?$|^TXT [0-9a-f]{32}\._p2p\._udp\.local dnsaddr=\/ip4\/10\.9\.0\.\d\/tcp\/\d+\/p2p\/[A-Za-z0-9]{52}$/);
    }
  });

  await step(t, 'ATTACK 33: no string of the ward is in a folder, a backup, a log or what a running machine answers', async () => {
    const left = NODES.filter((name) => name !== 'tablet2');
    const reports = await Promise.all(left.map((name) => ward.status(name)));
    const [{ ward: id } = { ward: '' }] = reports;
    await assertClean(ward, 'answers', [Buffer.from(JSON.stringify(reports))], id);
    await assertClean(ward, 'logs', [Buffer.from(ward.logs())], ward.peerId('archive'));
    await mkdir(ward.folder('backups'));
    await ward.backup('archive', ward.folder('backups/archive'));
    for (const name of [...left, 'admin', 'tablet1-client']) await assertClean(ward, `folder of ${name}`, filesIn(ward.folder(name)), id);
    const found = await new StringSearch(ward.canaries.all).find(filesIn(ward.folder('backups')));
    assert.deepEqual(found, []);
  });

  await step(t, 'ATTACK 34: no string of the ward is in the traffic', async (it) => {
    const [onSwitch, onLoopback] = captures;
    if (onSwitch === undefined || onLoopback === undefined) return it.skip('NOT RUN: the traffic could not be captured');
    for (const capture of [onSwitch, onLoopback]) {
      const { datagrams, streams } = await capture.end();
      t.diagnostic(`${datagrams.length} datagrams, ${streams.length} TCP directions, ${streams.reduce((sum, { length }) => sum + length, 0)} bytes`);
      await assertClean(ward, 'TCP', streams, '/multistream/1.0.0');
      if (capture === onSwitch) await assertClean(ward, 'datagrams', datagrams, ward.peerId('archive'));
    }
  });
});

/** A step's failure ends the story. */
async function step(t: TestContext, title: string, work: (it: TestContext) => Promise<void> | void): Promise<void> {
  let failure: unknown;
  await t.test(title, async (it) => {
    try {
      await work(it);
    } catch (error) {
      failure = error;
      throw error;
    }
  });
  assert.ifError(failure);
}

type Acknowledgement = 'saved' | 'backed-up';

function keys(client: Client, kind: Acknowledgement): Set<string> {
  return new Set(client.reports(kind).map(({ key }) => String(key)));
}

async function acknowledged(client: Client, kind: Acknowledgement, expected: readonly string[]): Promise<void> {
  while (missing(expected, keys(client, kind)).length > 0) await client.process.more();
}

async function oneMore(client: Client, kind: Acknowledgement, count: number): Promise<void> {
  const enough = keys(client, kind).size + count;
  while (keys(client, kind).size < enough) await client.process.more();
}

/** What the clients were told of this machine's disk. */
function promisedBy(name: NodeName, one: Client, two: Client): ReadonlySet<string> {
  if (name === 'tablet1') return keys(one, 'saved');
  if (name === 'tablet2') return keys(two, 'saved');
  return name === 'archive' ? new Set([...keys(one, 'backed-up'), ...keys(two, 'backed-up')]) : new Set();
}

function numbered(prefix: string, count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `${prefix}${index}`);
}

/** Where the code says that its inviter is. */
function inviterOf(code: string): string {
  const { inviter, addresses } = must(decodeJoinCode(code));
  return `${addresses.at(-1)}/p2p/${peerIdText(inviter)}`;
}

function missing(expected: Iterable<string>, there: ReadonlySet<string>): readonly string[] {
  return [...expected].filter((each) => !there.has(each));
}

/** No canary in it, and `control`, which has to be there, was found. */
async function assertClean(ward: WardOnALan, name: string, chunks: Parameters<StringSearch['find']>[0], control: string): Promise<void> {
  const found = await new StringSearch([...ward.canaries.all, control]).find(chunks);
  assert.deepEqual(found.filter(({ text }) => text !== control), [], name);
  assert.ok(found.some(({ text }) => text === control), `${name}: '${control}' was to be found`);
}
