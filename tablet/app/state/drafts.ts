/**
 * What was typed and not saved, so that leaving a form and coming back loses nothing. Drafts are clear text of patients,
 * so the page has them only while their author is unlocked; the worker keeps them sealed (`kept-drafts.ts`), and they
 * come back at the same user's next unlock on this device, and to nobody else (LOCK-2).
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

/** Forgets what was typed about these stays and patients. */
export function forgetDraftsOf(ids: ReadonlySet<string>): void {
  const { observations, notes, admissions } = drafts.peek();
  const without = <T>(of: Readonly<Record<string, T>>): Readonly<Record<string, T>> => Object.fromEntries(Object.entries(of).filter(([id]) => !ids.has(id)));
  const isAbout = [observations, notes, admissions].some((of) => Object.keys(of).some((id) => ids.has(id)));
  if (isAbout) drafts.value = { ...drafts.peek(), observations: without(observations), notes: without(notes), admissions: without(admissions) };
}

/** How many drafts hold something that would be lost. */
export const unsavedDrafts = computed(() => unsavedIn(drafts.value));

export function clearDrafts(): void {
  drafts.value = none;
}

/** All drafts as text; empty when nothing would be lost. */
export const draftsAsText = computed(() => (unsavedDrafts.value === 0 ? '' : JSON.stringify(drafts.value)));

/** Takes back what `draftsAsText` gave, in this or an earlier version of the app. Returns how many drafts hold something. */
export function takeDraftsBack(text: string): number {
  // Only this page's own text gets here: it was sealed.
  const kept: Partial<Drafts> = JSON.parse(text);
  drafts.value = { ...none, ...kept, person: samePerson(kept.person) };
  return unsavedDrafts.peek();
}

/** How many drafts the last user of this page left, sealed. */
export const draftsKept = signal(0);

/** How many drafts went with this device when it was removed from the ward. */
export const draftsDestroyed = signal(0);

/** An untouched form is known by its identity. */
function samePerson(person: PersonDraft | undefined): PersonDraft {
  return person === undefined || JSON.stringify(person) === JSON.stringify(emptyPerson) ? emptyPerson : person;
}

function unsavedIn({ observations, notes, admissions, person }: Drafts): number {
  return Object.values(observations).filter(isTouched).length
    + Object.values(notes).filter((note) => note.text.trim() !== '').length
    + Object.values(admissions).filter((admission) => admission !== emptyAdmission).length
    + (person === emptyPerson ? 0 : 1);
}
