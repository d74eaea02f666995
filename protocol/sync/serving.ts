/**
 * What the peer wants and is given: for each `want` one frame of runs, filled in the order of the want up to about a
 * mebibyte (SYNC-5). A few runs are loaded ahead, fewer where they are large.
 */
import type { DocumentId } from '../codec/ids.ts';
import { itemLength, type Chain } from '../items/item.ts';
import { MAX_RUN_BYTES, type Run } from '../replica/replica.ts';
import { MAX_RUNS, type Message, type MessageOf } from './messages.ts';
import { Violation, type ReplicaView } from './session-context.ts';

/** An honest peer has two. */
const MAX_REQUESTS = 4;
const MAX_LOADS = 32;
const FIRST_GUESS_OF_RUN = 256 * 1024;
const FRAME_BYTES = MAX_RUN_BYTES;
/** Document, author and array heads of a run; array heads of an item. */
const RUN_OVERHEAD = 64;
const ITEM_OVERHEAD = 12;
/** Wants for what is not there. A chain that has just been flagged may be among them. */
const MAX_EMPTY_WANTS = 256;

interface Slot {
  readonly from: number;
  /** Undefined while it is being loaded. */
  run: Run | undefined;
}

interface Job {
  readonly request: number;
  readonly wants: MessageOf<'want'>['wants'];
  readonly slots: (Slot | undefined)[];
  readonly runs: Run[];
  /** The want that is being answered. */
  position: number;
  bytes: number;
}

export interface ServingContext {
  readonly view: ReplicaView;
  readonly includes: (document: DocumentId) => boolean;
  /** Asks for a run; it comes back to `loaded`. */
  readonly load: (load: number, chain: Chain, from: number) => void;
  readonly send: (message: Message) => void;
}

export class Serving {
  readonly #context: ServingContext;
  readonly #jobs: Job[] = [];
  readonly #loads = new Map<number, { readonly job: Job; readonly slot: Slot }>();
  #nextLoad = 1;
  #averageRun = FIRST_GUESS_OF_RUN;
  #emptyWants = 0;

  constructor(context: ServingContext) {
    this.#context = context;
  }

  take({ request, wants }: MessageOf<'want'>): void {
    if (this.#jobs.length >= MAX_REQUESTS) throw new Violation('overload', 'too many wants at once');
    if (wants.some(({ document }) => !this.#context.includes(document))) throw new Violation('malformed', 'document outside the subscription');
    const job: Job = { request, wants, slots: [], runs: [], position: 0, bytes: 0 };
    this.#jobs.push(job);
    if (this.#jobs.length === 1) this.#advance(job);
  }

  loaded(load: number, run: Run): void {
    const entry = this.#loads.get(load);
    if (entry === undefined) return;
    this.#loads.delete(load);
    entry.slot.run = run;
    this.#averageRun = 0.75 * this.#averageRun + 0.25 * lengthOf(run);
    this.#advance(entry.job);
  }

  #advance(job: Job): void {
    for (;;) {
      const want = job.wants[job.position];
      const slot = job.slots[job.position];
      if (want === undefined) return this.#finish(job);
      if (slot?.run === undefined) break;
      const { run } = slot;
      const bytes = lengthOf(run);
      if (job.runs.length > 0 && (job.bytes + bytes > FRAME_BYTES || job.runs.length >= MAX_RUNS)) return this.#finish(job);
      if (run.items.length === 0 && !this.#context.view.isErased(want.document) && ++this.#emptyWants > MAX_EMPTY_WANTS) throw new Violation('overload', 'wants what is not there');
      job.runs.push(run);
      job.bytes += bytes;
      const next = slot.from + run.items.length;
      // More of this chain comes before the next one, while the frame has room.
      if (run.items.length > 0 && next <= (this.#context.view.head(want)?.seq ?? 0) && job.bytes < FRAME_BYTES) this.#load(job, job.position, next);
      else job.position++;
    }
    const room = Math.max(1, Math.min(MAX_LOADS, Math.floor((FRAME_BYTES - job.bytes) / this.#averageRun)));
    for (let index = job.position; index < Math.min(job.wants.length, job.position + room); index++) {
      const want = job.wants[index];
      if (want !== undefined && job.slots[index] === undefined) this.#load(job, index, want.from);
    }
  }

  #load(job: Job, index: number, from: number): void {
    const want = job.wants[index];
    if (want === undefined) return;
    const slot: Slot = { from, run: undefined };
    job.slots[index] = slot;
    const load = this.#nextLoad++;
    this.#loads.set(load, { job, slot });
    this.#context.load(load, { document: want.document, author: want.author }, from);
  }

  #finish(job: Job): void {
    for (const [load, entry] of this.#loads) if (entry.job === job) this.#loads.delete(load);
    this.#jobs.shift();
    this.#context.send({ type: 'runs', request: job.request, runs: job.runs });
    const next = this.#jobs[0];
    if (next !== undefined) this.#advance(next);
  }
}

function lengthOf(run: Run): number {
  return run.items.reduce((bytes, item) => bytes + itemLength(item) + ITEM_OVERHEAD, RUN_OVERHEAD);
}
