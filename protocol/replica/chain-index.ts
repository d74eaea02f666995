/** The heads of every chain, in memory: frontiers and digests (FRONT-1) come from here without reading the store. */
import { compareBytes } from '../codec/bytes.ts';
import { encode } from '../codec/cbor.ts';
import { hexOf, type AuthorId, type DocumentId, type Hex } from '../codec/ids.ts';
import { LABEL } from '../crypto/labels.ts';
import { labelledHash } from '../crypto/signing/hash.ts';
import type { Chain } from '../items/item.ts';
import type { ChainHead } from '../store/item-store.ts';
import type { FrontierEntry } from './replica.ts';

interface DocumentChains {
  readonly document: DocumentId;
  readonly heads: Map<Hex<AuthorId>, ChainHead>;
  frontier: readonly FrontierEntry[] | undefined;
  digest: Uint8Array | undefined;
}

export class ChainIndex {
  readonly #documents = new Map<Hex<DocumentId>, DocumentChains>();
  /** Each author once, who may have a chain in every document. */
  readonly #authors = new Map<Hex<AuthorId>, AuthorId>();
  #count = 0;

  /** Number of items in all chains. */
  get count(): number {
    return this.#count;
  }

  set(head: ChainHead): void {
    const key = hexOf(head.document);
    const authorKey = hexOf(head.author);
    const chains = this.#documents.get(key) ?? { document: head.document, heads: new Map(), frontier: undefined, digest: undefined };
    const author = this.#authors.get(authorKey) ?? head.author;
    this.#count += head.seq - (chains.heads.get(authorKey)?.seq ?? 0);
    chains.heads.set(authorKey, { ...head, document: chains.document, author });
    chains.frontier = undefined;
    chains.digest = undefined;
    this.#documents.set(key, chains);
    this.#authors.set(authorKey, author);
  }

  /** Forgets the document's chains. Returns how many items they had. */
  drop(document: DocumentId): number {
    const chains = this.#documents.get(hexOf(document));
    if (chains === undefined) return 0;
    const items = [...chains.heads.values()].reduce((sum, { seq }) => sum + seq, 0);
    this.#documents.delete(hexOf(document));
    this.#count -= items;
    return items;
  }

  head({ document, author }: Chain): ChainHead | undefined {
    return this.#documents.get(hexOf(document))?.heads.get(hexOf(author));
  }

  *documents(): Iterable<DocumentId> {
    for (const { document } of this.#documents.values()) yield document;
  }

  /** The chain heads of one document, or of all. */
  *heads(document?: DocumentId): Iterable<ChainHead> {
    const some = document === undefined ? [...this.#documents.values()] : [this.#documents.get(hexOf(document))];
    for (const chains of some) yield* chains?.heads.values() ?? [];
  }

  frontier(document: DocumentId): readonly FrontierEntry[] {
    const chains = this.#documents.get(hexOf(document));
    if (chains === undefined) return [];
    chains.frontier ??= [...chains.heads.values()]
      .map(({ author, seq, id }) => ({ author, seq, id }))
      .sort((a, b) => compareBytes(a.author, b.author));
    return chains.frontier;
  }

  digest(document: DocumentId): Uint8Array {
    const chains = this.#documents.get(hexOf(document));
    const digest = chains?.digest ?? digestOf(this.frontier(document));
    if (chains !== undefined) chains.digest = digest;
    return digest;
  }
}

function digestOf(frontier: readonly FrontierEntry[]): Uint8Array {
  return labelledHash(LABEL.documentDigest, encode(frontier.map(({ author, seq, id }) => [author, seq, id])));
}
