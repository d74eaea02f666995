/**
 * Is what lies in a store what was written there (STORE-8)? Every record is read, every link and signature checked, without
 * keys. What is damaged can be given up, so that it is fetched again like anything that is missing.
 */
import { equalBytes } from '../codec/bytes.ts';
import { LOG_DOCUMENT, SESSIONS_DOCUMENT, type DeviceId, type ItemId, type WardId } from '../codec/ids.ts';
import { MalformedError } from '../codec/result.ts';
import { decodeItem, isSigned, itemLength, NO_WARD, type Chain, type Item } from '../items/item.ts';
import type { ChainHead, DamagedItem, ItemStore, StoredItem } from '../store/item-store.ts';
import { noteStored } from './erasing.ts';
import { MAX_RETRACTED, noteRetracted, readRetracted } from './retracted.ts';

/** What is wrong with one chain. */
export interface Damage extends Chain {
  /** The first item that cannot be trusted, and the last of the chain as its head says. */
  readonly from: number;
  readonly upTo: number;
  /** Numbers of the records that cannot be read. What can be read stays: it may be the only copy, and is let in only if it fits. */
  readonly records: readonly number[];
  /** The chain as far as a signature vouches for it; undefined where nothing is left. */
  readonly sound: ChainHead | undefined;
  /** For people: what was found first. */
  readonly why: string;
}

export interface Verification {
  readonly chains: number;
  readonly items: number;
  readonly damages: readonly Damage[];
}

/** Throws `StoreError` where even the list of chains cannot be read. `onProgress` is told how many items were checked. */
export async function verifyStore(store: ItemStore, ward: WardId, onProgress: (items: number) => void = () => {}): Promise<Verification> {
  const damages: Damage[] = [];
  let [chains, items] = [0, 0];
  for await (const head of store.heads()) {
    chains += 1;
    const examination = new ChainExamination(head, ward);
    for await (const stored of store.examine(head)) {
      if (stored.seq > head.seq) break; // what a retraction left
      examination.take(stored);
      onProgress(items += 1);
    }
    const damage = examination.end();
    if (damage !== undefined) damages.push(damage);
  }
  return { chains, items, damages };
}

/** Why a damage cannot be given up and fetched again. */
export type Unmendable = 'foundation' | 'own';

/** What hangs on the log or the sessions cannot be opened without them; of its own chains a device would sign a second branch. */
export function hindranceTo({ document, author }: Chain, self: DeviceId): Unmendable | undefined {
  if (equalBytes(document, LOG_DOCUMENT) || equalBytes(document, SESSIONS_DOCUMENT)) return 'foundation';
  return equalBytes(author, self) ? 'own' : undefined;
}

/** Gives up what is damaged. The items still count as stored (SYNC-8), and what lies beyond them stays for `adoptTail`. */
export async function giveUp(store: ItemStore, damages: readonly Damage[]): Promise<void> {
  const retracted = [...await readRetracted(store), ...damages.map(({ document, author, upTo }) => ({ document, author, upTo }))];
  if (retracted.length > MAX_RETRACTED) throw new RangeError(`more than ${MAX_RETRACTED} damaged chains`);
  // Noted first: a crash in between counts some twice, and finds nothing to adopt.
  await noteStored(store, damages.reduce((sum, { upTo, sound }) => sum + upTo - (sound?.seq ?? 0), 0));
  await noteRetracted(store, retracted);
  await store.retract(damages.map(({ document, author, records, sound }) => ({ chain: { document, author }, records, head: sound })));
}

class ChainExamination {
  readonly #head: ChainHead;
  readonly #ward: WardId;
  readonly #unreadable: number[] = [];
  #last: Item | undefined;
  #bytes = 0;
  #heads: readonly ItemId[] = [];
  #sound: ChainHead | undefined;
  #next = 1;
  #why: string | undefined;

  constructor(head: ChainHead, ward: WardId) {
    this.#head = head;
    this.#ward = ward;
  }

  take(stored: StoredItem | DamagedItem): void {
    if ('damage' in stored) {
      this.#unreadable.push(stored.seq);
      this.#why ??= stored.damage;
    }
    if (this.#why !== undefined || 'damage' in stored) return;
    this.#why = stored.seq === this.#next ? this.#problemWith(stored) : `item ${this.#next} is missing`;
    this.#next = stored.seq + 1;
  }

  /** Undefined for a sound chain. */
  end(): Damage | undefined {
    const { document, author, seq, id } = this.#head;
    const isWhole = this.#sound?.seq === seq && equalBytes(this.#sound.id, id);
    if (this.#why === undefined && isWhole) return undefined;
    return { document, author, from: (this.#sound?.seq ?? 0) + 1, upTo: seq, records: this.#unreadable, sound: this.#sound, why: this.#why ?? 'it does not end as its head says' };
  }

  #problemWith({ document, author, seq, item: encoded }: StoredItem): string | undefined {
    const item = decoded(encoded);
    if (item === undefined) return `item ${seq} is malformed`;
    const { fields } = item;
    const isInPlace = equalBytes(fields.document, document) && equalBytes(fields.author, author) && fields.seq === seq;
    if (!isInPlace || (this.#last !== undefined && !equalBytes(fields.prev, this.#last.id))) return `item ${seq} does not follow the one before`;
    this.#last = item;
    this.#bytes += itemLength(encoded);
    if (fields.heads.length > 0) this.#heads = fields.heads;
    if (item.signature === undefined) return undefined;
    const isGenesis = seq === 1 && equalBytes(document, LOG_DOCUMENT) && isSigned(item, NO_WARD);
    if (!isGenesis && !isSigned(item, this.#ward)) return `the signature of item ${seq} does not fit`;
    this.#sound = { document, author, seq, id: item.id, heads: this.#heads, bytes: this.#bytes };
    return undefined;
  }
}

function decoded(encoded: StoredItem['item']): Item | undefined {
  try {
    return decodeItem(encoded);
  } catch (error) {
    if (error instanceof MalformedError) return undefined;
    throw error;
  }
}
