/** Break-glass, for the page: finding, opening, ending, reviewing; and the topic `glass`. */
import type { Chart } from '../../../protocol/chart/chart.ts';
import { finderFor } from '../../../protocol/chart/glass-finder.ts';
import { documentId, hexOf, itemId, LOG_DOCUMENT } from '../../../protocol/codec/ids.ts';
import { MAX_GLASS_DOCUMENTS } from '../../../protocol/membership/glass.ts';
import type { GlassFailure, OpenGlass } from '../../../protocol/ward/glass.ts';
import type { Session } from '../../../protocol/ward/session.ts';
import type { Failure } from '../port.ts';
import type { ClosedGlassView, GlassRequests, GlassView } from '../port-glass.ts';
import { browserEnvironment } from './browser-environment.ts';
import { personName } from './device-views.ts';
import { glassStanding, glassUseViews, openGlassView, unreviewed } from './glass-views.ts';
import type { PageWard } from './page-ward.ts';
import { presenceView } from './presence-views.ts';
import { RequestFailed } from './request-failed.ts';

type Handlers = { readonly [N in keyof GlassRequests]: (params: GlassRequests[N]['params']) => Promise<GlassRequests[N]['result']> };

interface Unlocked {
  readonly session: Session;
  readonly chart: Chart;
  readonly ward: PageWard;
  readonly stop: () => void;
}

export class GlassDesk {
  readonly #tell: (view: GlassView | null) => void;
  #unlocked: Unlocked | undefined;
  #opened: readonly OpenGlass[] = [];
  /** By use: how many documents of the patient were to be opened. */
  readonly #wanted = new Map<string, number>();
  #asked: GlassView['asked'] = null;
  #closed: ClosedGlassView | null = null;
  #said = '';
  /** The session is being waited for. */
  #waits = false;
  #isSettled = false;

  constructor(tell: (view: GlassView | null) => void) {
    this.#tell = tell;
  }

  readonly handlers: Handlers = {
    findForGlass: async ({ word }) => {
      const { session } = this.#need();
      if (session.glass.standing !== 'ready') throw new RequestFailed('glass-not-set');
      if (word.trim() === '') return [];
      return session.glass.find(word).map(({ patient, documents, isOpen }) => ({
        patient: hexOf(patient), isOpen, documents: documents.map(hexOf).sort((a, b) => Number(b === hexOf(patient)) - Number(a === hexOf(patient))),
      }));
    },
    breakGlass: async ({ documents, reason, hours }) => {
      const { session, ward } = this.#need();
      const wanted = documents.slice(0, MAX_GLASS_DOCUMENTS).map((document) => documentId.fromHex(document));
      this.#asked = null;
      const opened = await session.glass.open(wanted, reason, hours, (progress) => {
        this.#asked = presenceView(progress, ward.replica, session);
        this.show();
      });
      if (opened.ok) this.#wanted.set(hexOf(opened.value.use), documents.length);
      this.show();
      if (!opened.ok) throw new RequestFailed(FAILURES[opened.failure]);
      return null;
    },
    endGlass: async ({ use }) => {
      const ended = await this.#need().session.glass.end(itemId.fromHex(use));
      if (!ended.ok) throw new RequestFailed(FAILURES[ended.failure]);
      return null;
    },
    glassUses: async () => {
      const { session, chart, ward } = this.#need();
      return glassUseViews(session, chart, ward);
    },
    reviewGlass: async ({ use, finding }) => {
      const reviewed = await this.#need().session.glass.review(itemId.fromHex(use), finding);
      if (!reviewed.ok) throw new RequestFailed(FAILURES[reviewed.failure]);
      return null;
    },
  };

  /** With the unlock: from now on this session's patients can be found and opened by others, and the page is told. */
  begin(session: Session, chart: Chart, ward: PageWard): void {
    const offs = [
      session.glass.onChange(() => this.#noteClosed()),
      ward.replica.onAdmitted(({ document }) => {
        const isLog = hexOf(document) === hexOf(LOG_DOCUMENT);
        if (isLog) this.show();
        // The key that it takes comes in a document of its own, and is read later.
        if (isLog || session.glass.standing === 'no-key') this.#showLater(session);
      }),
    ];
    this.#unlocked = { session, chart, ward, stop: () => { for (const off of offs) off(); } };
    this.#isSettled = session.glass.standing === 'ready';
    session.attend(session.glass.describeBy(finderFor(chart)).then(() => undefined));
    this.show();
  }

  /** Before the session is locked, which ends every use of its own. */
  end(): void {
    this.#unlocked?.stop();
    this.#unlocked = undefined;
    this.#opened = [];
    this.#wanted.clear();
    this.#asked = null;
    this.#closed = null;
    this.#said = '';
    this.#tell(null);
  }

  show(): void {
    if (this.#unlocked === undefined) return;
    const { session } = this.#unlocked;
    const view: GlassView = {
      standing: glassStanding(session), open: this.#opened.map((open) => openGlassView(open, this.#wanted.get(hexOf(open.use)) ?? 0)), asked: this.#asked, closed: this.#closed,
      mayReview: session.glass.mayReview(), unreviewed: unreviewed(session),
    };
    const said = JSON.stringify(view);
    if (said === this.#said) return;
    this.#said = said;
    this.#tell(view);
  }

  #showLater(session: Session): void {
    if (this.#waits) return;
    this.#waits = true;
    void session.settled().then(() => {
      this.#waits = false;
      this.#settleWhenReady();
      this.show();
    });
  }

  /** Whoever was unlocked before the ward had break-glass makes the own patients ready as soon as the key is here. */
  #settleWhenReady(): void {
    if (this.#unlocked === undefined || this.#isSettled || this.#unlocked.session.glass.standing !== 'ready') return;
    this.#isSettled = true;
    const { session } = this.#unlocked;
    session.attend(session.glass.settleWraps().then(() => undefined));
  }

  #noteClosed(): void {
    const { session } = this.#need();
    const opened = session.glass.opened();
    const gone = this.#opened.find(({ use }) => !opened.some((each) => hexOf(each.use) === hexOf(use)));
    this.#opened = opened;
    if (gone !== undefined) this.#closed = this.#closedView(gone);
    this.show();
  }

  /** The log is told by oneself only after the closing: an end that it knows already is somebody else's. */
  #closedView({ use, documents, until }: OpenGlass): ClosedGlassView {
    const { session, ward } = this.#need();
    const found = ward.replica.state().glassUses.get(hexOf(use));
    const why = found?.counts === false ? 'undone' : found?.ended !== undefined ? 'other' : browserEnvironment.clock.now() >= until ? 'time' : 'own';
    return {
      use: hexOf(use), why, documents: documents.filter((document) => session.document(document)?.value === undefined).map(hexOf),
      by: why === 'other' && found?.ended !== undefined ? personName(session, ward, found.ended.by) : null,
    };
  }

  #need(): Unlocked {
    if (this.#unlocked === undefined) throw new RequestFailed('locked');
    return this.#unlocked;
  }
}

const FAILURES: Readonly<Record<GlassFailure, Failure['code']>> = {
  'too-few-nodes': 'glass-too-few',
  'too-many-uses': 'glass-limit',
  'not-wrapped': 'glass-not-wrapped',
  spoiled: 'glass-spoiled',
  'not-set': 'glass-not-set',
  'not-a-clinician': 'glass-not-clinician',
  'bad-reason': 'glass-reason',
  'bad-hours': 'glass-hours',
  'no-documents': 'not-found',
  'unknown-use': 'glass-over',
  'own-use': 'glass-own',
  'not-a-reviewer': 'not-allowed',
  'at-a-desktop': 'at-a-desktop',
};
