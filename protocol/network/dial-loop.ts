/**
 * Acts on the dial plan: dials what is due, and dials again (NET-2). libp2p neither dials what discovery finds nor
 * comes back to a peer for longer than a minute.
 */
import type { Clock, Environment, Timers } from '../codec/environment.ts';
import type { DeviceId } from '../codec/ids.ts';
import { DialPlan, type Dial, type Sighted } from './dial-plan.ts';

export interface DialLoopInit {
  readonly self: Uint8Array;
  readonly listens: boolean;
  readonly environment: Environment;
  /** Resolves once a link to the peer stands; rejects when none of the addresses led there. */
  readonly connect: (dial: Dial) => Promise<void>;
}

/** Less is not worth a timer: jitter is larger. */
const LEAST_SLEEP = 10;

export class DialLoop {
  readonly #plan: DialPlan;
  readonly #connect: (dial: Dial) => Promise<void>;
  readonly #clock: Clock;
  readonly #timers: Timers;
  #cancel: (() => void) | undefined;
  #stopped = false;

  constructor({ self, listens, environment, connect }: DialLoopInit) {
    this.#plan = new DialPlan({ self, listens, entropy: environment.entropy });
    this.#connect = connect;
    this.#clock = environment.clock;
    this.#timers = environment.timers;
  }

  setDevices(devices: readonly DeviceId[]): void {
    this.#plan.setDevices(devices, this.#clock.now());
    this.#turn();
  }

  addFixed(device: DeviceId, address: string): void {
    this.#plan.addFixed(device, address);
    this.#turn();
  }

  sight(device: DeviceId, sighted: Sighted): void {
    if (this.#plan.sight(device, sighted, this.#clock.now())) this.#turn();
  }

  connected(device: DeviceId, provenAddress: string | undefined): void {
    this.#plan.connected(device, provenAddress, this.#clock.now());
    this.#turn();
  }

  disconnected(device: DeviceId): void {
    this.#plan.disconnected(device, this.#clock.now());
    this.#turn();
  }

  networkChanged(): void {
    this.#plan.hurry(this.#clock.now());
    this.#turn();
  }

  addresses(device: DeviceId): readonly string[] {
    return this.#plan.addresses(device);
  }

  lastContact(device: DeviceId): number | undefined {
    return this.#plan.lastContact(device);
  }

  stop(): void {
    this.#stopped = true;
    this.#cancel?.();
  }

  #turn(): void {
    if (this.#stopped) return;
    this.#cancel?.();
    this.#cancel = undefined;
    for (const dial of this.#plan.take(this.#clock.now())) void this.#dial(dial);
    const wait = this.#plan.wait(this.#clock.now());
    if (wait !== undefined) this.#cancel = this.#timers.after(Math.max(LEAST_SLEEP, wait), () => this.#turn());
  }

  async #dial(dial: Dial): Promise<void> {
    try {
      await this.#connect(dial);
    } catch {
      // Unreachable is the ordinary case on a ward: the plan backs off.
    }
    this.#plan.failed(dial, this.#clock.now());
    this.#turn();
  }
}
