/**
 * `npm start`: a working ward on this machine. An archive, three tablets and a bridge, each a process of its own with its
 * own folder, which find one another by mDNS on loopback; sample patients; links and logins. Nothing is opened to the
 * network, nothing is asked. Ctrl-C ends everything; started again, everything is still there.
 */
import { access, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { askControl, serveControl, type ControlServer } from '../node/device/control.ts';
import { discoveryFor } from '../node/device/network-choice.ts';
import { readDeviceFolder } from '../node/device/device-folder.ts';
import { realEnvironment, silentLog } from '../node/device/real-environment.ts';
import { runDevice } from '../node/device/running-device.ts';
import { buildRelease } from './build-release.ts';
import { fillWard } from './demo/fill.ts';
import { makeLinks, type Door, type Link } from './demo/links.ts';
import { ADMIN, STAFF, WARD_NAME } from './demo/people.ts';
import { choosePorts } from './demo/ports.ts';
import { folderOf, startProcess, type DemoProcess } from './demo/processes.ts';
import { ADMIN_FOLDER, meet, must, NODES, setUp } from './demo/set-up.ts';

const ROOT = process.env['WARDSYNC_DEMO'] ?? fileURLToPath(new URL('../.demo', import.meta.url));
const environment = realEnvironment(silentLog);
const begun = Date.now();
const running: DemoProcess[] = [];
let held: ControlServer | undefined;
let stopping = false;
let lastProgress = '';

process.on('SIGINT', () => void stop(0));
process.on('SIGTERM', () => void stop(0));

try {
  await main();
} catch (error) {
  process.stderr.write(`\n${error instanceof Error ? error.message : 'the demo did not start'}\n`);
  await stop(1);
}

async function main(): Promise<void> {
  held = await holdFolder();
  const isNew = !await exists(join(ROOT, 'ready'));
  // Apart from `npm run build`, which replaces what is in its folder.
  const building = buildRelease('dist/demo');
  building.catch(() => {});
  if (isNew) await setUp(join(ROOT, 'ward'), environment, say);
  const release = await building;

  const ports = await choosePorts(ROOT);
  const root = join(ROOT, 'ward');
  say('Starting the archive, three tablets and the bridge…');
  running.push(...await Promise.all([
    bringUp(release, 'archive', ['archive'], folderOf(root, 'archive')),
    ...ports.tablets.map((port, index) => bringUp(release, `tablet ${index + 1}`, ['tablet', '--page-port', String(port)], folderOf(root, `tablet-${index + 1}`))),
  ]));
  // The bridge waits for its certificate, which the admin's device brings along with the patients.
  const bridge = bringUp(release, 'bridge', ['bridge', '--port', String(ports.bridge)], folderOf(root, 'bridge'));
  bridge.catch(() => {});
  if (isNew) {
    await fill(root);
    await writeFile(join(ROOT, 'ready'), '');
  }
  running.push(await bridge);
  const doors: Door[] = [
    ...ports.tablets.map((port, index) => ({ name: `tablet ${index + 1}`, url: `http://localhost:${port}/`, inviter: `tablet-${index + 1}` })),
    { name: 'desktop', url: `https://localhost:${ports.bridge}/`, inviter: 'archive' },
  ];
  say('Making the links…');
  show(await makeLinks(root, doors, environment));
  for (const one of running) void one.ended.then((why) => tellEnd(one, why));
  offerMoreLinks(root, doors);
}

/** What ended while it started is started once more, and said: another program may have been at its port or folder for a moment. */
async function bringUp(...how: Parameters<typeof startProcess>): Promise<DemoProcess> {
  try {
    return await startProcess(...how);
  } catch (error) {
    say(`${error instanceof Error ? error.message : 'a process did not start'}. Once more…`);
    return startProcess(...how);
  }
}

/** Somebody may have pulled its plug, to see what the others do. */
function tellEnd(one: DemoProcess, why: string): void {
  if (stopping) return;
  running.splice(running.indexOf(one), 1);
  say(`${one.name} has ended (${why}). The others go on; started again, the demo brings it back.`);
}

/** The ward's records travel from the admin's device to all the others, as they would on a ward. */
async function fill(root: string): Promise<void> {
  const device = must(await runDevice(must(await readDeviceFolder(folderOf(root, ADMIN_FOLDER))), {
    environment, listen: [], discovery: discoveryFor({ local: true, mdns: true }),
  }));
  await meet(device, NODES);
  await fillWard(device, environment, (done, total) => progress(`Filling the ward with sample patients: ${Math.floor((100 * done) / total)} %`));
  await device.stop();
}

function show(links: readonly Link[]): void {
  const width = Math.max(...links.map(({ name }) => name.length));
  const people = [...STAFF, ADMIN];
  process.stdout.write([
    '', `${WARD_NAME} is running (${((Date.now() - begun) / 1000).toFixed(0)} s). Everything stays on this machine.`, '',
    'Open, each in a browser window of its own:',
    ...links.map(({ name, join: link }) => `  ${name.padEnd(width)}  ${link}`), '',
    'Each link lets in one browser, once; after that the address without the code is enough:',
    ...links.map(({ name, url }) => `  ${name.padEnd(width)}  ${url}`),
    'The desktop comes in through the bridge, with a certificate of the ward\'s own: a browser that does not know it asks first.',
    'Admins look after the ward at a tablet: at a desktop they may look, and change it only if the ward allows that (Unlocking).', '',
    'Log in as', ...people.map(({ handle, password, name, role }) => `  ${handle.padEnd(10)} ${password.padEnd(14)} ${name} (${role})`), '',
    'A password opens nothing by itself: the archive and two tablets hold shares, and two of these three have to run.', '',
    process.stdin.isTTY ? 'Enter: new links. Ctrl-C: stop.' : 'Ctrl-C: stop.', '',
  ].join('\n'));
}

function offerMoreLinks(root: string, doors: readonly Door[]): void {
  if (!process.stdin.isTTY) return;
  let making = false;
  createInterface({ input: process.stdin }).on('line', () => {
    if (making || stopping) return;
    making = true;
    makeLinks(root, doors, environment).then(show, () => say('The links could not be made.')).finally(() => { making = false; });
  });
}

async function stop(code: number): Promise<void> {
  if (stopping) return;
  stopping = true;
  if (running.length > 0) process.stdout.write('\nStopping…\n');
  const inOrder = await Promise.all(running.map((one) => one.stop()));
  const failed = running.filter((_, index) => inOrder[index] === false);
  if (failed.length > 0) process.stderr.write(`${failed.map(({ name }) => name).join(', ')} did not end by itself in good order.\n`);
  await held?.stop();
  process.exit(failed.length > 0 ? 1 : code);
}

/** One demo a folder: two would fight for it. A socket tells, because it ends with its process however that ends. */
async function holdFolder(): Promise<ControlServer> {
  await mkdir(ROOT, { recursive: true, mode: 0o700 });
  const other = await askControl(ROOT, 'pid', null);
  if (other.running) throw new Error(`the demo is running already (process ${typeof other.value === 'number' ? other.value : 'of another user'})`);
  return serveControl(ROOT, { pid: async () => process.pid });
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

function progress(line: string): void {
  if (process.stdout.isTTY) process.stdout.write(`\r\u001B[K${line}`);
  else if (/[05]0 %$/.test(line) && line !== lastProgress) say(line);
  lastProgress = line;
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(() => true, () => false);
}
