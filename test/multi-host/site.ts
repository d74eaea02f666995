/** A machine of the test's network: a namespace with one cable into the switch and no route beyond it. */
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { promisify } from 'node:util';
import type { Lan } from '../network/lan.ts';

const run = promisify(execFile);

export class Site {
  readonly address: string;
  readonly #lan: Lan;
  readonly #holder: ChildProcess;
  readonly #plug: string;

  private constructor(lan: Lan, holder: ChildProcess, address: string) {
    this.#lan = lan;
    this.#holder = holder;
    this.#plug = lan.newPlug();
    this.address = address;
  }

  /** `address` without a prefix; all sites are in one /24. */
  static async open(lan: Lan, address: string): Promise<Site> {
    // Ends with its input, and so with the test.
    const holder = spawn('nsenter', [...lan.enter(), 'unshare', '--net', 'sh', '-c', 'ip link set lo up && echo up && exec cat'], { stdio: ['pipe', 'pipe', 'inherit'] });
    await once(holder.stdout, 'data');
    const site = new Site(lan, holder, address);
    await lan.ip(`link add ${site.#plug} type veth peer name eth0 netns ${holder.pid ?? 0}`, `link set ${site.#plug} up`);
    await site.#ip(`addr add ${address}/24 dev eth0`, 'link set eth0 up');
    await site.heal();
    return site;
  }

  /** A command line that runs what follows it on this machine. */
  get enter(): readonly string[] {
    return ['nsenter', '--user', '--net', '--preserve-credentials', '--target', String(this.#holder.pid ?? 0), '--'];
  }

  /** The switch forgets this machine, whose own side of the cable still looks well. */
  async cut(): Promise<void> {
    await this.#lan.ip(`link set ${this.#plug} nomaster`);
  }

  async heal(): Promise<void> {
    await this.#lan.ip(`link set ${this.#plug} master lan0`);
  }

  close(): void {
    this.#holder.kill('SIGKILL');
  }

  async #ip(...commands: readonly string[]): Promise<void> {
    const [nsenter = '', ...rest] = this.enter;
    for (const command of commands) await run(nsenter, [...rest, 'ip', ...command.split(' ')]);
  }
}
