/** Requests that write in patients' records, take in and give out whole records. */
import { addPerson, admit } from '../../../protocol/chart/admit.ts';
import type { Chart } from '../../../protocol/chart/chart.ts';
import { exportBundle, importBundle } from '../../../protocol/chart/fhir.ts';
import type { TeamId } from '../../../protocol/codec/ids.ts';
import type { Session } from '../../../protocol/ward/session.ts';
import type { FromWorker, Requests } from '../port.ts';
import { browserEnvironment } from './browser-environment.ts';
import { ADMIT_FAILURES } from './failures.ts';
import { recordOpening } from './privacy.ts';
import { RequestFailed } from './request-failed.ts';

type Name = 'admit' | 'addPatient' | 'addObservations' | 'addNote' | 'markEnteredInError' | 'importFhir' | 'exportFhir';
type Handlers = { readonly [N in Name]: (params: Requests[N]['params']) => Promise<Requests[N]['result']> };

export interface ChartDesk {
  /** Throws `RequestFailed` while the page is locked, or for who may not write. */
  readonly chartToWrite: () => Chart;
  /** Throws `RequestFailed` while the page is locked. */
  readonly open: () => { readonly session: Session; readonly chart: Chart };
  /** Where this user's new patients belong. */
  readonly team: () => TeamId;
  readonly post: (update: FromWorker) => void;
}

export function chartHandlers({ chartToWrite, open, team, post }: ChartDesk): Handlers {
  return {
    admit: async ({ patient, admission }) => {
      const admitted = await admit(chartToWrite(), patient, admission);
      if (!admitted.ok) throw new RequestFailed(ADMIT_FAILURES[admitted.failure]);
      return { stay: admitted.value };
    },
    addPatient: async ({ person, admission }) => {
      const added = await addPerson(chartToWrite(), team(), person, admission);
      if (!added.ok) throw new RequestFailed(ADMIT_FAILURES[added.failure]);
      return { patient: added.value };
    },
    addObservations: async ({ stay, set }) => ({ id: await chartToWrite().addObservations(stay, set) }),
    addNote: async ({ stay, note }) => ({ id: await chartToWrite().addNote(stay, note) }),
    markEnteredInError: async ({ stay, collection, id, reason }) => {
      await chartToWrite().markEnteredInError(stay, collection, id, reason);
      return null;
    },
    importFhir: async ({ file }) => {
      const chart = chartToWrite();
      try {
        return await importBundle(chart, team(), file.stream(), {
          size: file.size,
          pause: () => new Promise<void>((resolve) => { browserEnvironment.timers.after(0, resolve); }),
          onProgress: (value) => post({ topic: 'importing', value }),
        });
      } finally {
        post({ topic: 'importing', value: null });
      }
    },
    exportFhir: async ({ patient }) => {
      const { session, chart } = open();
      await recordOpening(session, chart, { patient, stays: 'all', how: 'export' });
      const bundle = exportBundle(chart, patient, browserEnvironment.clock.now());
      if (bundle === null) throw new RequestFailed('not-found');
      return bundle;
    },
  };
}
