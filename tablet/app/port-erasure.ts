/** What page and worker say to each other about erasing a patient (ERASE-1 to ERASE-5). */
import type { IsoTime } from '../../protocol/clinical/model.ts';

export interface ErasureView {
  readonly id: string;
  /** Null where it does not open here. */
  readonly reason: string | null;
  readonly documents: number;
  /** The patient's name, while the record is open here. */
  readonly patient: string | null;
  readonly proposed: { readonly by: string; readonly own: boolean; readonly at: IsoTime };
  readonly confirmed: { readonly by: string; readonly at: IsoTime } | null;
  readonly devices: readonly { readonly id: string; readonly name: string; readonly kind: 'archive' | 'tablet' | 'bridge' | 'client' | 'desktop'; readonly removed: boolean; readonly at: IsoTime | null }[];
  /** Made before, and so holding sealed items. */
  readonly backups: readonly { readonly id: string; readonly made: IsoTime; readonly destroyed: IsoTime | null }[];
}

export interface ErasureRequests {
  /** Newest first. */
  erasures: { params: Record<string, never>; result: readonly ErasureView[] };
  /** Admins and privacy officers; another one has to approve. */
  proposeErasure: { params: { patient: string; reason: string }; result: null };
  /** Destroys the patient on every device. */
  approveErasure: { params: { erasure: string }; result: null };
}

export type ErasureFailureCode = 'erasure-alone' | 'erasure-reason' | 'erasure-proposed' | 'erasure-own' | 'erasure-large';
