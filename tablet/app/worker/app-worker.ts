/**
 * The worker of the ward app: holds the device, the session and everything that is opened; answers the page's requests
 * and keeps its topics up to date.
 */
import { ImportFailed } from '../../../protocol/chart/fhir.ts';
import { certificateEnd } from '../../../protocol/authority/certificate-end.ts';
import { examine } from '../../../protocol/chart/doctor.ts';
import { Chart, UnknownEntry } from '../../../protocol/chart/chart.ts';
import { defaultTeam } from '../../../protocol/chart/teams.ts';
import { deviceId, hexOf, LOG_DOCUMENT, type TeamId } from '../../../protocol/codec/ids.ts';
import { StoreError } from '../../../protocol/store/item-store.ts';
import type { Account } from '../../../protocol/ward/account.ts';
import type { UnlockProgress } from '../../../protocol/ward/presence.ts';
import type { Session } from '../../../protocol/ward/session.ts';
import { openWard, type Ward } from '../../../protocol/ward/ward.ts';
import type { Failure, FromWorker, RequestName, Requests, SessionView, ToWorker } from '../port.ts';
import { accountHandlers } from './account-acts.ts';
import { accountView } from './account-view.ts';
import { auditFile, auditView, recordOpening } from './privacy.ts';
import { browserEnvironment } from './browser-environment.ts';
import { actInCouncil } from './council-acts.ts';
import { councilView, workRows } from './council-view.ts';
import { Bursts } from './bursts.ts';
import { chartHandlers } from './chart-acts.ts';
import { boardView, patientView, type ShownPatient } from './chart-views.ts';
import { deviceViews, personName, sightsOf } from './device-views.ts';
import { erasedDocuments, erasingHandlers } from './erasing.ts';
import { GlassDesk } from './glass.ts';
import { pageEngine } from './page-engine.ts';
import { destroyPage } from './destroy-page.ts';
import { leaveDisused } from './leave-disused.ts';
import { UNLOCK_FAILURES } from './failures.ts';
import { isShutOut, joinPageWard, openPageWard, type PageWard } from './page-ward.ts';
import { falseNodes, oldPasswordView, presenceView } from './presence-views.ts';
import { recoverByKit, Recovering } from './recovering.ts';
import { PinDesk } from './pins.ts';
import { ShownProvenances } from './provenances.ts';
import { RequestFailed } from './request-failed.ts';
import { mayWrite, sessionView } from './session-view.ts';
import { keepDrafts, readDrafts } from './sealed-drafts.ts';
import { SyncStatus } from './sync-status.ts';

type Handlers = { readonly [N in RequestName]: (params: Requests[N]['params']) => Promise<Requests[N]['result']> };
type Post = (update: FromWorker) => void;

export class AppWorker {
  readonly #post: Post;
  #ward: PageWard | undefined;
  #status: SyncStatus | undefined;
  readonly #pins: PinDesk;
  readonly #glass = new GlassDesk((value) => this.#post({ topic: 'glass', value }));
  #open: { readonly session: Session; readonly chart: Chart; readonly provenances: ShownProvenances; readonly stop: () => void } | undefined;
  #shown: ShownPatient | null = null;
  /** The patient last asked for, who is shown once that is recorded (AUDIT-1). */
  #wanted: ShownPatient | null = null;
  /** The session as the page knows it. */
  #saidSession = '';
  #saidAccount = '';
  #saidCouncil = '';
  /** The question to the holders of whoever forgot the password here. */
  #recovering: Recovering | undefined;
  /** Who answered the last unlock. */
  #asked: UnlockProgress | undefined;
  readonly #bursts = new Bursts(browserEnvironment, (what) => (what === 'all' ? this.#show() : this.#showStandings()));

  constructor(post: Post) {
    this.#post = post;
    this.#pins = new PinDesk((value) => this.#post({ topic: 'pin', value }));
  }

  /** Opens what this page already is. */
  async start(): Promise<void> {
    this.#session({ state: 'starting' });
    for (let isOpened = false; !isOpened;) {
      try {
        const ward = await openPageWard();
        if (ward === undefined) this.#session({ state: 'not-enrolled' });
        else this.#enter(ward);
        isOpened = true;
      } catch (error) {
        this.#session({ state: 'failed', message: error instanceof StoreError ? error.message : 'the page could not be opened' });
        // In use by another tab, or by a worker that takes long to end: each asking waits for it to let go.
        if (!(error instanceof StoreError && error.code === 'in-use')) return;
      }
    }
  }

  async handle({ name, params }: ToWorker): Promise<unknown> {
    const handler = this.#handlers[name] as (params: unknown) => Promise<unknown>;
    try {
      return await handler(params);
    } catch (error) {
      if (error instanceof StoreError) throw new RequestFailed('storage', error.message);
      if (error instanceof UnknownEntry) throw new RequestFailed('not-found');
      if (error instanceof ImportFailed) throw new RequestFailed('invalid', error.message);
      throw error;
    }
  }

  readonly #handlers: Handlers = {
    enrol: async ({ code }) => {
      if (this.#ward !== undefined) return null;
      this.#enter(await joinPageWard(code));
      return null;
    },
    startAnew: async () => {
      const ward = this.#need(this.#ward, 'not-enrolled');
      await leaveDisused(ward);
      this.#ward = undefined;
      return null;
    },
    unlock: async ({ handle, password }) => {
      await this.#lock();
      this.#asked = undefined;
      this.#post({ topic: 'presence', value: null });
      const unlocked = await this.#lockedWard().unlock(handle, password, (progress) => {
        this.#asked = progress;
        this.#showPresence();
      });
      if (!unlocked.ok) throw new RequestFailed(UNLOCK_FAILURES[unlocked.failure]);
      this.#unlocked(unlocked.value);
      return { handle, name: unlocked.value.name };
    },
    pinHandles: () => this.#pins.handles(),
    pinState: ({ handle }) => this.#pins.stateOf(handle),
    unlockWithPin: async ({ handle, pin }) => {
      await this.#lock();
      this.#unlocked(await this.#pins.unlock(this.#lockedWard(), handle, pin), false);
      return null;
    },
    setPin: ({ pin }) => this.#pins.set(pin),
    dropPin: () => this.#pins.drop(),
    lock: async () => {
      await this.#lock();
      return null;
    },
    ...accountHandlers(() => this.#account()),
    recoverWithKit: async ({ handle, kit, fresh }) => {
      await this.#lock();
      this.#unlocked(await recoverByKit(this.#lockedWard(), handle, kit, fresh));
      return null;
    },
    askHolders: async ({ handle }) => {
      const ward = this.#need(this.#ward, 'not-enrolled');
      this.#recovering?.end();
      this.#recovering = await Recovering.ask(this.#lockedWard(), ward, handle, (value) => this.#post({ topic: 'recovery', value }));
      return null;
    },
    finishRecovery: async ({ fresh }) => {
      this.#unlocked(await this.#need(this.#recovering, 'not-found').finish(fresh));
      this.#recovering = undefined;
      return null;
    },
    giveUpRecovery: async () => {
      this.#recovering?.end();
      this.#recovering = undefined;
      return null;
    },
    devices: async () => deviceViews(this.#need(this.#open, 'locked').session, this.#need(this.#ward, 'not-enrolled'), this.#status?.contacts() ?? []),
    reportLost: async ({ device }) => {
      const ward = this.#need(this.#ward, 'not-enrolled');
      const { session } = this.#need(this.#open, 'locked');
      const reported = await session.members.reportLost(deviceId.fromHex(device));
      if (!reported.ok) throw new RequestFailed(reported.failure === 'unknown-device' ? 'not-found' : reported.failure);
      return { users: reported.value.users.map((user) => personName(session, ward, user)).sort() };
    },
    ...erasingHandlers(() => ({ ...this.#need(this.#open, 'locked'), ward: this.#need(this.#ward, 'not-enrolled') })),
    ...this.#glass.handlers,
    doctor: async () => {
      const { session, chart } = this.#need(this.#open, 'locked');
      const { replica } = this.#need(this.#ward, 'not-enrolled');
      return examine({ session, chart, replica, peers: sightsOf(this.#status?.contacts() ?? []), now: browserEnvironment.clock.now(), certificateEnd, dishonest: falseNodes(this.#asked), oldPassword: await session.oldPassword() });
    },
    council: async (action) => {
      const { session } = this.#need(this.#open, 'locked');
      const acted = await actInCouncil(session, this.#need(this.#ward, 'not-enrolled').replica, action);
      this.#showCouncil();
      return acted;
    },
    reviewWork: () => {
      const { session, chart } = this.#need(this.#open, 'locked');
      return workRows(session, chart, this.#need(this.#ward, 'not-enrolled').replica);
    },
    oldPassword: () => oldPasswordView(this.#need(this.#open, 'locked').session, this.#need(this.#ward, 'not-enrolled').replica),
    takeDrafts: () => readDrafts(this.#need(this.#open, 'locked').session),
    keepDrafts: async ({ drafts }) => {
      await keepDrafts(this.#need(this.#open, 'locked').session, drafts);
      return null;
    },
    audit: (query) => auditView(this.#need(this.#open, 'locked').session, this.#need(this.#ward, 'not-enrolled').replica, query),
    exportAudit: (query) => auditFile(this.#need(this.#open, 'locked').session, this.#need(this.#ward, 'not-enrolled').replica, query),
    openPatient: async ({ patient, stay }) => {
      const wanted = patient === null ? null : { patient, ...(stay !== undefined && { stay }) };
      this.#wanted = wanted;
      if (wanted === null) this.#shown = null;
      else {
        const { session, chart } = this.#need(this.#open, 'locked');
        await recordOpening(session, chart, { ...wanted, how: 'screen' });
        // Meanwhile another may have been asked for, or the ward locked.
        if (this.#wanted !== wanted || this.#open?.session !== session) return null;
        this.#shown = wanted;
      }
      this.#showPatient();
      return null;
    },
    printed: async () => {
      const { session, chart } = this.#need(this.#open, 'locked');
      if (this.#shown !== null) await recordOpening(session, chart, { ...this.#shown, how: 'print' });
      return null;
    },
    ...chartHandlers({
      chartToWrite: () => this.#chartToWrite(), open: () => this.#need(this.#open, 'locked'), team: () => this.#team(), post: (update) => this.#post(update),
    }),
  };

  #enter(ward: PageWard): void {
    this.#ward = ward;
    this.#pins.enter(ward);
    this.#status = new SyncStatus(ward, browserEnvironment, (value) => this.#post({ topic: 'sync', value }));
    ward.replica.onAdmitted(() => this.#checkRemoved(ward));
    this.#session({ state: 'locked', device: hexOf(ward.device.id).slice(0, 8) });
    this.#checkRemoved(ward);
  }

  #unlocked(session: Session, isFull = true): void {
    const ward = this.#need(this.#ward, 'not-enrolled');
    const chart = new Chart(session, browserEnvironment);
    const offs = [
      ward.replica.onDropped(() => this.#showErased()),
      session.onChange(() => this.#bursts.soon('all')), session.standings.onChange(() => this.#bursts.soon('standings')),
      ward.replica.onAdmitted(({ document }) => {
        this.#bursts.soon('standings');
        if (hexOf(document) !== hexOf(LOG_DOCUMENT)) return;
        void Promise.all([this.#showAccount(), this.#pins.show()]);
        this.#showCouncil();
      }),
    ];
    const provenances = new ShownProvenances(session, () => this.#bursts.soon('standings'));
    this.#open = { session, chart, provenances, stop: () => { for (const off of offs) off(); } };
    this.#status?.follow(session);
    this.#pins.begin(session, isFull);
    this.#glass.begin(session, chart, ward);
    this.#showErased();
    this.#show();
    this.#checkRemoved(ward);
  }

  async #lock(): Promise<void> {
    const open = this.#open;
    if (open === undefined || this.#ward === undefined) return;
    this.#open = undefined;
    this.#saidAccount = '';
    this.#saidCouncil = '';
    this.#pins.end();
    this.#glass.end();
    this.#shown = null;
    this.#wanted = null;
    open.stop();
    this.#status?.follow(undefined);
    // The page goes blank first: closing waits for what is being written.
    if (!isShutOut(this.#ward)) this.#session({ state: 'locked', device: hexOf(this.#ward.device.id).slice(0, 8) });
    await open.session.lock();
  }

  /** A device that learns of its removal locks itself at once, and destroys what it holds (REVOKE-4). */
  #checkRemoved(ward: PageWard): void {
    if (this.#ward === undefined || !isShutOut(ward)) return;
    const locked = this.#lock();
    this.#ward = undefined;
    this.#session({ state: 'revoked', destroyed: false });
    void locked.catch(() => {}).then(() => ward.close()).then(() => destroyPage()).then(
      () => this.#session({ state: 'revoked', destroyed: true }),
      () => console.error('not everything could be destroyed'),
    );
  }

  #show(): void {
    const open = this.#open;
    if (open === undefined) return;
    this.#showSession();
    const state = this.#need(this.#ward, 'not-enrolled').replica.state();
    const ward = open.session.members.nameOf(state.sealedName) ?? '';
    this.#post({ topic: 'board', value: boardView(open.chart, ward, browserEnvironment.clock.now()) });
    this.#showPatient();
    this.#showPresence();
    this.#showCouncil();
    this.#glass.show();
    this.#status?.show();
    void this.#showAccount();
  }

  #showStandings(): void {
    this.#showSession();
    this.#showPatient();
  }

  /** Again when something in it has changed: on a fresh page the key that opens the names arrives after the unlock. */
  #showSession(): void {
    const [open, ward] = [this.#open, this.#ward];
    if (open === undefined || ward === undefined) return;
    this.#session(sessionView(open.session, ward));
  }

  /** Told before anything else is shown: the page leaves the patient, and drafts go. */
  #showErased(): void {
    const [open, ward] = [this.#open, this.#ward];
    if (open !== undefined && ward !== undefined) this.#post({ topic: 'erased', value: erasedDocuments(ward) });
  }

  #showPatient(): void {
    const open = this.#open;
    if (open === undefined) return;
    const value = this.#shown === null ? null : patientView(open.session, open.chart, this.#shown, browserEnvironment.clock.now(), (document) => open.provenances.of(document));
    this.#post({ topic: 'patient', value });
  }

  /** Names of devices open with the session, and on a fresh page somewhat later. */
  #showPresence(): void {
    const [asked, ward] = [this.#asked, this.#ward];
    if (asked !== undefined && ward !== undefined) this.#post({ topic: 'presence', value: presenceView(asked, ward.replica, this.#open?.session) });
  }

  /** Anew when the log has changed, or names have come to open. */
  #showCouncil(): void {
    const [open, ward] = [this.#open, this.#ward];
    if (open === undefined || ward === undefined) return;
    const value = councilView(open.session, ward.replica, this.#status?.contacts() ?? []);
    const said = JSON.stringify(value);
    if (said === this.#saidCouncil) return;
    this.#saidCouncil = said;
    this.#post({ topic: 'council', value });
  }

  /** Anew when the log has changed. */
  async #showAccount(): Promise<void> {
    const [open, ward] = [this.#open, this.#ward];
    if (open === undefined || ward === undefined) return;
    const value = await accountView(open.session, ward.replica);
    const said = JSON.stringify(value);
    if (this.#open !== open || said === this.#saidAccount) return;
    this.#saidAccount = said;
    this.#post({ topic: 'account', value });
  }

  #account(): Account {
    return this.#need(this.#open, 'locked').session.account;
  }

  #lockedWard(): Ward {
    const { replica, device, savedBy, host } = this.#need(this.#ward, 'not-enrolled');
    return openWard({
      replica, deviceKey: device.key.device, environment: browserEnvironment, startEngine: (actor) => pageEngine(actor, browserEnvironment.timers), savedBy,
      unlockNodes: host.unlockNodes,
    });
  }

  /** What the ward's peers would refuse is not begun. */
  #chartToWrite(): Chart {
    const { session, chart } = this.#need(this.#open, 'locked');
    if (!mayWrite(session)) throw new RequestFailed('not-allowed');
    return chart;
  }

  /** Where this user's new patients belong. */
  #team(): TeamId {
    return defaultTeam(this.#need(this.#ward, 'not-enrolled').replica.state(), this.#need(this.#open, 'locked').session.user);
  }

  #need<T>(value: T | undefined, otherwise: Failure['code']): T {
    if (value === undefined) throw new RequestFailed(otherwise);
    return value;
  }

  #session(value: SessionView): void {
    const said = JSON.stringify(value);
    if (said === this.#saidSession) return;
    this.#saidSession = said;
    this.#post({ topic: 'session', value });
  }
}
