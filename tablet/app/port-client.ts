/**
 * The page's side of `port.ts`: typed requests with one reply each, and every topic as a signal that always holds the
 * newest value the worker sent.
 */
import { signal } from '@preact/signals';
import type { Signal } from '@preact/signals';
import type { Failure, FromWorker, RequestName, Requests, ToWorker, TopicName, Topics } from './port.ts';

export type Reply<N extends RequestName> =
  | { readonly ok: true; readonly result: Requests[N]['result'] }
  | { readonly ok: false; readonly failure: Failure };

export interface PortClient {
  /** Asks the worker; never rejects: what went wrong is in the reply. */
  request<N extends RequestName>(name: N, params: Requests[N]['params']): Promise<Reply<N>>;
  readonly topics: { readonly [T in TopicName]: Signal<Topics[T]> };
  /** Empties every topic that shows patients. */
  forget(): void;
  /** Shows nothing more of the worker, but that this device was removed; it still answers, until `restart`. */
  retire(): void;
  /** Ends the worker, and its memory with it, and starts a new one, which is locked. */
  restart(): void;
  /** Ends the worker for good; the session stays as it was said last. */
  end(): void;
}

/** What the page needs of a `Worker`; a `MessagePort` will do too. */
export interface PortEnd {
  postMessage(message: ToWorker): void;
  addEventListener(type: 'message', listener: (event: MessageEvent<FromWorker>) => void): void;
  addEventListener(type: 'error', listener: (event: Event) => void): void;
  terminate(): void;
}

/** A worker that its server did not give out is asked for again after so many milliseconds. */
const LOAD_AGAIN = 1_000;

/**
 * Connects to the worker. When it dies of an uncaught error, the session becomes `failed` and every open request is
 * answered with `internal`, so that no button spins for ever. When it cannot be loaded (the page's server is away just
 * now), it is tried again until it can.
 */
export function connectPort(start: () => PortEnd): PortClient {
  const topics = emptyTopics();
  const open = new Map<number, (reply: { ok: true; result: unknown } | { ok: false; failure: Failure }) => void>();
  let lastId = 0;
  let isRetired = false;
  let end = connect();

  function connect(): PortEnd {
    const started = start();
    started.addEventListener('message', ({ data }) => {
      if (started !== end) return;
      if ('topic' in data) {
        if (!isRetired || (data.topic === 'session' && data.value.state === 'revoked')) publish(topics, data);
        return;
      }
      const settle = open.get(data.id);
      open.delete(data.id);
      settle?.(data);
    });
    started.addEventListener('error', (event) => {
      if (started !== end) return;
      if (event instanceof ErrorEvent) return fail();
      settleAll();
      setTimeout(() => {
        if (started === end) end = connect();
      }, LOAD_AGAIN);
    });
    return started;
  }

  function fail(): void {
    topics.session.value = { state: 'failed', message: '' };
    settleAll();
  }

  function settleAll(): void {
    for (const settle of open.values()) settle({ ok: false, failure: { code: 'internal', message: '' } });
    open.clear();
  }

  return {
    topics,
    forget() {
      topics.board.value = noBoard;
      topics.patient.value = null;
      topics.importing.value = null;
      topics.account.value = null;
      topics.presence.value = null;
      topics.council.value = null;
      topics.pin.value = null;
      topics.glass.value = null;
    },
    retire() {
      isRetired = true;
      topics.session.value = { state: 'starting' };
    },
    restart() {
      end.terminate();
      settleAll();
      isRetired = false;
      topics.session.value = { state: 'starting' };
      end = connect();
    },
    end() {
      end.terminate();
      settleAll();
    },
    request<N extends RequestName>(name: N, params: Requests[N]['params']): Promise<Reply<N>> {
      lastId += 1;
      const id = lastId;
      return new Promise((resolve) => {
        // The contract binds the result's type to the request's name; the wire cannot carry that.
        open.set(id, (reply) => resolve(reply as Reply<N>));
        end.postMessage({ id, name, params } as ToWorker);
      });
    },
  };
}

const noBoard: Topics['board'] = { state: 'loading', ward: '', beds: [], cards: [], others: [], waiting: 0 };

function emptyTopics(): PortClient['topics'] {
  return {
    session: signal<Topics['session']>({ state: 'starting' }),
    board: signal(noBoard),
    patient: signal<Topics['patient']>(null),
    erased: signal<Topics['erased']>([]),
    sync: signal<Topics['sync']>({ peers: [], saving: 0, unsent: 0, notBackedUp: 0, heldBy: 0 }),
    importing: signal<Topics['importing']>(null),
    account: signal<Topics['account']>(null),
    recovery: signal<Topics['recovery']>(null),
    council: signal<Topics['council']>(null),
    presence: signal<Topics['presence']>(null),
    pin: signal<Topics['pin']>(null),
    glass: signal<Topics['glass']>(null),
  };
}

type Update = Extract<FromWorker, { topic: TopicName }>;

function publish(topics: PortClient['topics'], update: Update): void {
  switch (update.topic) {
    case 'session': topics.session.value = update.value; break;
    case 'board': topics.board.value = update.value; break;
    case 'patient': topics.patient.value = update.value; break;
    case 'erased': topics.erased.value = update.value; break;
    case 'sync': topics.sync.value = update.value; break;
    case 'importing': topics.importing.value = update.value; break;
    case 'account': topics.account.value = update.value; break;
    case 'council': topics.council.value = update.value; break;
    case 'presence': topics.presence.value = update.value; break;
    case 'pin': topics.pin.value = update.value; break;
    case 'glass': topics.glass.value = update.value; break;
    case 'recovery': topics.recovery.value = update.value; break;
    default: update satisfies never;
  }
}
