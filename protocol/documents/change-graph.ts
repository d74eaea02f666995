/**
 * Which opened changesets of one document are merged, and in which order (DOC-8).
 *
 * A changeset is whole when the one before it in its chain and every change that it was made on top of are whole too.
 * Merged is what is whole and accepted, and what that rests on, disputed or not. So what is merged is a function of
 * what has been added, whatever the order; and nothing is given to Automerge before all that it rests on.
 */
import { hexOf, type AuthorId, type Hex, type ItemId } from '../codec/ids.ts';
import type { Change } from './changeset.ts';

export interface OpenedItem {
  readonly item: ItemId;
  readonly author: AuthorId;
  readonly isDisputed: boolean;
  readonly changes: readonly Change[];
}

interface Node {
  /** Undefined once it is merged. */
  opened: OpenedItem | undefined;
  /** How many of those that it rests on are not whole, or not here. Never 0 for what is left out. */
  open: number;
  /** Place in the order in which items became whole; undefined until then. */
  rank: number | undefined;
  rests: Node[];
  /** Those that wait for this one to be whole. */
  dependents: Node[];
}

export class ChangeGraph {
  readonly #isLeftOut: (item: ItemId) => boolean;
  readonly #byChange = new Map<string, Node>();
  readonly #lastOfChain = new Map<Hex<AuthorId>, Node>();
  /** By the hash of a change that is not here. */
  readonly #waiting = new Map<string, Node[]>();
  readonly #unmerged = new Set<Node>();
  #ready: Node[] = [];
  #nextRank = 0;

  /** `isLeftOut` tells what must never be merged, nor anything that rests on it. */
  constructor(isLeftOut: (item: ItemId) => boolean) {
    this.#isLeftOut = isLeftOut;
  }

  /** Takes in the next changeset of its chain. */
  add(opened: OpenedItem): void {
    this.#insert(opened);
  }

  /** Takes in a changeset that the engine has made itself. */
  addMerged(opened: OpenedItem): void {
    this.#insert(opened).opened = undefined;
  }

  /** What is to be merged and has not been taken yet; each after all that it rests on. */
  take(): readonly OpenedItem[] {
    const ready = this.#ready.sort((a, b) => (a.rank ?? 0) - (b.rank ?? 0));
    this.#ready = [];
    return ready.flatMap((node) => {
      const { opened } = node;
      node.opened = undefined;
      return opened ?? [];
    });
  }

  /** What is here and not merged, without what is left out. */
  *unmerged(): Iterable<OpenedItem> {
    for (const { opened } of this.#unmerged) if (opened !== undefined && !this.#isLeftOut(opened.item)) yield opened;
  }

  #insert(opened: OpenedItem): Node {
    const node: Node = { opened, open: this.#isLeftOut(opened.item) ? 1 : 0, rank: undefined, rests: [], dependents: [] };
    this.#unmerged.add(node);
    const before = this.#lastOfChain.get(hexOf(opened.author));
    if (before !== undefined) restOn(node, before);
    for (const hash of outerDeps(opened.changes)) {
      const on = this.#byChange.get(hash);
      if (on !== undefined) restOn(node, on);
      else this.#wait(node, hash);
    }
    this.#lastOfChain.set(hexOf(opened.author), node);
    for (const { hash } of opened.changes) this.#settle(hash, node);
    if (node.open === 0) this.#becomeWhole(node);
    return node;
  }

  #wait(node: Node, hash: string): void {
    node.open += 1;
    const waiting = this.#waiting.get(hash);
    if (waiting === undefined) this.#waiting.set(hash, [node]);
    else waiting.push(node);
  }

  /** Whoever waited for the change to come waits from now on for its item to be whole. */
  #settle(hash: string, node: Node): void {
    this.#byChange.set(hash, node);
    for (const waiting of this.#waiting.get(hash) ?? []) {
      waiting.open -= 1;
      restOn(waiting, node);
    }
    this.#waiting.delete(hash);
  }

  #becomeWhole(first: Node): void {
    const whole = [first];
    for (let node = whole.pop(); node !== undefined; node = whole.pop()) {
      node.rank = this.#nextRank++;
      if (node.opened?.isDisputed === false) this.#merge(node);
      for (const dependent of node.dependents) if (--dependent.open === 0) whole.push(dependent);
      node.dependents = [];
    }
  }

  #merge(first: Node): void {
    const wanted = [first];
    for (let node = wanted.pop(); node !== undefined; node = wanted.pop()) {
      if (!this.#unmerged.delete(node)) continue;
      this.#ready.push(node);
      wanted.push(...node.rests);
      node.rests = [];
    }
  }
}

function restOn(node: Node, on: Node): void {
  if (on.opened === undefined) return;
  node.rests.push(on);
  if (on.rank !== undefined) return;
  node.open += 1;
  on.dependents.push(node);
}

/** What the changes of one item were made on top of, outside it. */
function outerDeps(changes: readonly Change[]): ReadonlySet<string> {
  const deps = new Set(changes.flatMap((change) => change.deps));
  for (const { hash } of changes) deps.delete(hash);
  return deps;
}
