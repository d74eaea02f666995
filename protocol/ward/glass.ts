/**
 * Break-glass (GLASS-2 to GLASS-5): a clinician who is in no care team of a patient opens the patient, for a stated reason
 * and time. The request stands in the ward log, in everybody's sight, before a node answers; what it opens is in memory
 * alone, until its time is over, it is ended, or the session locks; afterwards somebody else reviews it.
 */
import type { Environment } from '../codec/environment.ts';
import { hexOf, type DeviceId, type DocumentId, type Hex, type ItemId, type UserId } from '../codec/ids.ts';
import { fail, succeed, type Result } from '../codec/result.ts';
import { MAX_GLASS_REASON, openGlassReason, sealGlassReason } from '../keys/glass.ts';
import type { Keyring } from '../keys/keyring.ts';
import { cliniciansTeam, MAX_GLASS_DOCUMENTS, MAX_GLASS_HOURS, type GlassFinding, type GlassUse } from '../membership/glass.ts';
import type { Signable } from '../membership/roles.ts';
import type { WardState } from '../membership/ward-state.ts';
import { NotAdmittedError } from '../replica/chain-writer.ts';
import type { Replica } from '../replica/replica.ts';
import type { UnlockNodes } from '../unlock/messages.ts';
import { GlassWraps, type FinderOf, type FoundPatient } from './glass-wraps.ts';
import { openByGlass, type GlassOpenFailure } from './glass-open.ts';
import { dealKey, isDealingDue, leastNodes, type DealFailure, type UnlockProgress } from './presence.ts';
import { adminHere, objectionHere, type Place } from './powers.ts';
import type { SessionSigner } from './session-signer.ts';
import type { TeamKeys } from './team-keys.ts';

const HOUR = 60 * 60 * 1000;

export type GlassFailure = GlassOpenFailure | 'not-set' | 'not-a-clinician' | 'bad-reason' | 'bad-hours' | 'no-documents' | 'unknown-use' | 'own-use' | 'not-a-reviewer' | 'at-a-desktop';
export type SetGlassFailure = 'not-an-admin' | 'at-a-desktop' | 'no-policy' | DealFailure['code'];

/** What is open now by breaking the glass. */
export interface OpenGlass {
  readonly use: ItemId;
  /** Of those that were asked for, what could be opened. */
  readonly documents: readonly DocumentId[];
  /** Milliseconds since 1970, by this device's clock. */
  readonly until: number;
}

export interface GlassOptions {
  readonly replica: Replica;
  readonly keyring: Keyring;
  readonly signer: SessionSigner;
  readonly teamKeys: TeamKeys;
  readonly user: UserId;
  readonly nodes: UnlockNodes;
  readonly environment: Environment;
  readonly documents: () => Iterable<{ readonly id: DocumentId }>;
  readonly refresh: (document: DocumentId) => Promise<void>;
  /** Closes a document; its keys are forgotten already. */
  readonly drop: (document: DocumentId) => void;
  readonly settleOwed: () => Promise<void>;
}

interface Opened {
  readonly use: ItemId;
  readonly documents: Map<Hex<DocumentId>, DocumentId>;
  readonly until: number;
  readonly cancel: () => void;
}

export class Glass {
  readonly #options: GlassOptions;
  readonly #wraps: GlassWraps;
  readonly #opened = new Map<Hex<ItemId>, Opened>();
  readonly #listeners = new Set<() => void>();
  readonly #dishonest = new Map<Hex<DeviceId>, DeviceId>();

  constructor(options: GlassOptions) {
    this.#options = options;
    const { replica, keyring, signer, environment, documents } = options;
    this.#wraps = new GlassWraps({ replica, keyring, signer, entropy: environment.entropy, documents, mayGrant: () => this.#may('grant') });
  }

  /** Whether the ward has break-glass, and this user the key that it takes besides the nodes. */
  get standing(): 'not-set' | 'no-key' | 'ready' {
    const { glass } = this.#state;
    if (glass === undefined) return 'not-set';
    return this.#options.keyring.teamKey(glass.team) === undefined ? 'no-key' : 'ready';
  }

  /** GLASS-2: deals a fresh break-glass key to as many nodes as the ward's unlock policy says. For admins. */
  async set(): Promise<Result<null, SetGlassFailure>> {
    const { replica, signer, nodes, teamKeys, environment: { entropy }, settleOwed } = this.#options;
    const state = this.#state;
    const admin = adminHere(state, this.#here);
    if (!admin.ok) return admin;
    if (state.unlockPolicy === undefined) return fail('no-policy');
    const dealt = await dealKey({
      state, policy: state.unlockPolicy, before: state.glass?.dealings[0], least: leastNodes(state, state.unlockPolicy, state.glass?.dealings[0]), entropy, hand: (node, dealing, share) => nodes.ask(node, { type: 'deal-glass', dealing, share }),
    });
    if (!dealt.ok) return fail(dealt.failure.code);
    dealt.value.key.fill(0);
    const team = cliniciansTeam(replica.state().everyone);
    await signer.operate({ type: 'set-glass', team, dealing: dealt.value.dealing });
    if (!teamKeys.isGranted(team)) teamKeys.firstKey(team, entropy);
    await settleOwed();
    await this.#wraps.settle();
    return succeed(null);
  }

  /** Deals anew where a node is gone, the policy is another, or nothing was dealt so far. For an admin's unlock. */
  async keep(): Promise<void> {
    const { unlockPolicy, glass } = this.#state;
    if (unlockPolicy === undefined || !this.#may('set-glass') || !isDealingDue(this.#state, glass?.dealings[0])) return;
    const set = await this.set();
    if (!set.ok) this.#options.environment.log.event('glass-not-dealt', { code: set.failure });
  }

  /** Tells how patients are found, and wraps what is owed. Resolves with how many wraps were written. */
  describeBy(finderOf: FinderOf): Promise<number> {
    this.#wraps.describeBy(finderOf);
    return this.#wraps.settle();
  }

  /** Documents that this session can open and that are not wrapped as they should be. */
  owedWraps(): readonly DocumentId[] {
    return this.#wraps.owed();
  }

  settleWraps(only?: DocumentId): Promise<number> {
    return this.#wraps.settle(only);
  }

  find(word: string): readonly FoundPatient[] {
    return this.#wraps.find(word);
  }

  /**
   * GLASS-3: says in the log why and for how long, then asks the nodes. The reason stays in the log, where everybody of
   * the ward reads it. Resolves when what could be opened is open; `onProgress` says which nodes are waited for.
   */
  async open(documents: readonly DocumentId[], reason: string, hours: number, onProgress: (progress: UnlockProgress) => void = () => {}): Promise<Result<OpenGlass, GlassFailure>> {
    const { replica, keyring, signer, environment } = this.#options;
    const text = reason.trim();
    const { everyone } = this.#state;
    const key = keyring.teamKey(everyone);
    if (this.standing !== 'ready' || key === undefined) return fail('not-set');
    if (!this.#may('break-glass')) return fail('not-a-clinician');
    if (text.length === 0 || text.length > MAX_GLASS_REASON) return fail('bad-reason');
    if (!(hours > 0 && hours <= MAX_GLASS_HOURS)) return fail('bad-hours');
    if (documents.length === 0 || documents.length > MAX_GLASS_DOCUMENTS) return fail('no-documents');
    // The item's time is taken a moment later, and the longest use may not be exceeded by it.
    const until = environment.clock.now() + Math.floor(hours * HOUR);
    const sealedReason = sealGlassReason(key.key, replica.ward, everyone, text, environment.entropy);
    const { id: use } = await signer.operate({ type: 'break-glass', documents, sealedReason, until });
    const opened: Opened = { use, documents: new Map(), until, cancel: environment.timers.after(until - environment.clock.now(), () => void this.#finish(use)) };
    this.#opened.set(hexOf(use), opened);
    let failure: GlassOpenFailure = 'not-wrapped';
    for (const document of documents) {
      const done = await this.#openOne(opened, document, onProgress);
      if (!done.ok) failure = done.failure;
      if (this.#opened.get(hexOf(use)) !== opened) return fail('too-few-nodes'); // ended while the nodes were asked
    }
    this.#tell();
    if (opened.documents.size > 0) return succeed(viewOf(opened));
    await this.#finish(use);
    return fail(failure);
  }

  /** What is open now. */
  opened(): readonly OpenGlass[] {
    return [...this.#opened.values()].filter(({ documents }) => documents.size > 0).map(viewOf);
  }

  /** Ends a use before its time: one's own, or anybody's by an admin or privacy officer. What it opened is closed where it is open. */
  async end(use: ItemId): Promise<Result<null, GlassFailure>> {
    const found = this.#state.glassUses.get(hexOf(use));
    if (found === undefined || found.ended !== undefined) return fail('unknown-use');
    const isOwn = hexOf(found.user) === hexOf(this.#options.user);
    if (!isOwn && !this.#may('review-glass')) return fail('not-a-reviewer');
    if (this.#opened.has(hexOf(use))) await this.#finish(use);
    else await this.#options.signer.operate({ type: 'end-glass', use });
    return succeed(null);
  }

  /** GLASS-6: by the privacy officers; by the admins while there is none. Nobody reviews the own use. */
  async review(use: ItemId, finding: GlassFinding): Promise<Result<null, GlassFailure>> {
    const found = this.#state.glassUses.get(hexOf(use));
    if (found === undefined) return fail('unknown-use');
    if (!this.mayReview()) return fail('not-a-reviewer');
    if (objectionHere(this.#state, this.#here, 'review-glass') === 'at-a-desktop') return fail('at-a-desktop');
    if (hexOf(found.user) === hexOf(this.#options.user)) return fail('own-use');
    await this.#options.signer.operate({ type: 'review-glass', use, finding });
    return succeed(null);
  }

  mayReview(): boolean {
    const members = [...this.#state.users.values()].filter(({ removal }) => removal === undefined);
    const own = members.find(({ id }) => hexOf(id) === hexOf(this.#options.user))?.role;
    return own === 'privacy' || (own === 'admin' && !members.some(({ role }) => role === 'privacy'));
  }

  /** Every use, newest first. */
  uses(): readonly GlassUse[] {
    return [...this.#state.glassUses.values()].sort((a, b) => b.time - a.time);
  }

  /** Undefined where the key is not here. */
  reasonOf({ sealedReason }: GlassUse): string | undefined {
    const { replica, keyring } = this.#options;
    const { everyone } = this.#state;
    return openGlassReason(keyring.teamKeys(everyone).map(({ key }) => key), replica.ward, everyone, sealedReason) ?? undefined;
  }

  /** Nodes that answered a use of this session's falsely (ATTACK 22). */
  dishonestNodes(): readonly DeviceId[] {
    return [...this.#dishonest.values()];
  }

  /** Called when something is opened or closed. Returns what takes the listener off. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The log has changed: a use that somebody ended, or that does not count any more, is closed. */
  followLog(): void {
    for (const { use } of this.#opened.values()) {
      const found = this.#state.glassUses.get(hexOf(use));
      if (found !== undefined && (found.ended !== undefined || !found.counts)) this.#close(use);
    }
  }

  /** Something came in a document that is open: it may have new keys, which the nodes open as they did the first. */
  async followDocument(document: DocumentId): Promise<void> {
    const { keyring } = this.#options;
    for (const opened of this.#opened.values()) {
      if (!opened.documents.has(hexOf(document)) || !keyring.isLent(document)) continue;
      const here = keyring.allSecrets(document).at(-1)?.epoch ?? 0;
      if (keyring.glassWraps(document).some(({ body }) => body.epoch > here)) await this.#openOne(opened, document, () => {});
    }
  }

  /** Whether the lent keys of a document may still be written with. */
  isLentNow(document: DocumentId): boolean {
    const now = this.#options.environment.clock.now();
    return [...this.#opened.values()].some(({ documents, until }) => documents.has(hexOf(document)) && now < until);
  }

  /**
   * GLASS-5, before a document is written to: a use whose time is over is ended in the log, and true when one that has
   * ended is not known to the grant of the document's newest key, which so might be known to who used it.
   */
  async isRotationOwed(document: DocumentId, headsAt: () => Promise<readonly ItemId[]>): Promise<boolean> {
    const now = this.#options.environment.clock.now();
    const isOf = ({ documents }: GlassUse): boolean => documents.some((each) => hexOf(each) === hexOf(document));
    for (const { id, ended, until } of [...this.#state.glassUses.values()].filter(isOf)) {
      if (ended === undefined && until <= now) await this.#options.signer.operate({ type: 'end-glass', use: id });
    }
    const ended = [...this.#state.glassUses.values()].filter(isOf).flatMap((use) => (use.ended === undefined ? [] : [use.ended.operation]));
    if (ended.length === 0) return false;
    const heads = await headsAt();
    return ended.some((operation) => !this.#state.isPast([operation], heads));
  }

  /** Ends every use of this session's and closes what it opened; one whose nodes are still being asked opens nothing any more. */
  async endOwn(): Promise<void> {
    await Promise.all([...this.#opened.values()].map(({ use }) => this.#finish(use)));
  }

  async lock(): Promise<void> {
    await this.endOwn();
    this.#listeners.clear();
  }

  async #openOne(opened: Opened, document: DocumentId, onProgress: (progress: UnlockProgress) => void): Promise<Result<null, GlassOpenFailure>> {
    const { replica, keyring, signer, nodes, environment: { clock, timers }, refresh } = this.#options;
    const noted = (progress: UnlockProgress): void => {
      for (const { device, outcome } of progress.nodes) if (outcome === 'dishonest') this.#dishonest.set(hexOf(device), device);
      onProgress(progress);
    };
    const secrets = await openByGlass({ replica, keyring, key: signer.key, nodes, clock, timers, onProgress: noted }, opened.use, document);
    if (!secrets.ok) return secrets;
    if (this.#opened.get(hexOf(opened.use)) !== opened) {
      for (const { key, historyKey } of secrets.value) { key.fill(0); historyKey.fill(0); }
      return fail('too-few-nodes'); // ended while the nodes were asked
    }
    keyring.lend(document, secrets.value);
    opened.documents.set(hexOf(document), document);
    await refresh(document);
    return succeed(null);
  }

  /** Closes first, and says so in the log afterwards: what cannot be said is said by the next who writes there. */
  async #finish(use: ItemId): Promise<void> {
    const { signer, environment: { log } } = this.#options;
    this.#close(use);
    if (this.#state.glassUses.get(hexOf(use))?.ended !== undefined) return;
    try {
      await signer.operate({ type: 'end-glass', use });
    } catch (error) {
      log.event('glass-end-not-written', { reason: error instanceof NotAdmittedError ? 'not-admitted' : 'not-written' });
    }
  }

  #close(use: ItemId): void {
    const { keyring, drop, refresh } = this.#options;
    const opened = this.#opened.get(hexOf(use));
    if (opened === undefined) return;
    opened.cancel();
    this.#opened.delete(hexOf(use));
    for (const document of opened.documents.values()) {
      if (this.isLentNow(document)) continue; // another use of it goes on
      const wasLent = keyring.isLent(document);
      keyring.endLoan(document);
      if (!wasLent) continue; // a team of this user's can open it by now
      drop(document);
      void refresh(document).catch(() => {});
    }
    this.#tell();
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }

  get #state(): WardState {
    return this.#options.replica.state();
  }

  #may(what: Signable): boolean {
    return objectionHere(this.#state, this.#here, what) === undefined;
  }

  get #here(): Place {
    const { user, signer: { device } } = this.#options;
    return { user, device };
  }
}

function viewOf({ use, documents, until }: Opened): OpenGlass {
  return { use, documents: [...documents.values()], until };
}
