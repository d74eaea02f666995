/**
 * A whole ward on a network of its own: archive, two tablets, a bridge and an admin's machine, each in a network
 * namespace, all on one switch, without a default route. Everything goes by the command line and by real mDNS.
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { DeviceReport } from '../../node/device/device-control.ts';
import { Lan } from '../network/lan.ts';
import { startWardsync, wardsync, type Line, type RunningProcess } from '../support/processes.ts';
import { AskedProcess } from './asked-process.ts';
import type { CanaryUser, Canaries } from './canaries.ts';
import type { ClientHandlers, ClientInit } from './client.ts';
import { Site } from './site.ts';
import type { StrangerHandlers } from './stranger.ts';

export type NodeName = 'archive' | 'tablet1' | 'tablet2' | 'bridge';
export type SiteName = NodeName | 'admin' | 'stranger';
export type Client = AskedProcess<ClientHandlers>;
export type Stranger = AskedProcess<StrangerHandlers>;

export const NODES: readonly NodeName[] = ['archive', 'tablet1', 'tablet2', 'bridge'];
const SITES: readonly SiteName[] = [...NODES, 'admin', 'stranger'];
const TABLET_PORT = 7400;
const BRIDGE_PORT = 7443;
const KINDS = { archive: 'archive', tablet1: 'tablet', tablet2: 'tablet', bridge: 'bridge' } as const satisfies Record<NodeName, string>;

export class WardOnALan {
  readonly canaries: Canaries;
  readonly root: string;
  readonly lan: Lan;
  readonly sites: Readonly<Record<SiteName, Site>>;
  readonly #t: TestContext;
  readonly #running = new Map<NodeName, { readonly process: RunningProcess; readonly started: Line }>();
  /** Standard error of all processes that the ward's nodes ever were. */
  readonly #logs: RunningProcess[] = [];

  private constructor(t: TestContext, canaries: Canaries, root: string, lan: Lan, sites: Readonly<Record<SiteName, Site>>) {
    this.#t = t;
    this.canaries = canaries;
    this.root = root;
    this.lan = lan;
    this.sites = sites;
  }

  /** The cables and an empty folder. Undefined, with the reason said, where the system allows no namespaces. */
  static async open(t: TestContext, canaries: Canaries): Promise<WardOnALan | undefined> {
    const lan = await Lan.open(t);
    if (lan === undefined) return undefined;
    const root = await mkdtemp(join(tmpdir(), 'wardsync-hosts-'));
    t.after(() => rm(root, { recursive: true, force: true, maxRetries: 3 }));
    const opened = await Promise.all(SITES.map(async (name, index) => [name, await Site.open(lan, `10.9.0.${index + 1}`)] as const));
    for (const [, site] of opened) t.after(() => site.close());
    // The page itself is not what is tested here.
    await mkdir(join(root, 'app'));
    await writeFile(join(root, 'app', 'index.html'), '<!doctype html><title>Wardsync</title>');
    return new WardOnALan(t, canaries, root, lan, Object.fromEntries(opened) as Record<SiteName, Site>);
  }

  folder(name: string): string {
    return join(this.root, name);
  }

  /** `wardsync init` on the admin's machine. */
  async found(): Promise<void> {
    const { ward, team, users: { admin } } = this.canaries;
    await this.asAdmin(['init', '--name', ward, '--team', team, '--admin', admin.handle, '--admin-name', admin.name, '--beds', '4']);
  }

  /** Runs a command with the admin's folder and password. Resolves with its result. */
  asAdmin<Result = Line>(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Result> {
    return wardsync<Result>(this.#t, [...args, '--folder', this.folder('admin'), ...(args[0] === 'init' ? [] : ['--user', this.canaries.users.admin.handle])], {
      enter: this.sites.admin.enter, env: { WARDSYNC_PASSWORD: this.canaries.users.admin.password, ...env },
    });
  }

  /** Pairs and joins a node by a one-time code. `meanwhile` gets the code while it is open. */
  async join(name: NodeName, meanwhile: (code: string) => Promise<void> = async () => undefined): Promise<void> {
    const kind = KINDS[name];
    const pairing = startWardsync(this.#t, ['pair', '--folder', this.folder('admin'), '--user', this.canaries.users.admin.handle, '--kind', kind, '--name', this.canaries.devices[name]], {
      enter: this.sites.admin.enter, env: { WARDSYNC_PASSWORD: this.canaries.users.admin.password },
    });
    const { code } = await pairing.next(({ waiting }) => waiting === true);
    await meanwhile(String(code));
    const hosts = kind === 'bridge' ? ['--host', this.sites.bridge.address] : [];
    await wardsync(this.#t, ['join', String(code), '--kind', kind, '--folder', this.folder(name), ...hosts], { enter: this.sites[name].enter });
    await pairing.next(({ joined }) => joined === true);
    await pairing.ended;
  }

  /** Starts a node that has joined, or starts it again. Resolves when it serves. */
  async start(name: NodeName): Promise<void> {
    const own = KINDS[name] === 'tablet' ? ['--listen', String(TABLET_PORT), '--page-port', '0'] : KINDS[name] === 'bridge' ? ['--port', String(BRIDGE_PORT)] : [];
    const process = startWardsync(this.#t, [KINDS[name], '--folder', this.folder(name), '--log', ...own], {
      enter: this.sites[name].enter, env: { WARDSYNC_APP: this.folder('app') },
    });
    this.#logs.push(process);
    this.#running.set(name, { process, started: await process.next(({ running }) => running !== undefined) });
  }

  process(name: NodeName): RunningProcess {
    return this.#get(name).process;
  }

  /** Resolves when the node's log tells of it, not before `since` (milliseconds since 1970). */
  async logged(name: NodeName, event: string, peer: string, since: number): Promise<void> {
    await this.process(name).logged((line) => line['event'] === event && line['peer'] === peer && Date.parse(String(line['time'])) >= since);
  }

  /** `wardsync status` on the node's own machine. */
  status(name: NodeName): Promise<DeviceReport> {
    return wardsync<DeviceReport>(this.#t, ['status', '--folder', this.folder(name)], { enter: this.sites[name].enter });
  }

  /** `wardsync backup` beside the node that runs. */
  async backup(name: NodeName, file: string): Promise<void> {
    await wardsync(this.#t, ['backup', file, '--folder', this.folder(name)], { enter: this.sites[name].enter });
  }

  peerId(name: NodeName): string {
    return String(this.#get(name).started['peerId']);
  }

  /** What a node said when it started. */
  started(name: NodeName): Line {
    return this.#get(name).started;
  }

  logs(): string {
    return this.#logs.map(({ errors, output }) => `${output}${errors}`).join('\n');
  }

  /** A page's stand-in on a tablet, joined with the code that the tablet's own page gets, unlocked. */
  async tabletClient(tablet: 'tablet1' | 'tablet2', user: CanaryUser): Promise<Client> {
    const folder = this.folder(`${tablet}-client`);
    const code = String(this.started(tablet)['joinLink']).split('#join=')[1] ?? '';
    const peer = `/ip4/127.0.0.1/tcp/${TABLET_PORT}/p2p/${this.peerId(tablet)}`;
    await wardsync(this.#t, ['join', code, '--kind', 'client', '--folder', folder, '--peer', peer], { enter: this.sites[tablet].enter });
    return this.startClient(tablet, { folder, peerId: this.peerId(tablet) }, user);
  }

  /** The admin's own device at a desk: through the bridge to the archive. */
  async deskClient(): Promise<Client> {
    const { certificate } = await wardsync(this.#t, ['certificate', '--folder', this.folder('admin')]);
    const bridge = { origin: `https://${this.sites.bridge.address}:${BRIDGE_PORT}`, authority: String(certificate) };
    return this.startClient('admin', { folder: this.folder('admin'), peerId: this.peerId('archive'), bridge }, this.canaries.users.admin);
  }

  async startClient(site: SiteName, init: ClientInit, { handle, password }: CanaryUser): Promise<Client> {
    const client: Client = new AskedProcess(this.#t, new URL('./client.ts', import.meta.url), { enter: this.sites[site].enter });
    await client.ask('start', init);
    await client.reported('linked');
    await client.ask('unlock', { handle, password });
    return client;
  }

  async stranger(): Promise<Stranger> {
    return new AskedProcess(this.#t, new URL('./stranger.ts', import.meta.url), { enter: this.sites.stranger.enter });
  }

  #get(name: NodeName): { readonly process: RunningProcess; readonly started: Line } {
    const running = this.#running.get(name);
    if (running === undefined) throw new Error(`${name} was never started`);
    return running;
  }
}

/** Resolves when all of them report the same digest. */
export async function converged(...clients: readonly Client[]): Promise<void> {
  const latest = (client: Client): unknown => client.reports('digest').at(-1)?.['digest'];
  while (new Set(clients.map(latest)).size > 1) await Promise.race(clients.map((client) => client.process.more()));
}
