/**
 * mDNS on one interface. A socket of its own for each is what works without a default route: without one, a socket
 * bound to no interface sends nothing and says nothing.
 */
import multicastDns from 'multicast-dns';
import type { Environment } from '../../codec/environment.ts';
import type { DiscoveryInit } from './discovery.ts';
import { isLoopback, isOnLink, LOOPBACK_GROUP, type NetworkInterface } from './network-interface.ts';
import { asksFor, peersIn, recordsFor } from './records.ts';

export interface MdnsSocketInit extends Pick<DiscoveryInit, 'peerId' | 'listening' | 'wantedDevice' | 'onSighting'> {
  readonly environment: Environment;
  readonly on: NetworkInterface;
  readonly port: number;
  readonly serviceTag: string;
  readonly peerName: string;
  /** The socket is of no use any more; `code` says why, in the system's words. */
  onFailure(code: string): void;
}

const MULTICAST_ADDRESS = '224.0.0.251';
/** Milliseconds between two queries. */
const QUERY_INTERVAL = 10_000;
/** RFC 6762 §6: a record is not multicast more than once in a second. */
const ANSWER_INTERVAL = 1_000;

export class MdnsSocket {
  readonly #init: MdnsSocketInit;
  readonly #mdns: multicastDns.MulticastDNS;
  #cancelQuery = (): void => undefined;
  #cancelAnswer: (() => void) | undefined;
  #lastAnswer = -ANSWER_INTERVAL;
  #closed = false;

  constructor(init: MdnsSocketInit) {
    this.#init = init;
    const { on, port } = init;
    // A socket bound to an interface's own address gets no multicast on Linux, so that on a network it is the wildcard;
    // on loopback it is the group itself, and nothing that is sent to this machine can arrive.
    const { ip, bind } = isLoopback(on) ? { ip: LOOPBACK_GROUP, bind: LOOPBACK_GROUP } : { ip: MULTICAST_ADDRESS, bind: '0.0.0.0' };
    this.#mdns = multicastDns({ interface: on.address, bind, ip, port, reuseAddr: true });
    this.#mdns.on('error', (error) => this.#fail(error));
    this.#mdns.on('warning', (error) => {
      // Anything else is a packet that is not DNS.
      if ('syscall' in error) this.#fail(error);
    });
    this.#mdns.on('query', ({ questions }, { address }) => {
      if (isOnLink(address, on) && asksFor(init.serviceTag, questions)) this.#answerSoon();
    });
    this.#mdns.on('response', ({ answers, additionals }, { address }) => {
      if (!isOnLink(address, on)) return;
      for (const { peerId, sighted } of peersIn([...answers, ...additionals], init.serviceTag, address, on)) {
        const device = init.wantedDevice(peerId);
        if (device !== undefined) init.onSighting(device, sighted);
      }
    });
    this.#mdns.once('ready', () => {
      if (this.#closed) return;
      this.#query();
      this.#answerSoon();
    });
  }

  close(): Promise<void> {
    if (this.#closed) return Promise.resolve();
    this.#closed = true;
    this.#cancelQuery();
    this.#cancelAnswer?.();
    return new Promise((resolve) => this.#mdns.destroy(resolve));
  }

  #query(): void {
    this.#mdns.query({ questions: [{ name: this.#init.serviceTag, type: 'PTR' }] }, () => undefined);
    this.#cancelQuery = this.#init.environment.timers.after(QUERY_INTERVAL, () => this.#query());
  }

  /** At once, or when the second is over; many questions get one answer. */
  #answerSoon(): void {
    if (this.#cancelAnswer !== undefined || this.#closed) return;
    const { clock, timers } = this.#init.environment;
    const since = clock.now() - this.#lastAnswer;
    if (since >= ANSWER_INTERVAL || since < 0) return this.#answer();
    this.#cancelAnswer = timers.after(ANSWER_INTERVAL - since, () => {
      this.#cancelAnswer = undefined;
      this.#answer();
    });
  }

  #answer(): void {
    const { environment, peerId, peerName, serviceTag, listening, on } = this.#init;
    this.#lastAnswer = environment.clock.now();
    const answers = recordsFor(peerId, peerName, serviceTag, listening(), on);
    if (answers.length > 0) this.#mdns.respond({ answers }, () => undefined);
  }

  #fail(error: Error): void {
    if (this.#closed) return;
    void this.close();
    this.#init.onFailure('code' in error ? String(error.code) : error.message);
  }
}
