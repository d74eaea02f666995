/**
 * A session: one unlock by one user on one device. Everything that needs keys happens between `unlock` and `lock`.
 *
 * `edit` shows the whole way of a change: recipe → Automerge → history and seal under the document's key → signature →
 * replica (durable, admitted) → peers push it on from there → receipts come back.
 */
import type { Draft } from 'immer';
import { equalBytes } from '../codec/bytes.ts';
import type { Environment } from '../codec/environment.ts';
import { AUDIT_DOCUMENT, authorId, hexOf, isWardsOwn, LOG_DOCUMENT, RECEIPTS_DOCUMENT, SESSIONS_DOCUMENT, type AuthorId, type DeviceId, type DocumentId, type Hex, type TeamId, type UserId } from '../codec/ids.ts';
import type { DeviceKey } from '../crypto/signing/signature.ts';
import { sealChangeset, type ChainPosition } from '../documents/changeset.ts';
import type { Result } from '../codec/result.ts';
import type { DocumentEngine, JsonObject } from '../documents/engine.ts';
import { Library, type Edit, type OpenDocument } from '../documents/library.ts';
import type { Item } from '../items/item.ts';
import type { Identity } from '../keys/identity.ts';
import { draftSeal, type DraftSeal } from '../keys/draft-seal.ts';
import { openKeyring, type Keyring } from '../keys/keyring.ts';
import type { Dealing } from '../membership/dealing.ts';
import type { UnlockNodes } from '../unlock/messages.ts';
import type { DeviceState, Role } from '../membership/ward-state.ts';
import type { Admitted, Replica } from '../replica/replica.ts';
import { userOf } from '../replica/standing.ts';
import { Account } from './account.ts';
import { AuditReader } from './audit-reader.ts';
import { OwnPin } from './pin.ts';
import { lostSincePassword } from './devices.ts';
import { Council } from './council.ts';
import { DocumentKeys, type ShareFailure } from './document-keys.ts';
import { Erasures } from './erasures.ts';
import { Glass } from './glass.ts';
import { Members } from './members.ts';
import { askOldPassword, type OldPasswordState } from './old-password.ts';
import { NO_NODES, ownBundle } from './own-bundle.ts';
import { adminHere, isHeldShort } from './powers.ts';
import { ReadAudit } from './read-audit.ts';
import { Review } from './review.ts';
import { startSession, type SessionSigner } from './session-signer.ts';
import { Standings, type TrackedEdit } from './standing.ts';
import { TeamKeys, type TeamAccess } from './team-keys.ts';

export interface SessionOptions {
  readonly replica: Replica;
  readonly identity: Identity;
  readonly deviceKey: DeviceKey;
  readonly environment: Environment;
  /** `actor` is the session id in hex. */
  readonly startEngine: (actor: string) => DocumentEngine;
  /** See `Standings`. */
  readonly savedBy?: DeviceId | undefined;
  /** See `WardOptions`. */
  readonly unlockNodes?: UnlockNodes | undefined;
}

export class Session {
  readonly user: UserId;
  readonly account: Account;
  readonly members: Members;
  readonly council: Council;
  readonly erasures: Erasures;
  readonly glass: Glass;
  readonly review: Review;
  readonly standings: Standings;
  /** What is opened is recorded there before it is shown (AUDIT-1). */
  readonly readAudit: ReadAudit;
  readonly auditReader: AuditReader;
  /** Seals what was typed and not saved. */
  readonly drafts: DraftSeal;
  /** Lets this user come back by PIN, on a tablet's page. */
  readonly pin: OwnPin;
  readonly #signingKey: Uint8Array;
  readonly #replica: Replica;
  readonly #environment: Environment;
  readonly #keyring: Keyring;
  readonly #signer: SessionSigner;
  readonly #unlockNodes: UnlockNodes;
  readonly #teamKeys: TeamKeys;
  readonly #documentKeys: DocumentKeys;
  readonly #library: Library;
  readonly #stopListening: () => void;
  /** What reads keys and receipts, one after the other. */
  #following: Promise<void> = Promise.resolve();
  /** Ordinary documents that are being read on in, and other work of the session's own. */
  readonly #reading = new Set<Promise<void>>();
  #locked = false;
  #beginLocking: () => void = () => {};
  readonly #lockBegins = new Promise<undefined>((resolve) => { this.#beginLocking = () => resolve(undefined); });

  /** Use `Ward.unlock`. */
  static async start(options: SessionOptions): Promise<Session> {
    const { replica, identity, deviceKey, environment } = options;
    const signer = await startSession({ replica, identity, deviceKey, clock: environment.clock, entropy: environment.entropy });
    const session = new Session(options, signer);
    await session.#teamKeys.readAll();
    await session.#readEverything();
    return session;
  }

  private constructor({ replica, identity, deviceKey, environment, startEngine, savedBy, unlockNodes }: SessionOptions, signer: SessionSigner) {
    const { device } = signer;
    this.user = identity.user;
    this.#signingKey = identity.signing.publicKey;
    this.#replica = replica;
    this.#environment = environment;
    this.#signer = signer;
    this.#unlockNodes = unlockNodes ?? NO_NODES;
    this.#keyring = openKeyring(replica.ward, identity);
    this.#teamKeys = new TeamKeys(replica, this.#keyring);
    this.standings = new Standings(replica, signer.session, savedBy);
    this.readAudit = new ReadAudit({ replica, signer, clock: environment.clock, entropy: environment.entropy });
    this.auditReader = new AuditReader({ replica, identity, receiptedUpTo: (chain) => this.standings.receiptedUpTo(chain) });
    this.members = new Members({
      replica, keyring: this.#keyring, signer, teamKeys: this.#teamKeys, user: identity.user, device, deviceKey, unlockNodes,
      clock: environment.clock, entropy: environment.entropy,
    });
    const bundle = ownBundle({ replica, user: identity.user, entropy: environment.entropy, unlockNodes });
    this.account = new Account({ replica, identity, bundle, signer, entropy: environment.entropy });
    this.drafts = draftSeal(identity, replica.ward, device, environment.entropy);
    this.pin = new OwnPin({ replica, device, nodes: unlockNodes, entropy: environment.entropy }, identity);
    this.council = new Council({ replica, signer, user: identity.user, settleOwed: () => this.members.settleOwed() });
    this.erasures = new Erasures({ replica, keyring: this.#keyring, signer, user: identity.user, entropy: environment.entropy });
    this.#documentKeys = new DocumentKeys({ replica, keyring: this.#keyring, signer, entropy: environment.entropy, role: () => this.role, glass: () => this.glass });
    this.#library = new Library({
      replica, keyring: this.#keyring, engine: startEngine(hexOf(signer.session)), session: signer.session,
      write: (document, position, changes) => this.#write(document, position, changes), now: () => environment.clock.now(),
    });
    this.glass = new Glass({
      replica, keyring: this.#keyring, signer, teamKeys: this.#teamKeys, user: identity.user, nodes: this.#unlockNodes, environment,
      documents: () => this.#library.documents(), refresh: (document) => this.#library.refresh(document), drop: (document) => this.#library.drop(document),
      settleOwed: () => this.members.settleOwed(),
    });
    this.review = new Review({
      replica, signer, admin: () => adminHere(replica.state(), { user: identity.user, device }), valueOf: (id) => this.#library.document(id)?.value,
      valueWithWorkOf: (id, author) => this.#library.withWorkOf(id, author), settled: () => this.settled(),
    });
    const offs = [replica.onAdmitted((admitted) => this.#follow(admitted)), replica.onDropped((documents) => this.#drop(documents))];
    this.#stopListening = () => { for (const off of offs) off(); };
  }

  get role(): Role | undefined {
    return this.#replica.state().users.get(hexOf(this.user))?.role;
  }

  /** Whether this device is a desktop that the ward does not trust with an admin's powers (PAGE-9). */
  get isHeldShort(): boolean {
    return isHeldShort(this.#replica.state(), this.#signer.device);
  }

  /** Why this session is worth nothing any more, if so: its user was removed, or an admin gave them new keys (LOCK-4). */
  get over(): 'removed' | 'new-keys' | undefined {
    const self = this.#replica.state().users.get(hexOf(this.user));
    if (self === undefined || self.removal !== undefined) return 'removed';
    return equalBytes(self.signingKey, this.#signingKey) ? undefined : 'new-keys';
  }

  /** The user's own name, which only members can read. */
  get name(): string {
    const self = this.#replica.state().users.get(hexOf(this.user));
    return (self && this.members.nameOf(self.sealedName)) ?? self?.handle ?? '';
  }

  teamAccess(): readonly TeamAccess[] {
    return this.#teamKeys.access();
  }

  /** Devices that were shut out after this user had unlocked there, as long as the password is that of then (REVOKE-3). */
  lostSincePassword(): readonly DeviceState[] {
    return lostSincePassword(this.#replica, this.user);
  }

  /** Whether the password before the last change is good for anything still; asks the nodes that it needed (UNLOCK-8). */
  oldPassword(): Promise<OldPasswordState> {
    return askOldPassword(this.#replica, this.user, this.#unlockNodes);
  }

  document(id: DocumentId): OpenDocument | undefined {
    return this.#library.document(id);
  }

  /** Whether the rest of it will open by itself: some of it is open, or a key was given to a team of this user's. What is for other teams stays closed. */
  awaitsKey({ value, waitsForKey, closedTo }: OpenDocument): boolean {
    const { teams } = this.#replica.state();
    return waitsForKey && (value !== undefined || closedTo.some((team) => teams.get(hexOf(team))?.members.has(hexOf(this.user)) === true));
  }

  documents(): Iterable<OpenDocument> {
    return this.#library.documents();
  }

  /** The name of whoever opened the session that wrote it; the public handle where the name does not open. */
  nameOfAuthor(author: AuthorId): string | undefined {
    const user = userOf(this.#replica, author);
    const known = user && this.#replica.state().users.get(hexOf(user));
    return known && (this.members.nameOf(known.sealedName) ?? known.handle);
  }

  /** Whose sessions wrote the document's entries, and of which version; undefined where it is not open (DOC-9). */
  writers(document: DocumentId): ReturnType<Library['writers']> {
    return this.#library.writers(document);
  }

  /** Who opened the session, whose id is given in hex; undefined for one that is not known here. */
  writerOf(session: string): { readonly user: Hex<UserId>; readonly name: string } | undefined {
    const author = authorId.fromHex(session);
    const [user, name] = [userOf(this.#replica, author), this.nameOfAuthor(author)];
    return user === undefined || name === undefined ? undefined : { user: hexOf(user), name };
  }

  /** The team whose members can open the document; undefined while its key is not here. */
  teamOf(document: DocumentId): TeamId | undefined {
    return this.#keyring.newestSecrets(document)?.team;
  }

  /** Live: called after each new value of any document. Returns what takes the listener off. */
  onChange(listener: (document: OpenDocument) => void): () => void {
    return this.#library.onChange(listener);
  }

  /** Changes a document by a recipe on its draft (as in Immer). Resolves when the change is durable in the replica; null when nothing changed. */
  async edit(document: DocumentId, recipe: (draft: Draft<JsonObject>) => void): Promise<Edit | null> {
    this.#assertUnlocked();
    let tracked: TrackedEdit | undefined;
    try {
      const edit = await this.#library.edit(document, recipe, (paths) => { tracked = this.standings.track(document, paths); });
      if (edit !== null) {
        tracked?.written(edit.seq);
        this.attend(this.glass.settleWraps(document).then(() => undefined));
      }
      return edit;
    } catch (error) {
      tracked?.failed();
      throw error;
    }
  }

  /** Makes a document that the members of `team` can open, and gives it its first value. */
  async create(team: TeamId, initial: JsonObject): Promise<DocumentId> {
    this.#assertUnlocked();
    const document = await this.#documentKeys.originate(team);
    await this.edit(document, (draft) => { Object.assign(draft, initial); });
    return document;
  }

  /** Lets `team`, which one is in, open these documents too, past and future (KEYS-10). Gives the number that it could not open before. */
  async share(team: TeamId, documents: readonly DocumentId[]): Promise<Result<number, ShareFailure>> {
    this.#assertUnlocked();
    return this.#documentKeys.share(team, documents);
  }

  /** Ends the session: closes its chain, forgets every key and every opened document. */
  async lock(): Promise<void> {
    if (this.#locked) return;
    this.#locked = true;
    this.#beginLocking();
    this.#stopListening();
    await this.glass.lock();
    await this.settled();
    await this.#library.close();
    await this.#signer.end().catch(() => this.#environment.log.event('session-end-not-written'));
    this.account.wipe();
    this.#keyring.wipe();
    this.drafts.wipe();
    this.readAudit.wipe();
    this.auditReader.wipe();
    this.#signer.wipe();
  }

  /** Puts the user's own bundle, sealed anew, into the log (UNLOCK-3). */
  async setUnlock(bundle: Uint8Array, dealing: Dealing): Promise<void> {
    if (!this.#locked) await this.#signer.operate({ type: 'set-unlock', user: this.user, bundle, dealing, why: 'nodes-changed' });
  }

  /** What comes of it, or undefined once the session is being locked: whoever locks waits for no other device. */
  untilLocked<T>(work: Promise<T>): Promise<T | undefined> {
    return Promise.race([work, this.#lockBegins]);
  }

  /** Work that belongs to the session and that nobody waits for: locking does. What goes wrong in it is logged. */
  attend(work: Promise<void>): void {
    const attended = this.#logged(work);
    this.#reading.add(attended);
    void attended.then(() => this.#reading.delete(attended));
  }

  /** Resolves when everything admitted so far has been read. */
  async settled(): Promise<void> {
    await Promise.all([this.#following, ...this.#reading]);
  }

  async #write(document: DocumentId, position: ChainPosition, changes: readonly Uint8Array[]): Promise<ChainPosition> {
    const secrets = await this.#documentKeys.forWriting(document);
    let after: ChainPosition | undefined;
    await this.#signer.appendBuilt(document, (place): Item => {
      const sealed = sealChangeset(this.#replica.ward, this.#signer.key, secrets, place, position, changes, this.#environment.entropy);
      after = sealed.position;
      return sealed.item;
    });
    if (after === undefined) throw new Error('the changeset was not built');
    return after;
  }

  /** Ordinary documents are read side by side: a change in one does not wait for a thousand others. */
  #follow({ document }: Admitted): void {
    if (!this.#isOrdinary(document)) {
      this.#following = this.#logged(this.#following.then(() => this.#readWellKnown(document)));
      return;
    }
    this.attend(this.#read(document));
  }

  /** ERASE-3: what is erased is closed at once, and its keys are forgotten. */
  #drop(documents: readonly DocumentId[]): void {
    for (const document of documents) {
      this.#keyring.forget(document);
      this.#library.drop(document);
    }
  }

  async #logged(reading: Promise<void>): Promise<void> {
    try {
      await reading;
    } catch (error) {
      this.#environment.log.event('reading-failed', { message: error instanceof Error ? error.name : 'unknown' });
    }
  }

  async #readWellKnown(document: DocumentId): Promise<void> {
    if (this.#locked) return;
    const name = hexOf(document);
    if (name === hexOf(AUDIT_DOCUMENT)) return;
    if (name === hexOf(RECEIPTS_DOCUMENT)) return void await this.standings.readReceipts();
    if (name === hexOf(LOG_DOCUMENT)) {
      this.glass.followLog();
      if (this.account.isPasswordOwed) this.attend(this.account.setOwedPassword());
      return void await Promise.all([this.#library.followLog(), this.members.settleOwed()]);
    }
    if (name !== hexOf(SESSIONS_DOCUMENT) && await this.#teamKeys.readAll()) await this.#readEverything();
  }

  #isOrdinary(document: DocumentId): boolean {
    return !isWardsOwn(document) && !this.#teamKeys.isTeamDocument(document);
  }

  async #readEverything(): Promise<void> {
    await this.standings.readReceipts();
    const ordinary = [...this.#replica.documents()].filter((id) => this.#isOrdinary(id));
    await Promise.all(ordinary.map((id) => this.#library.refresh(id)));
    this.attend(this.#settleDocuments(ordinary));
  }

  async #read(document: DocumentId): Promise<void> {
    await this.#library.refresh(document);
    await this.glass.followDocument(document);
    await this.#settleDocuments([document]);
  }

  /** KEYS-10. */
  async #settleDocuments(documents: readonly DocumentId[]): Promise<void> {
    for (const document of documents) if (!this.#locked) await this.#documentKeys.settle(document);
  }

  #assertUnlocked(): void {
    if (this.#locked) throw new Error('the session is locked');
  }
}
