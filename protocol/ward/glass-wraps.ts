/**
 * Break-glass wraps (GLASS-4): every document that this session's teams can open is wrapped under the ward's break-glass
 * key, so that somebody in none of them can open it in front of the whole ward. Owed is a wrap of each document's newest
 * key, under the newest dealing, that names the patient's number and bed as they are. Doing it twice is harmless.
 */
import { equalBytes } from '../codec/bytes.ts';
import type { Entropy } from '../codec/environment.ts';
import { hexOf, type DocumentId, type Hex } from '../codec/ids.ts';
import { glassGrantBody, type TeamKey } from '../keys/grant.ts';
import { openFinder, sealGlassBody, tagOf, type Finder } from '../keys/glass.ts';
import type { GlassWrapped, Keyring } from '../keys/keyring.ts';
import type { Dealing } from '../membership/dealing.ts';
import { glassDealingId } from '../membership/glass.ts';
import { NotAdmittedError } from '../replica/chain-writer.ts';
import type { Replica } from '../replica/replica.ts';
import type { SessionSigner } from './session-signer.ts';

/** By what a document's patient can be asked for; undefined for what is no patient's. */
export type FinderOf = (document: DocumentId) => Finder | undefined;

/** A patient whom somebody asked for. */
export interface FoundPatient {
  readonly patient: DocumentId;
  /** The record and every stay, as their wraps say. */
  readonly documents: readonly DocumentId[];
  /** A team of this user's can open it: no glass is to be broken. */
  readonly isOpen: boolean;
}

export interface GlassWrapsOptions {
  readonly replica: Replica;
  readonly keyring: Keyring;
  readonly signer: SessionSigner;
  readonly entropy: Entropy;
  readonly documents: () => Iterable<{ readonly id: DocumentId }>;
  readonly mayGrant: () => boolean;
}

interface Site {
  readonly dealing: Dealing;
  readonly id: Uint8Array;
  readonly teamKey: TeamKey;
}

export class GlassWraps {
  readonly #options: GlassWrapsOptions;
  #finderOf: FinderOf = () => undefined;
  #settling: Promise<unknown> = Promise.resolve();

  constructor(options: GlassWrapsOptions) {
    this.#options = options;
  }

  /** Tells how patients are found; until then wraps name none. */
  describeBy(finderOf: FinderOf): void {
    this.#finderOf = finderOf;
  }

  /** Documents that this session could wrap, and that are not wrapped as they should be. */
  owed(): readonly DocumentId[] {
    const site = this.#site();
    if (site === undefined) return [];
    return [...this.#options.documents()].map(({ id }) => id).filter((id) => this.#isOwed(id, site));
  }

  /** Resolves with how many wraps were written. One settling at a time: two at once would write each twice. */
  settle(only?: DocumentId): Promise<number> {
    const settled = this.#settling.then(() => this.#settle(only));
    this.#settling = settled.catch(() => {});
    return settled;
  }

  /** By a number or a bed, word for word: who asks has to know it. */
  find(word: string): readonly FoundPatient[] {
    const { keyring } = this.#options;
    const found = new Map<Hex<DocumentId>, { readonly patient: DocumentId; readonly documents: DocumentId[]; isFound: boolean }>();
    for (const document of keyring.wrapped()) {
      const opened = this.#finderIn(document, keyring.glassWraps(document).at(-1));
      if (opened === undefined) continue;
      const { patient, tags } = opened.finder;
      const entry = found.get(hexOf(patient)) ?? { patient, documents: [], isFound: false };
      found.set(hexOf(patient), entry);
      entry.documents.push(document);
      const tag = tagOf(this.#options.replica.ward, opened.teamKey, word);
      entry.isFound ||= tags.some((each) => equalBytes(each, tag));
    }
    return [...found.values()].filter(({ isFound }) => isFound).map(({ patient, documents }) =>
      ({ patient, documents, isOpen: documents.some((document) => keyring.newestSecrets(document) !== undefined) }));
  }

  async #settle(only: DocumentId | undefined): Promise<number> {
    const { keyring, replica, signer, entropy } = this.#options;
    let written = 0;
    for (const document of only === undefined ? this.owed() : [only]) {
      const site = this.#site();
      if (site === undefined) return written;
      const secrets = keyring.allSecrets(document);
      const [first, ...rest] = site.dealing.commitments;
      if (!this.#isOwed(document, site) || secrets.length === 0 || first === undefined) continue;
      const sealing = { ward: replica.ward, document, dealing: site.id, commitments: [first, ...rest] as const, teamKey: site.teamKey.key };
      const finder = this.#finderOf(document) ?? { patient: document, words: [] };
      try {
        const wrap = await signer.append(document, { type: 'grant', team: site.teamKey.team, epoch: site.teamKey.epoch }, () => glassGrantBody(sealGlassBody(sealing, secrets, finder, entropy)));
        keyring.readDocumentGrant(wrap);
        written += 1;
      } catch (error) {
        // Erased meanwhile, or the role was taken: it is owed by somebody else then, or by nobody.
        if (!(error instanceof NotAdmittedError)) throw error;
      }
    }
    return written;
  }

  /** Lent keys are wrapped by nobody: whoever broke the glass keeps nothing open. */
  #isOwed(document: DocumentId, { id }: Site): boolean {
    const { keyring, replica } = this.#options;
    const newest = keyring.newestSecrets(document);
    if (newest === undefined || replica.isErased(document)) return false;
    const fitting = keyring.glassWraps(document).filter(({ body }) => equalBytes(body.dealing, id) && body.epoch >= newest.epoch);
    const finder = this.#finderOf(document);
    return !fitting.some((wrap) => finder === undefined || this.#names(document, wrap, finder));
  }

  #names(document: DocumentId, wrap: GlassWrapped, { patient, words }: Finder): boolean {
    const opened = this.#finderIn(document, wrap);
    if (opened === undefined || !equalBytes(opened.finder.patient, patient) || opened.finder.tags.length !== words.length) return false;
    return words.every((word, place) => equalBytes(tagOf(this.#options.replica.ward, opened.teamKey, word), opened.finder.tags[place] ?? new Uint8Array(0)));
  }

  #finderIn(document: DocumentId, wrap: GlassWrapped | undefined) {
    const { keyring, replica } = this.#options;
    if (wrap === undefined) return undefined;
    return openFinder(wrap.body, replica.ward, document, keyring.teamKeys(wrap.team).map(({ key }) => key)) ?? undefined;
  }

  /** Undefined where the ward has no break-glass, or this user may not wrap. */
  #site(): Site | undefined {
    const { replica, keyring, mayGrant } = this.#options;
    const { glass } = replica.state();
    const teamKey = glass && keyring.teamKey(glass.team);
    if (glass === undefined || teamKey === undefined || !mayGrant()) return undefined;
    const [dealing] = glass.dealings;
    return { dealing, id: glassDealingId(replica.ward, dealing), teamKey };
  }
}
