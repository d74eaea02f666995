/**
 * What was typed and not saved, by stay, so that leaving a form and coming back loses nothing. Drafts are clear text of
 * patients, so they live only in this page's memory and only while it is unlocked: `clearDrafts` is part of locking.
 */
import { computed, signal } from '@preact/signals';
import type { Note } from '../../../protocol/clinical/model.ts';
import type { ObservationDraft } from '../vitals/draft.ts';
import { emptyDraft, isTouched } from '../vitals/draft.ts';

export interface NoteDraft {
  readonly kind: Note['kind'];
  readonly text: string;
}

const emptyNote: NoteDraft = { kind: 'nursing', text: '' };

const observations = signal<Readonly<Record<string, ObservationDraft>>>({});
const notes = signal<Readonly<Record<string, NoteDraft>>>({});

export const observationDraft = (stay: string): ObservationDraft => observations.value[stay] ?? emptyDraft;

export const noteDraft = (stay: string): NoteDraft => notes.value[stay] ?? emptyNote;

export function setObservationDraft(stay: string, draft: ObservationDraft): void {
  observations.value = { ...observations.value, [stay]: draft };
}

export function setNoteDraft(stay: string, draft: NoteDraft): void {
  notes.value = { ...notes.value, [stay]: draft };
}

export function clearObservationDraft(stay: string): void {
  setObservationDraft(stay, emptyDraft);
}

export function clearNoteDraft(stay: string): void {
  setNoteDraft(stay, { ...emptyNote, kind: noteDraft(stay).kind });
}

/** How many drafts hold something that would be lost. */
export const unsavedDrafts = computed(() =>
  Object.values(observations.value).filter(isTouched).length
  + Object.values(notes.value).filter((note) => note.text.trim() !== '').length);

export function clearDrafts(): void {
  observations.value = {};
  notes.value = {};
}
