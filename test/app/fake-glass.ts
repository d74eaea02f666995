/** Made-up emergencies: one patient in nobody's team here, who can be found and opened; and what was opened before. */
import type { GlassRequests, GlassUseView, GlassView } from '../../tablet/app/port-glass.ts';
import type { Failure, FromWorker } from '../../tablet/app/port.ts';
import { answering } from './fake-presence.ts';
import type { Scenario } from './scenario.ts';

/** Of the patient whom no team of this user's looks after. */
export const strangersNumber = 'MRN-900417';
/** Two patients are in it. */
export const sharedBed = 'C7';

type Answers = { readonly [N in keyof GlassRequests]: (params: GlassRequests[N]['params']) => Promise<GlassRequests[N]['result']> };

export interface FakeGlassOptions {
  readonly scenario: Scenario;
  readonly send: (message: FromWorker) => void;
  readonly fail: (code: Failure['code']) => Error;
  /** Documents of the stranger, the record first; and the number of somebody whom the own team looks after. */
  readonly stranger: readonly string[];
  readonly ownNumber: () => { readonly patient: string; readonly number: string };
  /** Puts the stranger among the patients, and takes them away again. */
  readonly show: (isOpen: boolean) => void;
}

export function fakeGlass({ scenario, send, fail, stranger, ownNumber, show }: FakeGlassOptions): Answers & { readonly begin: () => void } {
  const at = (minutesAgo: number): string => new Date(scenario.now - minutesAgo * 60_000).toISOString();
  let uses: readonly GlassUseView[] = scenario.emergencies === 'empty' ? [] : [
    use({ id: 'g4', by: 'Jonas Lind', at: at(25), until: at(-35), reason: 'Resuscitation', patient: { name: 'Okonjo, Ife', number: 'MRN-100234' } }),
    use({ id: 'g3', by: 'Amara Okafor', own: true, at: at(190), until: at(130), reason: 'Got worse suddenly: saturation 82 % on room air', ended: { by: 'Amara Okafor', own: true, at: at(160) } }),
    use({ id: 'g2', by: 'Mireille Dubois-Aumont', at: at(60 * 30), until: at(60 * 18), reason: 'Phone call about the patient', ended: { by: 'Ada Heron', own: false, at: at(60 * 29) }, reviews: [{ by: 'Ada Heron', at: at(60 * 5), finding: 'follow-up' }] }),
    use({ id: 'g1', by: 'Jonas Lind', at: at(60 * 80), until: at(60 * 79), reason: null, documents: 2, counts: false, reviews: [{ by: 'Ada Heron', at: at(60 * 70), finding: 'in-order' }] }),
  ];
  let open: GlassView['open'] = [];
  let asked: GlassView['asked'] = null;
  let closed: GlassView['closed'] = null;
  const mayReview = scenario.role === 'privacy' || scenario.role === 'admin';

  const tell = (): void => send({ topic: 'glass', value: {
    standing: scenario.role === 'viewer' || scenario.role === 'privacy' ? 'not-allowed' : scenario.glass === 'not-set' || scenario.glass === 'no-key' ? scenario.glass : 'ready',
    open, asked, closed, mayReview, unreviewed: mayReview ? uses.filter(({ own, reviews }) => !own && reviews.length === 0).length : 0,
  } });
  const close = (id: string, why: NonNullable<GlassView['closed']>['why']): void => {
    if (!open.some((each) => each.use === id)) return;
    open = open.filter((each) => each.use !== id);
    closed = { use: id, documents: stranger, why, by: why === 'other' ? 'Ada Heron' : null };
    uses = uses.map((each) => (each.id === id ? { ...each, ended: { by: why === 'other' ? 'Ada Heron' : each.by, own: why !== 'other', at: at(0) } } : each));
    show(false);
    tell();
  };

  return {
    begin: tell,
    async findForGlass({ word }) {
      const wanted = word.toLowerCase();
      const [patient = '', ...stays] = stranger;
      if (wanted === strangersNumber.toLowerCase()) return [{ patient, documents: [patient, ...stays], isOpen: false }];
      if (wanted === sharedBed.toLowerCase()) return [{ patient, documents: [patient, ...stays], isOpen: false }, { patient: 'ff'.repeat(16), documents: ['ff'.repeat(16)], isOpen: false }];
      const own = ownNumber();
      return wanted === own.number.toLowerCase() ? [{ patient: own.patient, documents: [own.patient], isOpen: true }] : [];
    },
    async breakGlass({ documents, reason, hours }) {
      const presence = scenario.glass === 'too-few' || scenario.glass === 'waiting' ? scenario.glass : 'quick';
      for (const [step, view] of answering(presence, true).entries()) {
        asked = scenario.glass === 'limit' && step === 2 ? { ...view, nodes: view.nodes.map((node) => ({ ...node, outcome: 'tries' })) } : view;
        tell();
        if (presence === 'waiting' && step === 1) await pause(60_000);
        await pause(20);
      }
      if (scenario.glass === 'too-few') throw fail('glass-too-few');
      if (scenario.glass === 'limit') throw fail('glass-limit');
      if (scenario.glass === 'not-wrapped') throw fail('glass-not-wrapped');
      if (scenario.glass === 'spoiled') throw fail('glass-spoiled');
      const id = `own-${uses.length}`;
      const length = scenario.glass === 'short' ? 1_500 : hours * 3_600_000;
      const until = new Date(Date.now() + length).toISOString();
      uses = [use({ id, by: 'Amara Okafor', own: true, at: new Date().toISOString(), until, reason, documents: documents.length }), ...uses];
      open = [{ use: id, documents, missing: scenario.glass === 'partly' ? 3 : 0, until }];
      show(true);
      tell();
      if (scenario.glass === 'short') setTimeout(() => close(id, 'time'), length);
      if (scenario.glass === 'ended') setTimeout(() => close(id, 'other'), 1_500);
      return null;
    },
    async endGlass({ use: id }) {
      close(id, 'own');
      uses = uses.map((each) => (each.id === id && each.ended === null ? { ...each, ended: { by: 'Amara Okafor', own: each.own, at: at(0) } } : each));
      tell();
      return null;
    },
    async glassUses() {
      if (scenario.emergencies === 'loading') await pause(60_000);
      if (scenario.emergencies === 'fails') throw fail('storage');
      return uses;
    },
    async reviewGlass({ use: id, finding }) {
      uses = uses.map((each) => (each.id === id ? { ...each, reviews: [...each.reviews, { by: 'Amara Okafor', at: at(0), finding }] } : each));
      tell();
      return null;
    },
  };
}

function use(some: Pick<GlassUseView, 'id' | 'by' | 'at' | 'until' | 'reason'> & Partial<GlassUseView>): GlassUseView {
  return { own: false, device: 'Tablet at bay A', documents: 4, patient: null, ended: null, counts: true, reviews: [], ...some };
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
