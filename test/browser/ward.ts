/**
 * A whole ward on loopback: archive, two tablets and a bridge, each a process of its own, found by mDNS; and the
 * admin's device inside the test, with the admin unlocked. Everybody and everything in it has a canary's name.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { followOwnItems, type OwnItems } from '../../node/cli/hand-over.ts';
import { inviteDevice } from '../../node/cli/invite.ts';
import { until } from '../../node/cli/until.ts';
import { readDeviceFolder } from '../../node/device/device-folder.ts';
import { discoveryFor } from '../../node/device/network-choice.ts';
import { realEnvironment, silentLog } from '../../node/device/real-environment.ts';
import { runDevice, type RunningDevice } from '../../node/device/running-device.ts';
import { toPem } from '../../protocol/authority/pem.ts';
import { Chart } from '../../protocol/chart/chart.ts';
import { defaultTeam } from '../../protocol/chart/teams.ts';
import { hexOf } from '../../protocol/codec/ids.ts';
import { encodeJoinCode } from '../../protocol/network/join-code.ts';
import type { Session } from '../../protocol/ward/session.ts';
import { buildApp } from '../../scripts/build-app.ts';
import type { DemoPerson } from '../../scripts/demo/people.ts';
import { freePort } from '../../scripts/demo/ports.ts';
import { folderOf } from '../../scripts/demo/processes.ts';
import { ADMIN_FOLDER, must, setUp, unlockPerson, type Cast } from '../../scripts/demo/set-up.ts';
import type { Canaries, CanaryUser } from '../multi-host/canaries.ts';
import { startWardsync, type Ending, type Line, type RunningProcess } from '../support/processes.ts';

export type NodeName = 'archive' | 'tablet-1' | 'tablet-2' | 'bridge';
export type Place = 'desk' | 'tablet-1' | 'tablet-2';

export const NODES: readonly NodeName[] = ['archive', 'tablet-1', 'tablet-2', 'bridge'];
export const environment = realEnvironment(silentLog);
const HOUR = 60 * 60 * 1000;
const SETTLE_MILLISECONDS = 60_000;

export class LoopbackWard {
  readonly canaries: Canaries;
  readonly root: string;
  readonly people: { readonly admin: DemoPerson; readonly nurse1: DemoPerson; readonly nurse2: DemoPerson };
  /** The web server's port at each place; kept when a process is started again, since the browser knows the page by it. */
  readonly ports: Readonly<Record<Place, number>>;
  /** PEM of the ward's own certificate authority. */
  readonly authority: string;
  readonly #t: TestContext;
  readonly #admin: { readonly device: RunningDevice; readonly session: Session; readonly own: OwnItems };
  readonly #running = new Map<NodeName, { readonly process: RunningProcess; readonly started: Line }>();

  private constructor(t: TestContext, canaries: Canaries, root: string, people: LoopbackWard['people'], ports: LoopbackWard['ports'], admin: { device: RunningDevice; session: Session; own: OwnItems }) {
    this.#t = t;
    this.canaries = canaries;
    this.root = root;
    this.people = people;
    this.ports = ports;
    this.#admin = admin;
    const { authority } = admin.device.replica.state();
    if (authority === undefined) throw new Error('the ward has no certificate authority');
    this.authority = toPem('CERTIFICATE', authority.certificate);
  }

  /** `graceHours`: PINs on tablets. Founds the ward, starts its processes, admits the patients, and waits until all nodes have them. */
  static async start(t: TestContext, canaries: Canaries, graceHours?: number): Promise<LoopbackWard> {
    const root = await mkdtemp(join(tmpdir(), 'wardsync-browser-'));
    t.after(() => Promise.all([root, appOf(root)].map((folder) => rm(folder, { recursive: true, force: true, maxRetries: 5 }))));
    const people = {
      admin: person(canaries.users.admin, 'admin'), nurse1: person(canaries.users.nurse1, 'clinician'), nurse2: person(canaries.users.nurse2, 'clinician'),
    };
    // Beside each other, so in a folder each: the ward begins with an empty one.
    await Promise.all([
      buildApp({ outDir: appOf(root), minify: true }),
      setUp(root, environment, () => undefined, { ...castOf(canaries, people), ...(graceHours !== undefined && { graceHours }) }),
    ]);

    const device = must(await runDevice(must(await readDeviceFolder(folderOf(root, ADMIN_FOLDER))), {
      environment, listen: [], discovery: discoveryFor({ local: true, mdns: true }),
    }));
    t.after(() => device.stop());
    const own = followOwnItems(device);
    const session = await unlockPerson(device, people.admin, environment);
    t.after(() => session.lock());
    const taken: number[] = [];
    for (let i = 0; i < 3; i++) taken.push(await freePort(0, taken));
    const [desk = 0, one = 0, two = 0] = taken;
    const ports = { desk, 'tablet-1': one, 'tablet-2': two };
    const ward = new LoopbackWard(t, canaries, root, people, ports, { device, session, own });
    await Promise.all(NODES.map((name) => ward.start(name)));
    await ward.#admit();
    return ward;
  }

  /** In hex. */
  get id(): string {
    return hexOf(this.#admin.device.replica.ward);
  }

  folder(name: string): string {
    return folderOf(this.root, name);
  }

  url(place: Place, host = 'localhost'): string {
    return `${place === 'desk' ? 'https' : 'http'}://${host}:${this.ports[place]}/`;
  }

  /** Starts a node. Resolves when it serves. */
  async start(name: NodeName): Promise<void> {
    const [kind = name] = name.split('-');
    const own = name === 'bridge' ? ['--port', String(this.ports.desk)] : name === 'archive' ? [] : ['--page-port', String(this.ports[name])];
    const process = startWardsync(this.#t, [kind, '--folder', this.folder(name), '--local', '--log', ...own], { env: { WARDSYNC_APP: appOf(this.root) } });
    this.#running.set(name, { process, started: await process.next(({ running }) => running === kind) });
  }

  /** Resolves when its process has ended. */
  async stop(name: NodeName): Promise<void> {
    await this.#get(name).process.stop();
    this.#running.delete(name);
  }

  /** Resolves when its process has ended by itself. */
  ended(name: NodeName): Promise<Ending> {
    return this.#get(name).process.ended;
  }

  /** As the admin, with 'This tablet is lost'; its page goes too. Resolves when the archive knows. */
  async reportLost(name: 'tablet-1' | 'tablet-2'): Promise<void> {
    const { session, own } = this.#admin;
    must(await session.members.reportLost(must(await readDeviceFolder(this.folder(name))).id));
    const archive = must(await readDeviceFolder(this.folder('archive'))).id;
    if (!await until(own.onHeld, () => own.isHeldBy(archive), SETTLE_MILLISECONDS)) throw new Error('the archive has not heard of the loss');
  }

  /** The first TCP address of a node, with its PeerId. */
  address(name: NodeName): string {
    const { peerId, addresses } = this.#get(name).started;
    const [first] = Array.isArray(addresses) ? addresses : [];
    return `${String(first)}/p2p/${String(peerId)}`;
  }

  /** The TCP port of that address. */
  port(name: NodeName): number {
    return Number(/\/tcp\/(\d+)\//.exec(this.address(name))?.[1]);
  }

  /** A node's PeerId, which stands in its log. */
  peerId(name: NodeName): string {
    return String(this.#get(name).started['peerId']);
  }

  /** Of a node's process. */
  pid(name: NodeName): number {
    return this.#get(name).process.pid;
  }

  /** A node's standard output and error. */
  logOf(name: NodeName): string {
    const { output, errors } = this.#get(name).process;
    return `${output}${errors}`;
  }

  /** A one-time code for a browser or a headless client, which comes in by the node named. Resolves when that node knows it. */
  async invite(inviter: NodeName, name: string, lifetime = HOUR): Promise<string> {
    const { device, session } = this.#admin;
    const { id, kind } = must(await readDeviceFolder(this.folder(inviter)));
    const secret = must(await inviteDevice(session, device.replica, environment, { kind: kind === 'tablet' ? 'client' : 'desktop', name, expires: environment.clock.now() + lifetime }));
    await this.settled();
    return encodeJoinCode({ ward: device.replica.ward, inviter: id, secret, addresses: [] });
  }

  /** The code that a tablet got when it joined, for its own page. */
  async tabletCode(tablet: 'tablet-1' | 'tablet-2'): Promise<string> {
    return readFile(join(this.folder(tablet), 'page-code'), 'utf8');
  }

  /** Patients' ids, in the order of the canaries. */
  patients(): readonly string[] {
    const chart = new Chart(this.#admin.session, environment);
    const byName = new Map([...chart.patients()].map(({ id, record }) => [record.name.family, id]));
    return this.canaries.patients.map(({ record }) => byName.get(record.name.family) ?? '');
  }

  /** Resolves when every node that keeps records has confirmed what the admin wrote. */
  async settled(): Promise<void> {
    const keepers = await Promise.all([...this.#running.keys()].filter((name) => name !== 'bridge').map(async (name) => must(await readDeviceFolder(this.folder(name))).id));
    const { own } = this.#admin;
    if (!await until(own.onHeld, () => keepers.every((keeper) => own.isHeldBy(keeper)), SETTLE_MILLISECONDS)) throw new Error('the nodes have not taken over what the admin wrote');
  }

  async #admit(): Promise<void> {
    const { device, session } = this.#admin;
    const chart = new Chart(session, environment);
    const team = defaultTeam(device.replica.state(), session.user);
    const { patients, ward } = this.canaries;
    await chart.addWardIndex(team, {
      kind: 'ward', schema: 1, name: ward, beds: Object.fromEntries(patients.map((_, order) => [`b${order}`, { label: `A${order + 1}`, bay: 'A', order }])),
    });
    for (const [order, { record, stays: { s1: stay } }] of patients.entries()) {
      if (stay === undefined) throw new Error('a canary patient has one stay');
      await chart.addPatient(team, { record, stays: { s1: { ...stay, bed: `A${order + 1}` } } });
    }
    await this.settled();
  }

  #get(name: NodeName): { readonly process: RunningProcess; readonly started: Line } {
    const running = this.#running.get(name);
    if (running === undefined) throw new Error(`${name} was never started`);
    return running;
  }
}

function person({ handle, name, password }: CanaryUser, role: DemoPerson['role']): DemoPerson {
  return { handle, name, password, role };
}

function castOf({ ward, team, devices }: Canaries, { admin, nurse1, nurse2 }: LoopbackWard['people']): Cast {
  return {
    ward, team, admin, staff: [nurse1, nurse2],
    devices: [
      { folder: 'archive', kind: 'archive', name: devices.archive },
      { folder: 'tablet-1', kind: 'tablet', name: devices.tablet1 },
      { folder: 'tablet-2', kind: 'tablet', name: devices.tablet2 },
      { folder: 'bridge', kind: 'bridge', name: devices.bridge },
    ],
  };
}

function appOf(root: string): string {
  return `${root}-app`;
}
