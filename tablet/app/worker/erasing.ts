/** Erasing a patient, for the page. */
import { documentsOf } from '../../../protocol/chart/erase.ts';
import type { Chart } from '../../../protocol/chart/chart.ts';
import { hexOf, itemId } from '../../../protocol/codec/ids.ts';
import type { ErasureReport } from '../../../protocol/replica/custody-notes.ts';
import type { ErasureFailure } from '../../../protocol/ward/erasures.ts';
import type { Session } from '../../../protocol/ward/session.ts';
import type { Failure } from '../port.ts';
import type { ErasureRequests, ErasureView } from '../port-erasure.ts';
import { personName } from './device-views.ts';
import type { PageWard } from './page-ward.ts';
import { RequestFailed } from './request-failed.ts';

export interface Unlocked {
  readonly session: Session;
  readonly chart: Chart;
  readonly ward: PageWard;
}

type Handlers = { readonly [N in keyof ErasureRequests]: (params: ErasureRequests[N]['params']) => Promise<ErasureRequests[N]['result']> };

/** `unlocked` throws `RequestFailed` while nobody is. */
export function erasingHandlers(unlocked: () => Unlocked): Handlers {
  return {
    erasures: async () => {
      const open = unlocked();
      return (await open.session.erasures.report()).map((report) => viewOf(report, open)).reverse();
    },
    proposeErasure: async ({ patient, reason }) => {
      const { session, chart } = unlocked();
      const proposed = await session.erasures.propose(documentsOf(chart, patient), reason);
      if (!proposed.ok) throw new RequestFailed(FAILURES[proposed.failure]);
      return null;
    },
    approveErasure: async ({ erasure }) => {
      const confirmed = await unlocked().session.erasures.confirm(itemId.fromHex(erasure));
      if (!confirmed.ok) throw new RequestFailed(FAILURES[confirmed.failure]);
      return null;
    },
  };
}

/** Every document that may not be kept any more, in hex. */
export function erasedDocuments({ replica }: PageWard): readonly string[] {
  return [...replica.state().erased];
}

function viewOf({ erasure, nodes, backups }: ErasureReport, { session, chart, ward }: Unlocked): ErasureView {
  const { id, by, time, documents, confirmed } = erasure;
  const record = documents.map((document) => chart.patient(hexOf(document))).find((found) => found !== undefined);
  return {
    id: hexOf(id),
    reason: session.erasures.reasonOf(erasure) ?? null,
    documents: documents.length,
    patient: record === undefined ? null : `${record.name.family}, ${record.name.given}`,
    proposed: { by: personName(session, ward, by), own: hexOf(by) === hexOf(session.user), at: iso(time) },
    confirmed: confirmed === undefined ? null : { by: personName(session, ward, confirmed.by), at: iso(confirmed.time) },
    devices: nodes.map(({ device, acknowledged }) => ({
      id: hexOf(device.id), name: session.members.nameOf(device.sealedName) ?? hexOf(device.id).slice(0, 8), kind: device.kind,
      removed: device.removal !== undefined, at: acknowledged === undefined ? null : iso(acknowledged),
    })),
    backups: backups.map((backup) => ({ id: backup.id.slice(0, 8), made: iso(backup.created), destroyed: backup.destroyed === undefined ? null : iso(backup.destroyed) })),
  };
}

function iso(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}

const FAILURES: Readonly<Record<ErasureFailure, Failure['code']>> = {
  'not-a-signer': 'not-allowed',
  'at-a-desktop': 'at-a-desktop',
  'no-second-signer': 'erasure-alone',
  'no-documents': 'not-found',
  'too-many-documents': 'erasure-large',
  'bad-reason': 'erasure-reason',
  'already-proposed': 'erasure-proposed',
  'unknown-erasure': 'not-found',
  'own-erasure': 'erasure-own',
  'already-confirmed': 'not-found',
};
