/**
 * The hash trie over (document → digest) of one subscription (FRONT-2).
 *
 * A change costs one walk down and clears the digests it passes; they are computed again when somebody asks. So an
 * import of a thousand items in one document costs one digest, not a thousand.
 */
import { compareBytes } from '../codec/bytes.ts';
import { encode } from '../codec/cbor.ts';
import { hexOf, type DocumentId } from '../codec/ids.ts';
import { LABEL } from '../crypto/labels.ts';
import { labelledHash } from '../crypto/signing/hash.ts';
import { MAX_LEAF_DOCUMENTS, type Node } from './messages.ts';

/** Digest of a subscription without documents. */
export const EMPTY_ROOT = new Uint8Array(32);

const ABSENT = new Uint8Array(0);

interface Entry {
  readonly document: DocumentId;
  digest: Uint8Array | undefined;
}

interface Leaf {
  readonly entries: Map<string, Entry>;
  readonly children?: undefined;
  digest: Uint8Array | undefined;
}

interface Inner {
  readonly children: (Leaf | Inner | undefined)[];
  digest: Uint8Array | undefined;
}

export class DigestTrie {
  readonly #digestOf: (document: DocumentId) => Uint8Array;
  #root: Leaf | Inner = emptyLeaf();
  #size = 0;

  /** `documents` are those that have items now; `digestOf` is asked when a digest is needed. */
  constructor(documents: Iterable<DocumentId>, digestOf: (document: DocumentId) => Uint8Array) {
    this.#digestOf = digestOf;
    for (const document of documents) this.touch(document);
  }

  get size(): number {
    return this.#size;
  }

  /** The document has items, and its digest may have changed. */
  touch(document: DocumentId): void {
    const hex = hexOf(document);
    let node = this.#root;
    let replace = (inner: Inner): void => {
      this.#root = inner;
    };
    for (let depth = 0; ; depth++) {
      node.digest = undefined;
      if (node.children === undefined) {
        this.#touchLeaf(node, hex, document, depth, replace);
        return;
      }
      const { children } = node;
      const index = nibble(hex, depth);
      replace = (inner) => {
        children[index] = inner;
      };
      node = children[index] ??= emptyLeaf();
    }
  }

  /** The document has no items any more. Afterwards the trie is as if it had never been there. */
  remove(document: DocumentId): void {
    this.#root = this.#without(this.#root, hexOf(document), 0);
  }

  /** FRONT-2. 32 bytes. */
  root(): Uint8Array {
    return this.#size === 0 ? EMPTY_ROOT : this.#digest(this.#root);
  }

  /** The digest of what begins with `prefix`: 32 bytes, or none when nothing does. */
  digestAt(prefix: string): Uint8Array {
    const { node, exact } = this.#find(prefix);
    if (node === undefined) return ABSENT;
    if (node.children !== undefined) return this.#digest(node);
    if (exact) return node.entries.size === 0 ? ABSENT : this.#digest(node);
    const entries = under(node, prefix);
    return entries.length === 0 ? ABSENT : this.#leafDigest(entries);
  }

  /** The node at `prefix`, as the other side would have it with the same documents. */
  nodeAt(prefix: string): Node {
    const { node } = this.#find(prefix);
    if (node?.children !== undefined) {
      return { type: 'inner', children: node.children.map((child) => (child === undefined || isEmpty(child) ? ABSENT : this.#digest(child))) };
    }
    const entries = node === undefined ? [] : under(node, prefix);
    return { type: 'leaf', documents: sorted(entries).map((entry) => ({ document: entry.document, digest: this.#entryDigest(entry) })) };
  }

  /** Documents that begin with `prefix`, with their digests; undefined when they are more than `max`. */
  documentsAt(prefix: string, max: number = Infinity): readonly { readonly document: DocumentId; readonly digest: Uint8Array }[] | undefined {
    const found: { document: DocumentId; digest: Uint8Array }[] = [];
    const collect = (node: Leaf | Inner | undefined): boolean => {
      if (node === undefined) return true;
      if (node.children !== undefined) return node.children.every(collect);
      for (const entry of under(node, prefix)) {
        if (found.length >= max) return false;
        found.push({ document: entry.document, digest: this.#entryDigest(entry) });
      }
      return true;
    };
    return collect(this.#find(prefix).node) ? found : undefined;
  }

  #touchLeaf(leaf: Leaf, hex: string, document: DocumentId, depth: number, replace: (inner: Inner) => void): void {
    const known = leaf.entries.get(hex);
    if (known !== undefined) {
      known.digest = undefined;
      return;
    }
    this.#size++;
    leaf.entries.set(hex, { document, digest: undefined });
    if (leaf.entries.size > MAX_LEAF_DOCUMENTS) replace(split(leaf, depth));
  }

  #without(node: Leaf | Inner, hex: string, depth: number): Leaf | Inner {
    node.digest = undefined;
    if (node.children === undefined) {
      if (node.entries.delete(hex)) this.#size--;
      return node;
    }
    const index = nibble(hex, depth);
    const child = node.children[index];
    if (child === undefined) return node;
    node.children[index] = this.#without(child, hex, depth + 1);
    const rest = [...entriesIn(node)];
    return rest.length > MAX_LEAF_DOCUMENTS ? node : { entries: new Map(rest), digest: undefined };
  }

  /** The node at `prefix`, or the leaf above it that holds what it would. */
  #find(prefix: string): { readonly node: Leaf | Inner | undefined; readonly exact: boolean } {
    let node: Leaf | Inner | undefined = this.#root;
    for (let depth = 0; depth < prefix.length; depth++) {
      if (node?.children === undefined) return { node, exact: false };
      node = node.children[nibble(prefix, depth)];
    }
    return { node, exact: true };
  }

  #digest(node: Leaf | Inner): Uint8Array {
    node.digest ??=
      node.children === undefined
        ? this.#leafDigest([...node.entries.values()])
        : labelledHash(LABEL.subscriptionDigest, encode(node.children.map((child) => (child === undefined || isEmpty(child) ? ABSENT : this.#digest(child)))));
    return node.digest;
  }

  #leafDigest(entries: readonly Entry[]): Uint8Array {
    return labelledHash(LABEL.subscriptionDigest, encode(sorted(entries).map((entry) => [entry.document, this.#entryDigest(entry)])));
  }

  #entryDigest(entry: Entry): Uint8Array {
    return (entry.digest ??= this.#digestOf(entry.document));
  }
}

function emptyLeaf(): Leaf {
  return { entries: new Map(), digest: undefined };
}

function isEmpty(node: Leaf | Inner): boolean {
  return node.children === undefined && node.entries.size === 0;
}

/** A leaf that has grown too large, as an inner node; again where all its documents begin alike. */
function split(leaf: Leaf, depth: number): Inner {
  const children: (Leaf | Inner | undefined)[] = Array.from({ length: 16 }, () => undefined);
  for (const [hex, entry] of leaf.entries) {
    const index = nibble(hex, depth);
    const child = (children[index] ??= emptyLeaf());
    if (child.children === undefined) child.entries.set(hex, entry);
  }
  return {
    children: children.map((child) => (child?.children === undefined && child !== undefined && child.entries.size > MAX_LEAF_DOCUMENTS ? split(child, depth + 1) : child)),
    digest: undefined,
  };
}

function* entriesIn(node: Leaf | Inner | undefined): Iterable<[string, Entry]> {
  if (node?.children === undefined) yield* node?.entries ?? [];
  else for (const child of node.children) yield* entriesIn(child);
}

function under(leaf: Leaf, prefix: string): readonly Entry[] {
  return [...leaf.entries].filter(([hex]) => hex.startsWith(prefix)).map(([, entry]) => entry);
}

function sorted(entries: readonly Entry[]): readonly Entry[] {
  return [...entries].sort((a, b) => compareBytes(a.document, b.document));
}

function nibble(hex: string, depth: number): number {
  return Number.parseInt(hex.charAt(depth), 16);
}
