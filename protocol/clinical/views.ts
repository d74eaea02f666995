/**
 * What people are shown of a ward: pure functions from the clinical documents to the board. A single patient's page is
 * in `patient-page.ts`.
 *
 * An entry that was marked as entered in error stays in the lists, and counts for nothing else.
 */
import { MRN_SYSTEM } from './codes.ts';
import { compare, later, valid } from './entries.ts';
import type { Allergy, IsoDay, IsoTime, ObservationSet, PatientRecord, Stay, WardIndex } from './model.ts';
import { nextDue, scoreSet, type News2Score } from './news2.ts';
import { plainName } from './same-person.ts';
import { ageAt, millisecondsOf, readTime } from './time.ts';

/** Who somebody is, wherever the name stands. All texts are ready to show; times are ISO for the page to show as local. */
export interface PersonCard {
  readonly patient: string;
  readonly family: string;
  readonly given: string;
  readonly birthDate?: IsoDay;
  readonly age?: number;
  readonly sex?: string;
  /** The hospital's number. */
  readonly identifier?: string;
  /** What is active and not refuted; the most critical first. */
  readonly allergies: readonly string[];
  /** Somebody asked and the answer was 'none'. False with no allergies means nobody asked. */
  readonly noKnownAllergies: boolean;
}

/** A patient who is known here and not on the ward. */
export interface OtherPatient extends PersonCard {
  /** Of the newest stay that the record lists. */
  readonly lastStay?: { readonly start: IsoTime; readonly end?: IsoTime };
  /** The record lists a stay that is not over and whose document has not arrived: nobody here knows the bed. */
  readonly arriving: boolean;
}

/** One bed on the board. */
export interface BedCard extends PersonCard {
  readonly stay: string;
  readonly bed?: string;
  readonly bay?: string;
  readonly reason?: string;
  readonly latest?: { readonly id: string; readonly set: ObservationSet };
  /**
   * Of the newest complete set, or of a newer incomplete one that scores at least as much: a lone temperature does not
   * hide a score of 9. `at` is that set's time; `previous` is the complete score before it.
   */
  readonly news?: { readonly score: number; readonly previous?: number; readonly anyThree: boolean; readonly complete: boolean; readonly at: IsoTime };
  /** When the next observation set is due by the NEWS2 response table. */
  readonly due?: IsoTime;
  readonly notesToday: number;
  /** Time of the newest entry by anybody: how fresh this card is. */
  readonly freshest?: IsoTime;
}

/** A patient's record and one stay, each with its document id in hex. */
export interface Admission {
  readonly patient: string;
  readonly record: PatientRecord;
  readonly stay: string;
  readonly value: Stay;
}

export interface Viewing {
  /** The instant for which ages are given, in milliseconds since 1970. */
  readonly now: number;
  /** When the viewer's local day began: what `notesToday` counts from. */
  readonly dayStart: number;
}

export function personCard(patient: string, record: PatientRecord, viewing: Viewing): PersonCard {
  const identifier = identifierOf(record);
  const age = record.birthDate === undefined ? undefined : ageAt(record.birthDate, record.deceased === undefined ? viewing.now : millisecondsOf(record.deceased));
  const allergies = activeAllergies(record);
  return {
    patient,
    family: record.name.family,
    given: record.name.given,
    ...(record.birthDate !== undefined && { birthDate: record.birthDate }),
    ...(age !== undefined && { age }),
    ...(record.sex !== undefined && { sex: record.sex }),
    ...(identifier !== undefined && { identifier }),
    allergies: allergies.map((allergy) => allergy.substance.display),
    noKnownAllergies: record.noKnownAllergies !== undefined && allergies.length === 0,
  };
}

/** The card of one admission. `ward` names the bay of the bed, if given. */
export function bedCard(admission: Admission, viewing: Viewing, ward?: WardIndex): BedCard {
  const { record, value: stay } = admission;
  const sets = valid(stay.observations);
  const latest = sets.at(-1);
  const scores = scoredSets(sets.map(({ value }) => value), record.birthDate);
  const shown = shownScore(scores);
  const bay = bayOf(stay.bed, ward);
  const due = dueTime(stay, scores);
  const freshest = freshestTime(stay);
  return {
    ...personCard(admission.patient, record, viewing),
    stay: admission.stay,
    ...(stay.bed !== undefined && { bed: stay.bed }),
    ...(bay !== undefined && { bay }),
    ...(stay.reason !== undefined && { reason: stay.reason.display }),
    ...(latest !== undefined && { latest: { id: latest.id, set: latest.value } }),
    ...(shown !== undefined && { news: shown }),
    ...(due !== undefined && { due }),
    notesToday: valid(stay.notes).filter(({ value }) => millisecondsOf(value.at) >= viewing.dayStart).length,
    ...(freshest !== undefined && { freshest }),
  };
}

/** Cards of the stays that are in progress, in the order of the beds; patients without a bed of this ward come last, by name. */
export function bedCards(admissions: readonly Admission[], viewing: Viewing, ward?: WardIndex): readonly BedCard[] {
  const orderOf = new Map(Object.values(ward?.beds ?? {}).map((bed) => [bed.label, bed.order]));
  const rank = (card: BedCard): number => orderOf.get(card.bed ?? '') ?? Infinity;
  return admissions
    .filter(({ value }) => value.status === 'in-progress')
    .map((admission) => bedCard(admission, viewing, ward))
    .sort((a, b) => {
      const [left, right] = [rank(a), rank(b)];
      return left === right ? compare(a.family, b.family) || compare(a.given, b.given) || compare(a.stay, b.stay) : left - right;
    });
}

/** Whether the record lists a stay that is not over and whose document, by its id, is not open here. */
export function isArriving(record: PatientRecord, isOpen: (stay: string) => boolean): boolean {
  return Object.values(record.stays).some(({ document, end }) => end === undefined && !isOpen(document));
}

/**
 * The patients who are known here and have none of the given cards, by name whatever its accents and capitals. `isOpen`
 * tells of which stays the documents are here.
 */
export function otherPatients(
  patients: Iterable<{ readonly id: string; readonly record: PatientRecord }>, cards: readonly BedCard[], isOpen: (stay: string) => boolean, viewing: Viewing,
): readonly OtherPatient[] {
  const onWard = new Set(cards.map(({ patient }) => patient));
  const others: { readonly name: string; readonly person: OtherPatient }[] = [];
  for (const { id, record } of patients) {
    if (onWard.has(id)) continue;
    const [last] = Object.values(record.stays).sort((a, b) => later(a.start, b.start));
    const lastStay = last && { start: last.start, ...(last.end !== undefined && { end: last.end }) };
    others.push({
      name: `${plainName(record.name.family)}, ${plainName(record.name.given)}`,
      person: { ...personCard(id, record, viewing), ...(lastStay !== undefined && { lastStay }), arriving: isArriving(record, isOpen) },
    });
  }
  return others.sort((a, b) => compare(a.name, b.name) || compare(a.person.patient, b.person.patient)).map(({ person }) => person);
}

/** The ward's beds in the order of the corridor. */
export function wardBeds(ward: WardIndex): readonly { readonly label: string; readonly bay?: string; readonly order: number }[] {
  return Object.values(ward.beds)
    .map(({ label, bay, order }) => ({ label, ...(bay !== undefined && { bay }), order }))
    .sort((a, b) => a.order - b.order || compare(a.label, b.label));
}

interface ScoredSet {
  readonly at: IsoTime;
  readonly score: News2Score;
}

/** Oldest first; sets in which nothing can be scored are left out. */
function scoredSets(sets: readonly ObservationSet[], birthDate: IsoDay | undefined): readonly ScoredSet[] {
  return sets.flatMap((set) => {
    const score = scoreSet(set, birthDate);
    return score.scored ? [{ at: set.at, score }] : [];
  });
}

/** Index of the set whose score stands: see `BedCard.news`. */
function standing(scores: readonly ScoredSet[]): number {
  const complete = scores.findLastIndex(({ score }) => score.complete);
  const floor = scores[complete]?.score.total ?? -1;
  const partial = scores.findLastIndex(({ score }, index) => index > complete && score.total >= floor);
  return partial > complete ? partial : complete;
}

function shownScore(scores: readonly ScoredSet[]): BedCard['news'] {
  const index = standing(scores);
  const shown = scores[index];
  if (shown === undefined) return undefined;
  const previous = scores.slice(0, index).findLast(({ score }) => score.complete)?.score.total;
  const { total, anyThree, complete } = shown.score;
  return { score: total, ...(previous !== undefined && { previous }), anyThree, complete, at: shown.at };
}

/** From the newest complete set; a later incomplete one may bring the time forward but never put it off. */
function dueTime(stay: Stay, scores: readonly ScoredSet[]): IsoTime | undefined {
  if (stay.status !== 'in-progress') return undefined;
  const complete = scores.findLastIndex(({ score }) => score.complete);
  const candidates = scores.slice(Math.max(complete, 0)).flatMap(({ at, score }) => nextDue(at, score) ?? []);
  const [first = stay.start, ...rest] = candidates;
  return rest.reduce((earliest, time) => (millisecondsOf(time) < millisecondsOf(earliest) ? time : earliest), first);
}

function freshestTime(stay: Stay): IsoTime | undefined {
  const times = [stay.observations, stay.notes, stay.administrations, stay.measurements]
    .flatMap((collection) => Object.values<{ at?: IsoTime; enteredInError?: { at: IsoTime } }>(collection))
    .flatMap(({ at, enteredInError }) => [at, enteredInError?.at]);
  return times.reduce((newest, time) => (time !== undefined && readTime(time) !== undefined && later(newest, time) > 0 ? time : newest), undefined);
}

/** What the allergy banner shows: not refuted, not resolved, not entered in error; the most critical first. */
export function activeAllergies(record: PatientRecord): readonly Allergy[] {
  return Object.values(record.allergies)
    .filter((allergy) => allergy.status === 'active' && allergy.verification !== 'refuted' && allergy.enteredInError === undefined)
    .sort((a, b) => Number(b.criticality === 'high') - Number(a.criticality === 'high') || compare(a.substance.display, b.substance.display));
}

/** The hospital's number, never a social security, passport or licence number. */
function identifierOf(record: PatientRecord): string | undefined {
  const own = record.identifiers[MRN_SYSTEM];
  if (own !== undefined) return own;
  const hospital = Object.keys(record.identifiers).sort().find((system) => /\bmrn\b|hospital|medical-?record/i.test(system));
  return hospital === undefined ? undefined : record.identifiers[hospital];
}

function bayOf(bed: string | undefined, ward: WardIndex | undefined): string | undefined {
  return Object.values(ward?.beds ?? {}).find(({ label }) => label === bed)?.bay;
}
