/** What page and worker say to each other about opening a patient in an emergency (GLASS-2 to GLASS-6). */
import type { IsoTime } from '../../protocol/clinical/model.ts';
import type { GlassFinding } from '../../protocol/membership/glass.ts';
import type { PresenceView } from './port-presence.ts';

export type { GlassFinding };

export interface GlassView {
  /** `no-key`: the ward has it, and this user's key for it has not come here yet. */
  readonly standing: 'ready' | 'no-key' | 'not-set' | 'not-allowed';
  /** What this session has opened by it. */
  readonly open: readonly OpenGlassView[];
  /** The opening that is going on, or the last one: which devices are waited for. */
  readonly asked: PresenceView | null;
  /** What was closed last in this session. */
  readonly closed: ClosedGlassView | null;
  readonly mayReview: boolean;
  /** Uses that nobody has reviewed; without the own ones, which somebody else reviews. */
  readonly unreviewed: number;
}

/** Ids in hex. */
export interface OpenGlassView {
  readonly use: string;
  /** The record and stays. */
  readonly documents: readonly string[];
  /** How many others of this patient stay closed: beyond what one use may name, or not prepared for it. */
  readonly missing: number;
  readonly until: IsoTime;
}

export interface ClosedGlassView {
  readonly use: string;
  /** Of what it had opened, what cannot be read here any more. */
  readonly documents: readonly string[];
  /** Its time was over, oneself ended it, somebody else did, or it does not count any more. */
  readonly why: 'time' | 'own' | 'other' | 'undone';
  /** Who, where it was somebody else. */
  readonly by: string | null;
}

/** A patient, of whom no more is known before the opening than what was asked for. */
export interface FoundGlassView {
  readonly patient: string;
  /** The record first. */
  readonly documents: readonly string[];
  /** Can be opened by a care team of this user's. */
  readonly isOpen: boolean;
}

export interface GlassUseView {
  readonly id: string;
  readonly by: string;
  readonly own: boolean;
  readonly device: string;
  readonly at: IsoTime;
  readonly until: IsoTime;
  readonly documents: number;
  /** Null where neither the record nor the read audit is open to this user. */
  readonly patient: { readonly name: string; readonly number: string } | null;
  /** Null where it does not open here. */
  readonly reason: string | null;
  readonly ended: { readonly by: string; readonly own: boolean; readonly at: IsoTime } | null;
  /** False for what a removal has undone; devices may have answered before. */
  readonly counts: boolean;
  /** Oldest first. */
  readonly reviews: readonly { readonly by: string; readonly at: IsoTime; readonly finding: GlassFinding }[];
}

export interface GlassRequests {
  /** By number or bed, as it is written in the record. */
  findForGlass: { params: { word: string }; result: readonly FoundGlassView[] };
  /** Writes reason and time into the ward's log, and then asks the devices; the topic `glass` says which. */
  breakGlass: { params: { documents: readonly string[]; reason: string; hours: number }; result: null };
  endGlass: { params: { use: string }; result: null };
  /** Every use in the ward, newest first. */
  glassUses: { params: Record<string, never>; result: readonly GlassUseView[] };
  reviewGlass: { params: { use: string; finding: GlassFinding }; result: null };
}

export type GlassFailureCode = 'glass-too-few' | 'glass-limit' | 'glass-not-wrapped' | 'glass-spoiled' | 'glass-not-set' | 'glass-not-clinician' | 'glass-reason' | 'glass-hours' | 'glass-over' | 'glass-own';
