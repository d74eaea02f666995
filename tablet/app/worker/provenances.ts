/** Who really wrote the entries of the documents that a page shows (DOC-9): looked up after each change, and told when it is known. */
import { provenancesOf, type Provenances } from '../../../protocol/chart/provenance.ts';
import { documentId } from '../../../protocol/codec/ids.ts';
import type { Session } from '../../../protocol/ward/session.ts';

interface Looked {
  readonly version: number;
  readonly entries: Provenances;
}

const NONE: Provenances = new Map();
/** A patient's record and the stays somebody has looked at; more are looked up anew. */
const MOST_KEPT = 16;

export class ShownProvenances {
  readonly #session: Session;
  readonly #onFound: () => void;
  readonly #found = new Map<string, Looked>();
  readonly #asked = new Set<string>();

  /** `onFound` is called when `of` would answer something else than before. */
  constructor(session: Session, onFound: () => void) {
    this.#session = session;
    this.#onFound = onFound;
  }

  /** What is known so far; the newest is asked for. */
  of(document: string): Provenances {
    const found = this.#found.get(document);
    const version = this.#session.document(documentId.fromHex(document))?.version;
    if (found?.version !== version && !this.#asked.has(document)) void this.#ask(document);
    return found?.entries ?? NONE;
  }

  async #ask(document: string): Promise<void> {
    this.#asked.add(document);
    try {
      const looked = await provenancesOf(this.#session, document);
      if (looked === undefined) return;
      const before = this.#found.get(document);
      this.#found.delete(document);
      this.#found.set(document, looked);
      for (const oldest of this.#found.keys()) if (this.#found.size > MOST_KEPT) this.#found.delete(oldest);
      if ((before?.entries.size ?? 0) + looked.entries.size > 0) this.#onFound();
    } catch {
      // The engine is gone: it is asked again with the next value.
    } finally {
      this.#asked.delete(document);
    }
  }
}
