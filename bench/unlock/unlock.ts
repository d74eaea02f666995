/** How long people wait for the ward: a full unlock with the answers of three of four nodes, and a switch by PIN. */
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { followOwnItems } from '../../node/cli/hand-over.ts';
import { until } from '../../node/cli/until.ts';
import { discoveryFor } from '../../node/device/network-choice.ts';
import { readDeviceFolder, type DeviceFolder } from '../../node/device/device-folder.ts';
import { joinDevice, PAGE_CODE_FILE } from '../../node/device/join-device.ts';
import { realEnvironment, realEntropy, silentLog } from '../../node/device/real-environment.ts';
import { runDevice, type RunningDevice } from '../../node/device/running-device.ts';
import { demoWard } from '../../protocol/clinical/demo-ward.ts';
import { defaultTeam } from '../../protocol/chart/teams.ts';
import { Chart } from '../../protocol/chart/chart.ts';
import { DEFAULT_PASSWORD_PARAMETERS, deriveFromPassword, PASSWORD_SALT_LENGTH } from '../../protocol/crypto/sealing/password.ts';
import { nodeEngine } from '../../protocol/documents/node-engine.ts';
import { decodeJoinCode, encodeJoinCode } from '../../protocol/network/join-code.ts';
import type { KeptPin } from '../../protocol/ward/pin.ts';
import type { Session } from '../../protocol/ward/session.ts';
import { openWard, type Ward } from '../../protocol/ward/ward.ts';
import { ADMIN, STAFF, type DemoPerson } from '../../scripts/demo/people.ts';
import { folderOf } from '../../scripts/demo/processes.ts';
import { ADMIN_FOLDER, DEMO_CAST, meet, must, setUp, unlockPerson } from '../../scripts/demo/set-up.ts';
import { progress, type Report } from '../harness/report.ts';
import { median, now, quantile } from '../harness/statistics.ts';

const environment = realEnvironment(silentLog);
const NODES = ['archive', 'tablet-1', 'tablet-2', 'tablet-3'] as const;
const PINS = ['730582', '902746'] as const;

export async function unlock(rounds: number): Promise<Report> {
  const root = await mkdtemp(join(tmpdir(), 'wardsync-bench-unlock-'));
  const running = new Map<string, RunningDevice>();
  try {
    progress('founding a ward of 3 of 4 nodes, and filling it');
    await setUp(root, environment, () => undefined, { ...DEMO_CAST, staff: STAFF.slice(0, PINS.length), unlock: { threshold: 3, nodes: 4 } });
    for (const name of NODES) running.set(name, await run(must(await readDeviceFolder(folderOf(root, name)))));
    const page = await joinPage(root, present(running.get('tablet-1')));
    await fill(root);
    running.set('page', page);
    const { patients, full, node } = await measureFull(page, running, rounds);
    const { kept, people } = full;
    for (const name of NODES) if (name !== 'tablet-1') await stop(running, name);
    const switches = await measureSwitches(page, node, kept, people, patients, rounds);
    return {
      name: 'unlock',
      title: 'Unlocking a ward of 3 of 4 nodes by password, and switching users by PIN',
      method: `A ward with the lasting records of ${patients} patients, ${rounds} times each, two people in turn. Archive and three tablet nodes with real folders, each try flushed to disk, TCP with Noise on loopback, in one process with the client, so that they share its processor. Timed until everything is read and can be shown. Argon2id (64 MiB, t = 3) is measured by itself, between the unlocks. By PIN with all nodes but the own tablet's stopped; the end of the session before is part of it. Checked each time, outside of what is timed: it is that person, with all patients; a wrong PIN opens nothing.`,
      figures: [
        { what: 'full unlock without Argon2id, median', value: (median(full.times) - median(full.argon)) / 1000, unit: 's', goal: 1 },
        { what: 'full unlock, median', value: median(full.times) / 1000, unit: 's' },
        { what: 'full unlock, slowest', value: quantile(full.times, 1) / 1000, unit: 's' },
        { what: 'of which Argon2id, median', value: median(full.argon) / 1000, unit: 's' },
        { what: 'switch by PIN, median', value: median(switches) / 1000, unit: 's', goal: 2 },
        { what: 'switch by PIN, slowest', value: quantile(switches, 1) / 1000, unit: 's', goal: 2 },
      ],
    };
  } finally {
    for (const name of running.keys()) await stop(running, name);
    await rm(root, { recursive: true, force: true, maxRetries: 5 });
  }
}

interface Full {
  readonly times: number[];
  readonly argon: number[];
  readonly kept: KeptPin[];
  readonly people: DemoPerson[];
}

async function measureFull(page: RunningDevice, running: ReadonlyMap<string, RunningDevice>, rounds: number) {
  const [first, second] = STAFF;
  const people = [present(first), present(second)];
  const node = present(running.get('tablet-1')).folder.id;
  const full: Full = { times: [], argon: [], kept: [], people };
  const ward = wardOf(page);
  let patients = 0;
  // The first two find the page's store cold, and set the PINs.
  for (let round = 0; round < rounds + people.length; round++) {
    const person = present(people[round % people.length]);
    const begun = now();
    const session = must(await ward.unlock(person.handle, person.password));
    const took = now() - begun;
    patients = count(session);
    assert.ok(patients > 10, 'the patients are there');
    assert.equal(session.name, person.name);
    await session.settled();
    if (round < people.length) full.kept.push(must(await session.pin.set(present(PINS[round]), node)));
    else full.times.push(took);
    await session.lock();
    const hashing = now();
    assert.ok((await deriveFromPassword(person.password, realEntropy.randomBytes(PASSWORD_SALT_LENGTH), DEFAULT_PASSWORD_PARAMETERS, realEntropy.randomBytes(64))).ok);
    if (round >= people.length) full.argon.push(now() - hashing);
  }
  return { full, patients, node };
}

async function measureSwitches(page: RunningDevice, node: DeviceFolder['id'], kept: readonly KeptPin[], people: readonly DemoPerson[], patients: number, rounds: number): Promise<readonly number[]> {
  const ward = wardOf(page);
  const times: number[] = [];
  let session = must(await byPin(ward, present(kept[0]), PINS[0], node));
  for (let round = 1; round <= rounds; round++) {
    const place = round % people.length;
    await session.settled();
    const wrong = await ward.unlockWithPin(present(kept[place]), '000001', node);
    assert.ok(!wrong.ok && wrong.failure.code === 'wrong-pin');
    const begun = now();
    await session.lock();
    session = must(await byPin(ward, present(kept[place]), present(PINS[place]), node));
    times.push(now() - begun);
    assert.equal(session.name, present(people[place]).name);
    assert.equal(count(session), patients);
  }
  await session.lock();
  return times;
}

async function byPin(ward: Ward, kept: KeptPin, pin: string, node: DeviceFolder['id']) {
  const unlocked = await ward.unlockWithPin(kept, pin, node);
  return unlocked.ok ? unlocked : { ok: false as const, failure: unlocked.failure.code };
}

function wardOf({ replica, folder, host }: RunningDevice): Ward {
  return openWard({ replica, deviceKey: folder.key, environment, startEngine: (actor) => nodeEngine(actor, environment.timers), unlockNodes: host.unlockNodes });
}

function count(session: Session): number {
  return [...new Chart(session, environment).patients()].length;
}

/** The client that goes with a tablet, by the code that the tablet has for its page. */
async function joinPage(root: string, tablet: RunningDevice): Promise<RunningDevice> {
  const code = must(decodeJoinCode(await readFile(join(tablet.folder.path, PAGE_CODE_FILE), 'utf8')));
  const folder = must(await joinDevice({
    code: encodeJoinCode({ ...code, addresses: [...tablet.host.addresses()] }), kind: 'client', path: folderOf(root, 'page'), hosts: [], peers: [], environment,
  }));
  return run(folder, []);
}

/** The demo's patients, by the admin's own device, which meets the nodes and hands everything over. */
async function fill(root: string): Promise<void> {
  const admin = await run(must(await readDeviceFolder(folderOf(root, ADMIN_FOLDER))), []);
  const written = followOwnItems(admin);
  await meet(admin, NODES.length);
  const session = await unlockPerson(admin, ADMIN, environment);
  const chart = new Chart(session, environment);
  const team = defaultTeam(admin.replica.state(), session.user);
  for (const { record: { stays: _, ...record } } of demoWard({ seed: 1, now: environment.clock.now() }).patients) await chart.addPatient(team, { record, stays: {} });
  await session.lock();
  const ids = await Promise.all(NODES.map(async (name) => must(await readDeviceFolder(folderOf(root, name))).id));
  assert.ok(await until(written.onHeld, () => ids.every((id) => written.isHeldBy(id)), 30_000), 'the nodes have the patients');
  await admin.stop();
}

async function run(folder: DeviceFolder, listen: readonly string[] = ['/ip4/127.0.0.1/tcp/0']): Promise<RunningDevice> {
  return must(await runDevice(folder, { environment, listen, discovery: discoveryFor({ local: true, mdns: true }) }));
}

async function stop(running: Map<string, RunningDevice>, name: string): Promise<void> {
  await running.get(name)?.stop();
  running.delete(name);
}

function present<T>(value: T | undefined): T {
  assert.ok(value !== undefined);
  return value;
}
