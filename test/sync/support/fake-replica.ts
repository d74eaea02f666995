/**
 * A replica with few rules, for tests of the machine alone: chains are linked and signed; a changeset waits for its
 * author's entry in the sessions document; an item of the log waits for the heads it names.
 */
import { compareBytes, equalBytes } from '../../../protocol/codec/bytes.ts';
import { encode } from '../../../protocol/codec/cbor.ts';
import { authorId, documentId, hexOf, LOG_DOCUMENT, SESSIONS_DOCUMENT, wardId, type DocumentId, type ItemId, type WardId } from '../../../protocol/codec/ids.ts';
import { MalformedError } from '../../../protocol/codec/result.ts';
import { LABEL } from '../../../protocol/crypto/labels.ts';
import { labelledHash, sha256 } from '../../../protocol/crypto/signing/hash.ts';
import { signingKeyFromSeed, type SigningKey } from '../../../protocol/crypto/signing/signature.ts';
import { decodeItem, encodeFields, encodeItem, isSigned, itemLength, signItem, type Chain, type Item, type ItemContent } from '../../../protocol/items/item.ts';
import type { Standing } from '../../../protocol/membership/standing.ts';
import type { WardState } from '../../../protocol/membership/ward-state.ts';
import type { Admitted, FrontierEntry, Replica, Run, Verdict } from '../../../protocol/replica/replica.ts';
import type { ChainHead, ReadLimit } from '../../../protocol/store/item-store.ts';
import { chainKey } from '../../../protocol/sync/session-context.ts';

export const WARD: WardId = wardId.from(sha256(new Uint8Array([1])));

export function keyOf(number: number): SigningKey {
  return signingKeyFromSeed(sha256(encode(['test key', number])));
}

export function documentOf(number: number): DocumentId {
  return documentId.from(sha256(encode(['test document', number])).slice(0, 16));
}

/** `count` signed items of one chain, from the first. `salt` makes another chain of the same author: a fork. */
export function chainOf(document: DocumentId, key: SigningKey, count: number, options: { readonly salt?: number; readonly bodyLength?: number; readonly after?: readonly Item[]; readonly heads?: readonly ItemId[]; readonly time?: number } = {}): readonly Item[] {
  const { salt = 0, bodyLength = 40, after = [], heads = [], time = 1 } = options;
  const items: Item[] = [...after];
  for (let seq = items.length + 1; seq <= count; seq++) {
    const place = { document, author: authorId.from(key.publicKey), seq, prev: items.at(-1)?.id ?? new Uint8Array(0), heads, time: time + seq };
    const body = new Uint8Array(Math.max(8, bodyLength));
    new DataView(body.buffer).setUint32(0, salt);
    new DataView(body.buffer).setUint32(4, seq);
    items.push(signItem(key, WARD, encodeFields(place, contentFor(document)), body));
  }
  return items;
}

export function runOf(items: readonly Item[]): Run {
  const [first] = items;
  if (first === undefined) throw new RangeError('a run of nothing');
  return { document: first.fields.document, author: first.fields.author, items: items.map(encodeItem) };
}

function contentFor(document: DocumentId): ItemContent {
  if (equalBytes(document, LOG_DOCUMENT)) return { type: 'operation' };
  if (equalBytes(document, SESSIONS_DOCUMENT)) return { type: 'session' };
  return { type: 'changeset', epoch: 0, history: new Uint8Array(32) };
}

export class FakeReplica implements Replica {
  readonly ward = WARD;
  readonly chains = new Map<string, Item[]>();
  readonly forked = new Set<string>();
  /** Hex ids of devices that `state` calls removed. */
  readonly removed = new Set<string>();
  readonly #documents = new Map<string, { readonly document: DocumentId; readonly chains: Set<string> }>();
  readonly #ids = new Set<string>();
  readonly #listeners = new Set<(admitted: Admitted) => void>();
  /** Whether changesets wait for their session. */
  readonly needsSessions: boolean;
  count = 0;
  offers = 0;

  constructor({ needsSessions = false }: { readonly needsSessions?: boolean } = {}) {
    this.needsSessions = needsSessions;
  }

  /** For tests that prepare a replica: throws when not stored. */
  async add(items: readonly Item[]): Promise<void> {
    const verdict = await this.offer(runOf(items));
    if (verdict.outcome !== 'stored' && verdict.outcome !== 'known') throw new Error(`not added: ${JSON.stringify(verdict)}`);
  }

  state(): WardState {
    const devices = new Map([...this.removed].map((id) => [id, { removal: { operation: new Uint8Array(32), cut: [] } }]));
    // All that sync reads of a ward's state.
    return { devices } as unknown as WardState;
  }

  async offer(run: Run): Promise<Verdict> {
    this.offers++;
    await Promise.resolve();
    let items: Item[];
    try {
      items = run.items.map(decodeItem);
    } catch (error) {
      if (error instanceof MalformedError) return { outcome: 'refused', reason: 'malformed' };
      throw error;
    }
    const key = chainKey(run);
    const chain = this.chains.get(key) ?? [];
    if (items.some(({ fields }) => chainKey(fields) !== key)) return { outcome: 'refused', reason: 'broken-chain' };
    if (this.forked.has(key)) return { outcome: 'refused', reason: 'forked' };
    const fresh = items.filter(({ fields }) => fields.seq > chain.length);
    for (const item of items) {
      const here = chain[item.fields.seq - 1];
      if (here === undefined || equalBytes(here.id, item.id)) continue;
      this.forked.add(key);
      return { outcome: 'refused', reason: 'forked' };
    }
    const [first] = fresh;
    if (first === undefined) return { outcome: 'known' };
    if (first.fields.seq !== chain.length + 1) return { outcome: 'waiting', for: 'predecessor' };
    let previous: Uint8Array = chain.at(-1)?.id ?? new Uint8Array(0);
    for (const item of fresh) {
      if (!equalBytes(item.fields.prev, previous)) {
        this.forked.add(key);
        return { outcome: 'refused', reason: 'forked' };
      }
      previous = item.id;
    }
    const last = fresh.at(-1);
    if (last === undefined || !isSigned(last, WARD)) return { outcome: 'refused', reason: 'bad-signature' };
    if (first.fields.heads.some((head) => !this.#ids.has(hexOf(head)))) return { outcome: 'waiting', for: 'log-heads' };
    const session = { document: SESSIONS_DOCUMENT, author: run.author };
    if (this.needsSessions && first.fields.content.type === 'changeset' && this.head(session) === undefined) return { outcome: 'waiting', for: 'session' };
    this.chains.set(key, [...chain, ...fresh]);
    const hex = hexOf(run.document);
    const document = this.#documents.get(hex) ?? { document: run.document, chains: new Set() };
    document.chains.add(key);
    this.#documents.set(hex, document);
    for (const item of fresh) this.#ids.add(hexOf(item.id));
    this.count += fresh.length;
    for (const listener of this.#listeners) listener({ document: run.document, author: run.author, items: fresh });
    return { outcome: 'stored', stored: fresh.length, disputed: false };
  }

  isErased(): boolean { return false; }
  isDestroyed(): boolean { return false; }
  onDropped(): () => void { return () => undefined; }
  onDestroyed(): () => void { return () => undefined; }

  frontier(document: DocumentId): readonly FrontierEntry[] {
    const entries = [...(this.#documents.get(hexOf(document))?.chains ?? [])].flatMap((key) => {
      const last = this.chains.get(key)?.at(-1);
      return last === undefined ? [] : [{ author: last.fields.author, seq: last.fields.seq, id: last.id }];
    });
    return entries.sort((a, b) => compareBytes(a.author, b.author));
  }

  head(chain: Chain): ChainHead | undefined {
    const last = this.chains.get(chainKey(chain))?.at(-1);
    return last && { document: last.fields.document, author: last.fields.author, seq: last.fields.seq, id: last.id, heads: [], bytes: 0 };
  }

  *documents(): Iterable<DocumentId> {
    for (const { document } of this.#documents.values()) yield document;
  }

  digest(document: DocumentId): Uint8Array {
    return labelledHash(LABEL.documentDigest, encode(this.frontier(document).map(({ author, seq, id }) => [author, seq, id])));
  }

  async run(chain: Chain, fromSeq: number, limit: ReadLimit): Promise<Run> {
    return { document: chain.document, author: chain.author, items: (await this.read(chain, fromSeq, limit)).map(encodeItem) };
  }

  async read(chain: Chain, fromSeq: number, limit: ReadLimit): Promise<readonly Item[]> {
    await Promise.resolve();
    const items: Item[] = [];
    let bytes = 0;
    for (const item of (this.chains.get(chainKey(chain)) ?? []).slice(fromSeq - 1, fromSeq - 1 + limit.maxItems)) {
      bytes += itemLength(encodeItem(item));
      if (items.length > 0 && bytes > limit.maxBytes) break;
      items.push(item);
    }
    return items;
  }

  isForked(chain: Chain): boolean {
    return this.forked.has(chainKey(chain));
  }

  certificateOf(): undefined {}

  signatoryOf(): undefined {}

  standingOf(): Standing {
    return 'accepted';
  }

  onAdmitted(listener: (admitted: Admitted) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async close(): Promise<void> {}
}
