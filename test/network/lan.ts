/**
 * Networks for tests: switches and hosts in network namespaces of the test's own, without a way out. Works for an
 * ordinary user wherever the system allows user namespaces.
 */
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface Cable {
  /** Name of the interface inside the host. */
  readonly name: string;
  readonly plug: string;
  readonly address: string;
}

/** What a host process says of itself, one JSON object a line. */
export interface Report {
  readonly event: string;
  readonly [field: string]: unknown;
}

export class Lan {
  readonly #holder: ChildProcess;
  readonly #hosts: LanHost[] = [];
  #plugs = 0;

  private constructor(holder: ChildProcess) {
    this.#holder = holder;
  }

  /** Undefined, with the reason printed, where the system does not let a test make namespaces. */
  static async open(t: TestContext, switches: readonly string[] = ['lan0']): Promise<Lan | undefined> {
    const holder = spawn('unshare', ['--user', '--map-root-user', '--net', 'sh', '-c', 'echo ready; exec sleep infinity'], { stdio: ['ignore', 'pipe', 'pipe'] });
    const ready = await new Promise<boolean>((resolve) => {
      holder.stdout.once('data', () => resolve(true));
      holder.once('error', () => resolve(false));
      holder.once('exit', () => resolve(false));
    });
    const lan = new Lan(holder);
    t.after(() => lan.#close());
    try {
      if (!ready) throw new Error('unshare failed');
      for (const name of switches) await lan.ip(`link add ${name} type bridge`, `link set ${name} up`);
      return lan;
    } catch (error) {
      const reason = `NOT RUN: no network namespaces of its own for an ordinary user here (${error instanceof Error ? error.message : 'unknown'})`;
      console.error(reason);
      t.skip(reason);
      return undefined;
    }
  }

  /** Runs `ip` commands where the switches are. */
  async ip(...commands: readonly string[]): Promise<void> {
    for (const command of commands) await run('nsenter', [...this.enter(), 'ip', ...command.split(' ')]);
  }

  /** Starts `lan-device.ts` on a host with one cable into each given switch. */
  async addHost(cables: readonly { readonly into: string; readonly address: string }[], init: object, extra: readonly string[] = []): Promise<LanHost> {
    const script = fileURLToPath(new URL('./lan-device.ts', import.meta.url));
    const process = spawn('nsenter', [...this.enter(), 'unshare', '--net', globalThis.process.execPath, '--import', 'tsx', script], { stdio: ['pipe', 'pipe', 'inherit'] });
    const host = new LanHost(this, process);
    this.#hosts.push(host);
    await host.next('up');
    for (const [index, { into, address }] of cables.entries()) await host.plug({ into, address, name: `eth${index}` });
    await host.ip('link set lo up', ...extra);
    host.tell(init);
    await host.next('ready');
    return host;
  }

  newPlug(): string {
    return `plug${this.#plugs++}`;
  }

  /** Arguments of `nsenter` that lead to where the switches are. */
  enter(): readonly string[] {
    return ['--user', '--net', '--preserve-credentials', '--target', String(this.#holder.pid)];
  }

  async #close(): Promise<void> {
    await Promise.all(this.#hosts.map((host) => host.stop()));
    this.#holder.kill('SIGKILL');
  }
}

export class LanHost {
  readonly #lan: Lan;
  readonly #process: ChildProcess;
  readonly #reports: Report[] = [];
  readonly #waiting = new Set<() => void>();
  readonly cables: Cable[] = [];

  constructor(lan: Lan, process: ChildProcess) {
    this.#lan = lan;
    this.#process = process;
    if (process.stdout === null) throw new Error('a host reports on its output');
    createInterface({ input: process.stdout }).on('line', (line) => {
      this.#reports.push(JSON.parse(line) as Report);
      for (const wake of this.#waiting) wake();
    });
    process.once('exit', () => {
      this.#reports.push({ event: 'exit' });
      for (const wake of this.#waiting) wake();
    });
  }

  /** The next report of `event` that fits, in order; reports before it are dropped. */
  async next(event: string, fits: (report: Report) => boolean = () => true): Promise<Report> {
    for (;;) {
      for (let report = this.#reports.shift(); report !== undefined; report = this.#reports.shift()) {
        if (report.event === event && fits(report)) return report;
        if (report.event === 'exit') throw new Error(`the host ended while ${event} was awaited`);
      }
      await new Promise<void>((resolve) => {
        const wake = (): void => {
          this.#waiting.delete(wake);
          resolve();
        };
        this.#waiting.add(wake);
      });
    }
  }

  tell(message: object): void {
    this.#process.stdin?.write(`${JSON.stringify(message)}\n`);
  }

  async plug({ into, address, name }: { readonly into: string; readonly address: string; readonly name: string }): Promise<Cable> {
    const plug = this.#lan.newPlug();
    await this.#lan.ip(`link add ${plug} type veth peer name ${name} netns ${this.#process.pid ?? 0}`, `link set ${plug} master ${into}`, `link set ${plug} up`);
    await this.ip(`addr add ${address} dev ${name}`, `link set ${name} up`);
    const cable = { plug, address, name };
    this.cables.push(cable);
    return cable;
  }

  /** Runs `ip` commands on the host. */
  async ip(...commands: readonly string[]): Promise<void> {
    for (const command of commands) {
      await run('nsenter', ['--user', '--net', '--preserve-credentials', '--target', String(this.#process.pid), 'ip', ...command.split(' ')]);
    }
  }

  /** The switch forgets the host: its own side of the cable still looks well. */
  async cut(into: string): Promise<() => Promise<void>> {
    for (const { plug } of this.cables) await this.#lan.ip(`link set ${plug} nomaster`);
    return async () => {
      for (const { plug } of this.cables) await this.#lan.ip(`link set ${plug} master ${into}`);
    };
  }

  async stop(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const gone = new Promise((resolve) => this.#process.once('exit', resolve));
    this.#process.kill('SIGKILL');
    await gone;
  }
}
