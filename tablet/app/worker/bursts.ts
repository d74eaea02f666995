/** Updates that come in a burst are shown together. So long after one, or so many times as long as it took, comes the next. */
import type { Environment } from '../../../protocol/codec/environment.ts';

const REST_MILLISECONDS = 40;
const REST_SHARE = 4;

export class Bursts {
  readonly #environment: Pick<Environment, 'clock' | 'timers'>;
  readonly #show: (what: 'standings' | 'all') => void;
  /** What is to be shown anew: only how safe entries are, or everything. */
  #due: 'standings' | 'all' | undefined;
  #restUntil = 0;

  constructor(environment: Pick<Environment, 'clock' | 'timers'>, show: (what: 'standings' | 'all') => void) {
    this.#environment = environment;
    this.#show = show;
  }

  soon(what: 'standings' | 'all'): void {
    const isScheduled = this.#due !== undefined;
    if (this.#due !== 'all') this.#due = what;
    if (isScheduled) return;
    const { clock, timers } = this.#environment;
    timers.after(Math.max(0, Math.min(this.#restUntil - clock.now(), REST_SHARE * 1000)), () => {
      const begun = clock.now();
      const due = this.#due ?? what;
      this.#due = undefined;
      this.#show(due);
      const ended = clock.now();
      this.#restUntil = ended + Math.max(REST_MILLISECONDS, REST_SHARE * (ended - begun));
    });
  }
}
