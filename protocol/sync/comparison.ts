/**
 * The leading half of a comparison (SYNC-3, SYNC-4): one side walks down the digest trie with the other's answers, and
 * in the end both have seen, for every document that differs, how far the other's chains go.
 *
 * First the frontiers of the log and the sessions document, then the trie from its root, depth first, so that what is
 * remembered stays small. What is still to be asked lives here; what is missing is handed on as it is found.
 */
import { compareBytes, equalBytes } from '../codec/bytes.ts';
import { hexOf, LOG_DOCUMENT, SESSIONS_DOCUMENT, type DocumentId } from '../codec/ids.ts';
import { differing, entriesAhead, FRONTIER_BUDGET } from './answering.ts';
import type { DigestTrie } from './digest-trie.ts';
import { MAX_ENTRIES, MAX_NODES, MAX_RANGES, type DocumentEntries, type FrontierRange, type Message, type MessageOf } from './messages.ts';
import { Violation, type ReplicaView } from './session-context.ts';

/** Requests under way at once. */
const MAX_REQUESTS = 4;
const DEEPEST_PREFIX = 32;
/** Nodes that may be visited before any document was seen to differ; then so many more for each that does. */
const FREE_VISITS = 16_384;
const VISITS_A_DOCUMENT = 64;

const BEGINNING = new Uint8Array(0);

type Request =
  | { readonly type: 'nodes'; readonly prefixes: ReadonlySet<string> }
  | { readonly type: 'frontiers'; readonly ranges: ReadonlyMap<string, FrontierRange> };

export interface ComparisonContext {
  readonly view: ReplicaView;
  readonly trie: DigestTrie;
  readonly includes: (document: DocumentId) => boolean;
  /** The peer has chains further than here. Returns whether anything of it is missing here. */
  readonly ahead: (entries: DocumentEntries) => boolean;
}

export class Comparison {
  readonly #context: ComparisonContext;
  readonly #requests = new Map<number, Request>();
  /** Nodes to ask about next. */
  readonly #prefixes: string[] = [];
  /** Documents whose frontier is to be sent from an author on, and compared. */
  readonly #ranges = new Map<string, { readonly document: DocumentId; readonly after: Uint8Array }>();
  /** Documents of which the peer lacks something. */
  readonly #ahead: DocumentEntries[] = [];
  #nextRequest = 1;
  #visits = 0;
  #differences = 0;

  constructor(context: ComparisonContext) {
    this.#context = context;
  }

  get active(): boolean {
    return this.#requests.size > 0 || this.#prefixes.length > 0 || this.#ranges.size > 0 || this.#ahead.length > 0;
  }

  /** The peer has a request to answer. */
  get waiting(): boolean {
    return this.#requests.size > 0;
  }

  /** Documents found to differ since the last `compareAll`. */
  get differences(): number {
    return this.#differences;
  }

  /** Compares the log and the sessions document. */
  compareFoundation(): void {
    for (const document of [LOG_DOCUMENT, SESSIONS_DOCUMENT]) this.#addRange(document, BEGINNING);
  }

  /** Compares every document of the subscription. */
  compareAll(): void {
    this.#visits = 0;
    this.#differences = 0;
    this.#prefixes.push('');
  }

  /** The requests to send now. */
  requests(): readonly Message[] {
    const messages: Message[] = [];
    while (this.#requests.size < MAX_REQUESTS) {
      const message = this.#nextFrontiers() ?? this.#nextNodes();
      if (message === undefined) break;
      messages.push(message);
    }
    return messages;
  }

  take(answer: MessageOf<'answer'>): void {
    const request = this.#requests.get(answer.request);
    if (request === undefined) throw new Violation('malformed', 'answer to nothing');
    this.#requests.delete(answer.request);
    if (request.type === 'nodes') {
      for (const { prefix, node } of answer.nodes) {
        if (!request.prefixes.has(prefix) && !request.prefixes.has(prefix.slice(0, -1))) throw new Violation('malformed', 'node that was not asked for');
        this.#visit();
        if (node.type === 'leaf') this.#compareLeaf(prefix, node.documents);
        else this.#compareInner(prefix, node.children);
      }
      for (const frontier of answer.frontiers) this.#compareFrontier(frontier);
    } else {
      if (answer.nodes.length > 0 || answer.frontiers.length > 0) throw new Violation('malformed', 'nodes for frontiers');
      this.#continueRanges(request.ranges, answer.resume);
    }
    for (const entries of answer.ahead) this.#note(entries);
    for (const { document, after } of answer.resume) {
      const asked = request.type === 'nodes' ? undefined : request.ranges.get(hexOf(document));
      // Ranges only move on, so that a document is not asked for for ever.
      if (request.type === 'frontiers' && (asked === undefined || compareBytes(after, asked.after) < 0)) throw new Violation('malformed', 'resumes elsewhere');
      this.#visit();
      this.#addRange(document, after);
    }
  }

  #compareLeaf(prefix: string, theirs: readonly { readonly document: DocumentId; readonly digest: Uint8Array }[]): void {
    if (theirs.some(({ document }) => !hexOf(document).startsWith(prefix))) throw new Violation('malformed', 'document under another prefix');
    for (const document of differing(this.#context.trie.documentsAt(prefix) ?? [], theirs)) this.#addRange(document, BEGINNING);
  }

  #compareInner(prefix: string, theirs: readonly Uint8Array[]): void {
    if (prefix.length >= DEEPEST_PREFIX) throw new Violation('malformed', 'trie deeper than a document id');
    theirs.forEach((digest, index) => {
      const child = prefix + index.toString(16);
      if (equalBytes(digest, this.#context.trie.digestAt(child))) return;
      if (digest.length === 0) this.#compareLeaf(child, []);
      else this.#prefixes.push(child);
    });
  }

  /** The peer's whole frontier of a document: what is missing here, and what is missing there. */
  #compareFrontier({ document, entries }: DocumentEntries): void {
    this.#note({ document, entries });
    const missingThere = entriesAhead(this.#context.view.frontier(document), entries);
    for (let from = 0; from < missingThere.length; from += MAX_ENTRIES) {
      this.#differences++;
      this.#ahead.push({ document, entries: missingThere.slice(from, from + MAX_ENTRIES) });
    }
  }

  #note(entries: DocumentEntries): void {
    if (!this.#context.includes(entries.document)) throw new Violation('malformed', 'document outside the subscription');
    if (this.#context.ahead(entries)) this.#differences++;
    else this.#visit();
  }

  /** A page of a frontier was answered, so on with the next, unless the peer had more to say within this one. */
  #continueRanges(ranges: ReadonlyMap<string, FrontierRange>, resume: MessageOf<'answer'>['resume']): void {
    const resumed = new Set(resume.map(({ document }) => hexOf(document)));
    for (const { document, entries, complete } of ranges.values()) {
      const last = entries.at(-1)?.author;
      if (complete === 'no' && last !== undefined && !resumed.has(hexOf(document))) this.#addRange(document, last);
    }
  }

  #addRange(document: DocumentId, after: Uint8Array): void {
    if (!this.#context.includes(document)) throw new Violation('malformed', 'document outside the subscription');
    const key = hexOf(document);
    if (!this.#ranges.has(key)) this.#ranges.set(key, { document, after });
  }

  /** An endless trie ends here (ATTACK 32): a node has more than eight documents below it, so nodes alone are a lie. */
  #visit(): void {
    this.#visits++;
    if (this.#visits > FREE_VISITS + VISITS_A_DOCUMENT * (this.#differences + this.#context.trie.size)) throw new Violation('overload', 'nodes without documents');
  }

  #nextFrontiers(): Message | undefined {
    if (this.#ranges.size === 0 && this.#ahead.length === 0) return undefined;
    let budget = FRONTIER_BUDGET;
    const ahead: DocumentEntries[] = [];
    while (ahead.length < MAX_RANGES && budget > 0) {
      const next = this.#ahead.pop();
      if (next === undefined) break;
      ahead.push(next);
      budget -= next.entries.length;
    }
    const ranges = new Map<string, FrontierRange>();
    for (const [key, { document, after }] of this.#ranges) {
      if (ranges.size >= MAX_RANGES || budget <= 0) break;
      const entries = this.#context.view.frontier(document).filter(({ author }) => compareBytes(author, after) > 0);
      const page = entries.slice(0, Math.min(budget, MAX_ENTRIES));
      ranges.set(key, { document, after, entries: page, complete: page.length === entries.length ? 'yes' : 'no' });
      this.#ranges.delete(key);
      budget -= page.length;
    }
    return this.#ask({ type: 'frontiers', ranges }, (request) => ({ type: 'frontiers', request, ranges: [...ranges.values()], ahead }));
  }

  #nextNodes(): Message | undefined {
    const prefixes = this.#prefixes.splice(-MAX_NODES);
    if (prefixes.length === 0) return undefined;
    const nodes = prefixes.map((prefix) => ({ prefix, node: this.#context.trie.nodeAt(prefix) }));
    return this.#ask({ type: 'nodes', prefixes: new Set(prefixes) }, (request) => ({ type: 'nodes', request, nodes }));
  }

  #ask(request: Request, message: (request: number) => Message): Message {
    const number = this.#nextRequest++;
    this.#requests.set(number, request);
    return message(number);
  }
}
