/** `npm start`, as a newcomer runs it: the real script, in a folder and on ports of its own. */
import assert from 'node:assert/strict';
import { access, mkdtemp, readdir, readFile, readlink, rm, writeFile } from 'node:fs/promises';
import { get as getHttp } from 'node:http';
import { get as getHttps } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { LOOPBACK_GROUP } from '../../protocol/network/discovery/network-interface.ts';
import { everybodyUnlocks } from './people-unlock.ts';
import { startScript, type RunningProcess } from '../support/processes.ts';

const START = new URL('../../scripts/start.ts', import.meta.url);
/** On a machine that does many other things as well. */
const PATIENCE = 400_000;

test('CLI-7: npm start brings up a ward that opens nothing to the network, ends by itself when told, and is still there when started again', { timeout: PATIENCE }, async (t) => {
  const root = await mkdtemp(join(tmpdir(), 'wardsync-demo-'));
  t.after(() => rm(root, { recursive: true, force: true }));
  await writeFile(join(root, 'ports.json'), JSON.stringify({ tablets: [0, 0, 0], bridge: 0 }));

  const first = await started(t, root);
  assert.equal(first.links.length, 4, 'three tablets and the desktop');
  for (const link of first.links) assert.match(await page(link), /<!doctype html>/i, link);
  const children = await childrenOf(first.script.pid);
  assert.equal(children.length, 5, 'the archive, three tablets and the bridge');
  await checkSockets([first.script.pid, ...children]);

  const second = startScript(t, START, [], { env: { WARDSYNC_DEMO: root } });
  assert.deepEqual(await second.ended, { code: 1, signal: null });
  assert.match(second.errors, new RegExp(`running already \\(process ${first.script.pid}\\)`));

  await stop(first.script, root, children);
  const ward = await wardOf(root);
  await everybodyUnlocks(root);

  // As one that was killed leaves it behind: nobody answers there.
  await writeFile(join(root, 'control.sock'), '');
  const again = await started(t, root);
  assert.deepEqual(again.ports, first.ports, 'a browser keeps what it knows by the address');
  assert.equal(await wardOf(root), ward);
  assert.ok(again.milliseconds < first.milliseconds, `${again.milliseconds} ms, and ${first.milliseconds} ms the first time`);
  assert.doesNotMatch(again.script.output, /Founding|Filling/);
  // Pulling a plug is what people are told to try.
  const others = await childrenOf(again.script.pid);
  process.kill(others[1] ?? assert.fail(), 'SIGKILL');
  while (!/^(?:archive|tablet \d|bridge) has ended \(SIGKILL\)\. The others go on/m.test(again.script.output)) await again.script.more();
  await stop(again.script, root, others);
});

interface Started {
  readonly script: RunningProcess;
  readonly links: readonly string[];
  readonly ports: readonly string[];
  readonly milliseconds: number;
}

async function started(t: TestContext, root: string): Promise<Started> {
  const begun = performance.now();
  const script = startScript(t, START, [], { env: { WARDSYNC_DEMO: root } });
  while (!script.output.includes('Ctrl-C: stop.')) await script.more();
  assert.match(script.output, /is running/);
  const links = [...script.output.matchAll(/^ {2}\S.*? {2,}(https?:\/\/\S+#join=\S+)$/gm)].flatMap(([, link]) => link ?? []);
  return { script, links, ports: links.map((link) => new URL(link).port), milliseconds: performance.now() - begun };
}

/** What a browser gets that goes there; the bridge's certificate is the ward's own. */
async function page(link: string): Promise<string> {
  const url = new URL(link);
  url.hash = '';
  return new Promise((resolve, reject) => {
    const request = url.protocol === 'https:' ? getHttps(url, { rejectUnauthorized: false }) : getHttp(url);
    request.once('error', reject).once('response', (response) => {
      response.setEncoding('utf8').toArray().then((parts) => resolve(`${response.statusCode === 200 ? '' : response.statusCode}${parts.join('')}`), reject);
    });
  });
}

/** As Ctrl-C does: every process ends by itself, with code 0, and no trace of them is left. */
async function stop(script: RunningProcess, root: string, children: readonly number[]): Promise<void> {
  assert.deepEqual(await script.stop('SIGINT'), { code: 0, signal: null }, script.errors);
  for (const pid of children) await assert.rejects(access(`/proc/${pid}`), `process ${pid} is gone`);
  await assert.rejects(access(join(root, 'control.sock')), 'nothing says that it is running');
}

async function wardOf(root: string): Promise<unknown> {
  const described: Readonly<Record<string, unknown>> = JSON.parse(await readFile(join(root, 'ward/archive/device.json'), 'utf8'));
  return described['ward'];
}

/** The demo's `wardsync` commands; what builds the release is not among them. */
async function childrenOf(pid: number): Promise<number[]> {
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8');
  const pids = text.split(' ').filter((word) => word !== '').map(Number);
  const commands = await Promise.all(pids.map((each) => readFile(`/proc/${each}/cmdline`, 'utf8')));
  return pids.filter((_, index) => commands[index]?.includes('--folder') === true);
}

/** `/proc/net`: nothing listens but on loopback, and no datagram from elsewhere has a way in. */
async function checkSockets(pids: readonly number[]): Promise<void> {
  const inodes = new Set((await Promise.all(pids.map(socketsOf))).flat());
  const listening = [...await bound('tcp', inodes, '0A'), ...await bound('tcp6', inodes, '0A')];
  assert.ok(listening.length >= 8, `the pages and the peers were looked for, and found: ${listening.length}`);
  assert.deepEqual(listening.filter((address) => !isLoopback(address)), [], 'TCP');
  // The group is joined on loopback alone, so that the kernel takes nothing for it from another interface.
  const datagrams = [...await bound('udp', inodes), ...await bound('udp6', inodes)];
  assert.ok(datagrams.length >= 4, 'mDNS of the archive and the tablets');
  assert.deepEqual([...new Set(datagrams)], [littleEndian(LOOPBACK_GROUP)], 'UDP');
}

async function socketsOf(pid: number): Promise<string[]> {
  const names = await readdir(`/proc/${pid}/fd`);
  const targets = await Promise.all(names.map((name) => readlink(`/proc/${pid}/fd/${name}`).catch(() => '')));
  return targets.flatMap((target) => /^socket:\[(\d+)\]$/.exec(target)?.[1] ?? []);
}

/** Local addresses, as the kernel writes them, of these sockets. */
async function bound(table: 'tcp' | 'tcp6' | 'udp' | 'udp6', inodes: ReadonlySet<string>, state?: string): Promise<string[]> {
  const rows = (await readFile(`/proc/net/${table}`, 'utf8')).trim().split('\n').slice(1).map((row) => row.trim().split(/\s+/));
  return rows.flatMap((row) => (inodes.has(row[9] ?? '') && (state === undefined || row[3] === state) ? (row[1] ?? '').split(':')[0] ?? [] : []));
}

function isLoopback(address: string): boolean {
  return address.length === 8 ? address.endsWith('7F') : address === '00000000000000000000000001000000' || /^0{16}FFFF0000[\dA-F]{6}7F$/.test(address);
}

function littleEndian(address: string): string {
  return address.split('.').reverse().map((part) => Number(part).toString(16).toUpperCase().padStart(2, '0')).join('');
}
