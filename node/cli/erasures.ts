/** What the commands share that erase. */
import { hexOf } from '../../protocol/codec/ids.ts';
import type { ErasureReport } from '../../protocol/replica/custody-notes.ts';
import type { Replica } from '../../protocol/replica/replica.ts';
import type { ErasureFailure } from '../../protocol/ward/erasures.ts';
import type { Session } from '../../protocol/ward/session.ts';
import { handleOf, timeText } from './council.ts';
import { AT_A_DESKTOP } from './members.ts';

export function erasureFailure(failure: ErasureFailure): string {
  return MESSAGES[failure];
}

export interface ErasureLine {
  readonly id: string;
  readonly state: 'proposed' | 'confirmed';
  readonly documents: number;
  readonly reason: string | null;
  readonly proposed: { readonly by: string; readonly time: number };
  readonly confirmed: { readonly by: string; readonly time: number } | null;
  readonly devices: readonly { readonly device: string; readonly name: string; readonly kind: string; readonly removed: boolean; readonly acknowledged: number | null }[];
  readonly backups: readonly { readonly id: string; readonly created: number; readonly destroyed: number | null }[];
}

/** The report, with names where this session can read them. */
export function lineOf({ erasure, nodes, backups }: ErasureReport, session: Session, replica: Replica): ErasureLine {
  const { id, documents, by, time, confirmed } = erasure;
  return {
    id: hexOf(id),
    state: confirmed === undefined ? 'proposed' : 'confirmed',
    documents: documents.length,
    reason: session.erasures.reasonOf(erasure) ?? null,
    proposed: { by: handleOf(replica, by), time },
    confirmed: confirmed === undefined ? null : { by: handleOf(replica, confirmed.by), time: confirmed.time },
    devices: nodes.map(({ device, acknowledged }) => ({
      device: hexOf(device.id), name: session.members.nameOf(device.sealedName) ?? hexOf(device.id).slice(0, 8), kind: device.kind,
      removed: device.removal !== undefined, acknowledged: acknowledged ?? null,
    })),
    backups: backups.map(({ id: backup, created, destroyed }) => ({ id: backup, created, destroyed: destroyed ?? null })),
  };
}

export function textOf({ id, state, documents, reason, proposed, confirmed, devices, backups }: ErasureLine): string {
  const head = `${id.slice(0, 8)}  ${documents} documents of a patient; proposed by ${proposed.by}, ${timeText(proposed.time)}${reason === null ? '' : `: ${reason}`}`;
  if (state === 'proposed' || confirmed === null) return `${head}\n  Nothing is erased yet: another admin or privacy officer has to approve.`;
  const open = devices.filter(({ acknowledged }) => acknowledged === null);
  return [
    head,
    `  confirmed by ${confirmed.by}, ${timeText(confirmed.time)}; ${devices.length - open.length} of ${devices.length} devices have destroyed it`,
    ...devices.map(({ name, kind, removed, acknowledged }) => `    ${acknowledged === null ? (removed ? 'never said so, and is out of the ward' : 'has not said so yet') : `destroyed ${timeText(acknowledged)}`}  ${kind} ${name}`),
    ...backups.map(({ id: backup, created, destroyed }) => `    ${destroyed === null ? 'holds sealed items until destroyed' : `destroyed, as said ${timeText(destroyed)}`}  backup ${backup.slice(0, 8)}, made ${timeText(created)}`),
  ].join('\n');
}

export const NOT_REACHED = 'No erasure reaches prints, exports, copies of disks or backups, or what flash memory keeps of deleted blocks.';

const MESSAGES: Readonly<Record<ErasureFailure, string>> = {
  'at-a-desktop': AT_A_DESKTOP,
  'not-a-signer': 'only an admin or a privacy officer can do this',
  'no-second-signer': 'erasing takes two people, and nobody else here is an admin or privacy officer',
  'no-documents': 'nothing of this patient is here',
  'too-many-documents': 'this patient has more documents than one erasure can name',
  'bad-reason': 'say why, in at most 200 characters, without a name',
  'already-proposed': "this is proposed already; 'wardsync erasures' lists it",
  'unknown-erasure': 'no such erasure waits, or who proposed it may not any more',
  'own-erasure': 'you proposed this yourself: another admin or privacy officer has to approve it',
  'already-confirmed': 'this is confirmed already',
};
