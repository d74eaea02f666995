/**
 * The keys of documents: made, renewed when a team has moved on, and given to further teams (KEYS-3, KEYS-10).
 *
 * Which teams a document has follows from the grants that this client could open, so nobody who cannot open a document
 * can have it given to a team. Whoever holds the keys of two of its teams gives each what the other's members made.
 */
import { equalBytes } from '../codec/bytes.ts';
import type { Entropy } from '../codec/environment.ts';
import { hexOf, type DocumentId, type ItemId, type TeamId } from '../codec/ids.ts';
import { fail, succeed, type Result } from '../codec/result.ts';
import { documentGrantBody, originatedDocument, type DocumentSecrets, type TeamKey } from '../keys/grant.ts';
import type { GrantedSecrets, Keyring } from '../keys/keyring.ts';
import { maySign } from '../membership/roles.ts';
import type { Role } from '../membership/ward-state.ts';
import { KeyedLock } from '../replica/keyed-lock.ts';
import type { Replica } from '../replica/replica.ts';
import type { Glass } from './glass.ts';
import type { SessionSigner } from './session-signer.ts';

export type ShareFailure = 'may-not' | 'not-in-team' | 'unknown-document';

export interface DocumentKeysOptions {
  readonly replica: Replica;
  readonly keyring: Keyring;
  readonly signer: SessionSigner;
  readonly entropy: Entropy;
  readonly role: () => Role | undefined;
  readonly glass: () => Pick<Glass, 'isLentNow' | 'isRotationOwed'>;
}

export class DocumentKeys {
  readonly #options: DocumentKeysOptions;
  readonly #lock = new KeyedLock();

  constructor(options: DocumentKeysOptions) {
    this.#options = options;
  }

  /** A new document, of which the members of `team` have the key. */
  async originate(team: TeamId): Promise<DocumentId> {
    const { replica, signer, keyring, entropy } = this.#options;
    const nonce = entropy.randomBytes(16);
    const document = originatedDocument(replica.ward, signer.session, nonce);
    const teamKey = keyring.teamKey(team);
    if (teamKey === undefined) throw new Error('no key of this team');
    await this.#grant(document, { epoch: 1, key: entropy.randomBytes(32), historyKey: entropy.randomBytes(32) }, teamKey, nonce);
    return document;
  }

  /**
   * A document of which some team has moved on to a new epoch, or that somebody had opened by breaking the glass, gets a
   * new epoch of its own, for all its teams, before it is written to (DOC-6, GLASS-5).
   */
  forWriting(document: DocumentId): Promise<DocumentSecrets> {
    return this.#lock.run(hexOf(document), async () => {
      const { keyring, entropy, glass } = this.#options;
      const newest = keyring.newestSecrets(document);
      if (newest === undefined) return this.#lent(document);
      const current = keyring.documentGrants(document).filter((grant) => isSameKey(grant, newest));
      const hasMovedOn = current.some(({ team, teamEpoch }) => (keyring.teamKey(team)?.epoch ?? 0) > teamEpoch);
      if (!hasMovedOn && !await glass().isRotationOwed(document, () => this.#headsAt(document, newest))) return newest;
      const next = { epoch: newest.epoch + 1, key: entropy.randomBytes(32), historyKey: newest.historyKey };
      for (const teamKey of this.#teamKeysOf(document)) await this.#grant(document, next, teamKey);
      return next;
    });
  }

  /** Gives `team` what these documents are and will be. Gives the number that it did not have; nothing is given when one cannot be. */
  async share(team: TeamId, documents: readonly DocumentId[]): Promise<Result<number, ShareFailure>> {
    const { keyring, replica } = this.#options;
    if (!this.#mayGrant()) return fail('may-not');
    const teamKey = keyring.teamKey(team);
    if (teamKey === undefined || !replica.state().teams.has(hexOf(team))) return fail('not-in-team');
    if (documents.some((document) => keyring.newestSecrets(document) === undefined)) return fail('unknown-document');
    let given = 0;
    for (let from = 0; from < documents.length; from += AT_ONCE) {
      const some = documents.slice(from, from + AT_ONCE);
      const outcomes = await Promise.all(some.map((document) => this.#lock.run(hexOf(document), () => this.#give(document, teamKey))));
      given += outcomes.filter((isNew) => isNew).length;
    }
    return succeed(given);
  }

  /** Gives each team of the document the keys of it that members of another have made. */
  async settle(document: DocumentId): Promise<void> {
    if (this.#teamKeysOf(document).length < 2 || !this.#mayGrant()) return;
    await this.#lock.run(hexOf(document), async () => {
      for (const teamKey of this.#teamKeysOf(document)) await this.#give(document, teamKey);
    });
  }

  #lent(document: DocumentId): DocumentSecrets {
    const { keyring, glass } = this.#options;
    const lent = glass().isLentNow(document) ? keyring.allSecrets(document).at(-1) : undefined;
    if (lent === undefined) throw new Error('no key for this document');
    return lent;
  }

  /** The heads of the log that were in force at an item (ITEM-4). */
  async #headsAt(document: DocumentId, { author, seq }: GrantedSecrets): Promise<readonly ItemId[]> {
    let heads: readonly ItemId[] = [];
    for (let next = 1; next <= seq;) {
      const items = await this.#options.replica.read({ document, author }, next, { maxItems: 256, maxBytes: 4 * 1024 * 1024 });
      if (items.length === 0) break;
      for (const { fields } of items) if (fields.seq <= seq && fields.heads.length > 0) heads = fields.heads;
      next += items.length;
    }
    return heads;
  }

  /** Every key of the document, of every epoch, that the team was not given. */
  async #give(document: DocumentId, teamKey: TeamKey): Promise<boolean> {
    const { keyring } = this.#options;
    const grants = keyring.documentGrants(document);
    const owed: GrantedSecrets[] = [];
    for (const grant of grants) {
      const isThere = [...grants.filter(({ team }) => equalBytes(team, teamKey.team)), ...owed].some((other) => isSameKey(other, grant));
      if (!isThere) owed.push(grant);
    }
    for (const secrets of owed) await this.#grant(document, secrets, teamKey);
    return owed.length > 0;
  }

  #teamKeysOf(document: DocumentId): readonly TeamKey[] {
    const { keyring, replica } = this.#options;
    const teams = new Map(keyring.documentGrants(document).map(({ team }) => [hexOf(team), team]));
    return [...teams.values()].flatMap((team) => (replica.state().teams.has(hexOf(team)) ? keyring.teamKey(team) ?? [] : []));
  }

  async #grant(document: DocumentId, secrets: DocumentSecrets, teamKey: TeamKey, nonce: Uint8Array = NO_NONCE): Promise<void> {
    const { replica, signer, keyring, entropy } = this.#options;
    const grant = await signer.append(document, { type: 'grant', team: teamKey.team, epoch: teamKey.epoch }, (fields) =>
      documentGrantBody(replica.ward, document, secrets, nonce, fields, teamKey, entropy));
    if (keyring.readDocumentGrant(grant) !== 'opened') throw new Error('own grant does not open');
  }

  #mayGrant(): boolean {
    const role = this.#options.role();
    return role !== undefined && maySign(role, 'grant');
  }
}

/** Side by side, while one waits for the disk. */
const AT_ONCE = 16;
/** Only a document's origin bears one. */
const NO_NONCE = new Uint8Array(0);

function isSameKey(a: DocumentSecrets, b: DocumentSecrets): boolean {
  return a.epoch === b.epoch && equalBytes(a.key, b.key);
}
