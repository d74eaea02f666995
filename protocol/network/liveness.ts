/**
 * Notices in two to four seconds that a peer is gone: a cable that was pulled tells nobody.
 *
 * libp2p's own monitor does the same, but calls a peer dead after a pause of this process too. A busy tablet pauses.
 */
import './polyfill.ts';
import { UnsupportedProtocolError, type Connection, type Libp2p } from '@libp2p/interface';
import type { Environment } from '../codec/environment.ts';

/** Milliseconds between two questions on a connection, and for the answer. */
export const PING_INTERVAL = 2_000;
export const PING_TIMEOUT = 2_000;
/** A timer that comes so late says that this process, not the peer, stood still. */
const OWN_PAUSE = 500;
/** Nobody speaks it: that the peer says so is the answer. */
export const PING_PROTOCOL = '/wardsync/ping/1';

export class Liveness {
  readonly #node: Libp2p;
  readonly #environment: Environment;
  readonly #asked = new Set<string>();
  #cancel = (): void => undefined;

  constructor(node: Libp2p, environment: Environment) {
    this.#node = node;
    this.#environment = environment;
  }

  start(): void {
    this.#cancel = this.#environment.timers.after(PING_INTERVAL, () => {
      for (const connection of this.#node.getConnections()) void this.#ask(connection);
      this.start();
    });
  }

  stop(): void {
    this.#cancel();
  }

  async #ask(connection: Connection): Promise<void> {
    if (connection.status !== 'open' || this.#asked.has(connection.id)) return;
    this.#asked.add(connection.id);
    const cancel = this.#expectAnswer(connection);
    try {
      (await connection.newStream(PING_PROTOCOL)).abort(new Error('only asked'));
    } catch (error) {
      if (!(error instanceof UnsupportedProtocolError)) connection.abort(new Error('no answer to a ping'));
    } finally {
      cancel();
      this.#asked.delete(connection.id);
    }
  }

  #expectAnswer(connection: Connection): () => void {
    const { clock, timers } = this.#environment;
    const asked = clock.now();
    let cancel = timers.after(PING_TIMEOUT, () => {
      const late = clock.now() - asked - PING_TIMEOUT;
      if (late < OWN_PAUSE) connection.abort(new Error('no answer to a ping'));
      else cancel = this.#expectAnswer(connection);
    });
    return () => cancel();
  }
}
