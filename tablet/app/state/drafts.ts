/**
 * What was typed and not saved, so that leaving a form and coming back loses nothing. Drafts are clear text of patients,
 * so they live only in this page's memory.
 *
 * Whoever locks is asked first and discards them. When the app locks itself (a failure) nobody was asked: then they are
 * set aside for their author, shown to nobody else, and come back when the same user unlocks this page again.
 */
import { computed, signal } from '@preact/signals';
import type { Note } from '../../../protocol/clinical/model.ts';
import type { ObservationDraft } from '../vitals/draft.ts';
import { emptyDraft, isTouched } from '../vitals/draft.ts';
import type { AdmissionDraft, PersonDraft } from '../vitals/person-draft.ts';
import { emptyAdmission, emptyPerson } from '../vitals/person-draft.ts';

export interface NoteDraft {
  readonly kind: Note['kind'];
  readonly text: string;
}

interface Drafts {
  /** By stay. */
  readonly observations: Readonly<Record<string, ObservationDraft>>;
  readonly notes: Readonly<Record<string, NoteDraft>>;
  /** By patient. */
  readonly admissions: Readonly<Record<string, AdmissionDraft>>;
  readonly person: PersonDraft;
}

const emptyNote: NoteDraft = { kind: 'nursing', text: '' };
const none: Drafts = { observations: {}, notes: {}, admissions: {}, person: emptyPerson };

const drafts = signal(none);
/** By user. */
const aside = signal<ReadonlyMap<string, Drafts>>(new Map());

export const observationDraft = (stay: string): ObservationDraft => drafts.value.observations[stay] ?? emptyDraft;
export const noteDraft = (stay: string): NoteDraft => drafts.value.notes[stay] ?? emptyNote;
export const admissionDraft = (patient: string): AdmissionDraft => drafts.value.admissions[patient] ?? emptyAdmission;
export const personDraft = (): PersonDraft => drafts.value.person;

export function setObservationDraft(stay: string, draft: ObservationDraft): void {
  drafts.value = { ...drafts.value, observations: { ...drafts.value.observations, [stay]: draft } };
}

export function setNoteDraft(stay: string, draft: NoteDraft): void {
  drafts.value = { ...drafts.value, notes: { ...drafts.value.notes, [stay]: draft } };
}

export function setAdmissionDraft(patient: string, draft: AdmissionDraft): void {
  drafts.value = { ...drafts.value, admissions: { ...drafts.value.admissions, [patient]: draft } };
}

export function setPersonDraft(person: PersonDraft): void {
  drafts.value = { ...drafts.value, person };
}

export function clearObservationDraft(stay: string): void {
  setObservationDraft(stay, emptyDraft);
}

export function clearNoteDraft(stay: string): void {
  setNoteDraft(stay, { ...emptyNote, kind: noteDraft(stay).kind });
}

export function clearAdmissionDraft(patient: string): void {
  setAdmissionDraft(patient, emptyAdmission);
}

export function clearPersonDraft(): void {
  setPersonDraft(emptyPerson);
}

/** How many drafts hold something that would be lost. */
export const unsavedDrafts = computed(() => unsavedIn(drafts.value));

/** How many of them are set aside, for whomever. */
export const draftsAside = computed(() => [...aside.value.values()].reduce((sum, kept) => sum + unsavedIn(kept), 0));

export function clearDrafts(): void {
  drafts.value = none;
}

export function setDraftsAside(user: string): void {
  if (unsavedDrafts.peek() > 0) aside.value = new Map(aside.peek()).set(user, drafts.peek());
  clearDrafts();
}

/** Takes back what was set aside for this user. Returns how many drafts that are. */
export function takeDraftsBack(user: string): number {
  const kept = aside.peek().get(user);
  if (kept === undefined) return 0;
  drafts.value = kept;
  discardDrafts(user);
  return unsavedIn(kept);
}

/** What was set aside for this user, who chose to discard it. */
export function discardDrafts(user: string): void {
  aside.value = new Map([...aside.peek()].filter(([owner]) => owner !== user));
}

/** How many drafts `destroyDrafts` took. */
export const draftsDestroyed = signal(0);

/** Of everybody: this device shall hold nothing any more. */
export function destroyDrafts(): void {
  draftsDestroyed.value += unsavedDrafts.peek() + draftsAside.peek();
  clearDrafts();
  aside.value = new Map();
}

function unsavedIn({ observations, notes, admissions, person }: Drafts): number {
  return Object.values(observations).filter(isTouched).length
    + Object.values(notes).filter((note) => note.text.trim() !== '').length
    + Object.values(admissions).filter((admission) => admission !== emptyAdmission).length
    + (person === emptyPerson ? 0 : 1);
}
