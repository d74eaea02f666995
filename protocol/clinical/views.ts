/**
 * What people are shown of the clinical documents: pure functions from documents to views.
 *
 * An entry that was marked as entered in error stays in the lists, and counts for nothing else.
 */
import { MRN_SYSTEM } from './codes.ts';
import type {
  Administration, Allergy, Condition, IsoDay, IsoTime, Measurement, MedicationOrder, Note, ObservationSet, PatientRecord, Stay, WardIndex,
} from './model.ts';
import { nextDue, scoreNews2, type News2Score } from './news2.ts';
import { ageAt, millisecondsOf, readTime } from './time.ts';

/** One bed on the board. All texts are ready to show; times are ISO for the page to show as local. */
export interface BedCard {
  readonly patient: string;
  readonly stay: string;
  readonly bed?: string;
  readonly bay?: string;
  readonly family: string;
  readonly given: string;
  readonly age?: number;
  readonly sex?: string;
  readonly identifier?: string;
  readonly reason?: string;
  readonly latest?: { readonly id: string; readonly set: ObservationSet };
  /**
   * Of the newest complete set, or of a newer incomplete one that scores at least as much: a lone temperature does not
   * hide a score of 9. `at` is that set's time; `previous` is the complete score before it.
   */
  readonly news?: { readonly score: number; readonly previous?: number; readonly anyThree: boolean; readonly complete: boolean; readonly at: IsoTime };
  /** When the next observation set is due by the NEWS2 response table. */
  readonly due?: IsoTime;
  readonly allergies: readonly string[];
  readonly notesToday: number;
  /** Time of the newest entry by anybody: how fresh this card is. */
  readonly freshest?: IsoTime;
}

/** An entry of a collection under its id. */
export interface Kept<T> {
  readonly id: string;
  readonly value: T;
}

/** The clinical parts of a patient's page; how far each entry has been synced is added by whoever knows. */
export interface PatientParts {
  readonly card: BedCard;
  readonly identifiers: readonly { readonly system: string; readonly value: string }[];
  readonly birthDate?: IsoDay;
  readonly noKnownAllergies: boolean;
  readonly allergies: readonly Kept<Allergy>[];
  readonly conditions: readonly Kept<Condition>[];
  /** Orders of the current stay first, then the lasting list; within each active ones first. */
  readonly medications: readonly Kept<MedicationOrder>[];
  /** Of record and stay, newest first. */
  readonly measurements: readonly Kept<Measurement>[];
  /** Newest first. */
  readonly stays: readonly { readonly stay: string; readonly start: IsoTime; readonly end?: IsoTime; readonly reason?: string; readonly current: boolean }[];
  /** Of the current stay, oldest first. */
  readonly observations: readonly Kept<ObservationSet>[];
  readonly notes: readonly Kept<Note>[];
  readonly administrations: readonly Kept<Administration>[];
  readonly spo2Scale2: boolean;
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

/** The card of one admission. `ward` names the bay of the bed, if given. */
export function bedCard(admission: Admission, viewing: Viewing, ward?: WardIndex): BedCard {
  const { record, value: stay } = admission;
  const sets = valid(stay.observations);
  const latest = sets.at(-1);
  const scores = scoredSets(sets.map(({ value }) => value), record.birthDate);
  const shown = shownScore(scores);
  const bay = bayOf(stay.bed, ward);
  const identifier = identifierOf(record);
  const age = record.birthDate === undefined ? undefined : ageAt(record.birthDate, record.deceased === undefined ? viewing.now : millisecondsOf(record.deceased));
  const due = dueTime(stay, scores);
  const freshest = freshestTime(stay);
  return {
    patient: admission.patient,
    stay: admission.stay,
    ...(stay.bed !== undefined && { bed: stay.bed }),
    ...(bay !== undefined && { bay }),
    family: record.name.family,
    given: record.name.given,
    ...(age !== undefined && { age }),
    ...(record.sex !== undefined && { sex: record.sex }),
    ...(identifier !== undefined && { identifier }),
    ...(stay.reason !== undefined && { reason: stay.reason.display }),
    ...(latest !== undefined && { latest: { id: latest.id, set: latest.value } }),
    ...(shown !== undefined && { news: shown }),
    ...(due !== undefined && { due }),
    allergies: activeAllergies(record).map((allergy) => allergy.substance.display),
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

/** The ward's beds in the order of the corridor. */
export function wardBeds(ward: WardIndex): readonly { readonly label: string; readonly bay?: string; readonly order: number }[] {
  return Object.values(ward.beds)
    .map(({ label, bay, order }) => ({ label, ...(bay !== undefined && { bay }), order }))
    .sort((a, b) => a.order - b.order || compare(a.label, b.label));
}

export function patientParts(admission: Admission, viewing: Viewing, ward?: WardIndex): PatientParts {
  const { record, value: stay } = admission;
  return {
    card: bedCard(admission, viewing, ward),
    identifiers: Object.entries(record.identifiers).map(([system, value]) => ({ system, value })).sort((a, b) => compare(a.system, b.system)),
    ...(record.birthDate !== undefined && { birthDate: record.birthDate }),
    noKnownAllergies: record.noKnownAllergies !== undefined && activeAllergies(record).length === 0,
    allergies: sorted(record.allergies, (a, b) => compare(a.substance.display, b.substance.display)),
    conditions: sorted(record.conditions, (a, b) => activeFirst(a, b) || later(a.onset, b.onset)),
    medications: [
      ...sorted(stay.orders, (a, b) => activeFirst(a, b) || compare(a.medication.display, b.medication.display)),
      ...sorted(record.medications, (a, b) => activeFirst(a, b) || later(a.authored, b.authored)),
    ],
    measurements: sorted({ ...record.measurements, ...stay.measurements }, (a, b) => later(a.at, b.at)),
    stays: Object.values(record.stays)
      .map(({ document, start, end }) => ({
        stay: document, start,
        ...(end !== undefined && { end }),
        ...(document === admission.stay && stay.reason !== undefined && { reason: stay.reason.display }),
        current: document === admission.stay,
      }))
      .sort((a, b) => later(a.start, b.start)),
    observations: sorted(stay.observations, (a, b) => later(b.at, a.at)),
    notes: sorted(stay.notes, (a, b) => later(b.at, a.at)),
    administrations: sorted(stay.administrations, (a, b) => later(b.at, a.at)),
    spo2Scale2: stay.spo2Scale2 !== undefined,
  };
}

interface ScoredSet {
  readonly at: IsoTime;
  readonly score: News2Score;
}

/** Oldest first; sets in which nothing can be scored are left out. */
function scoredSets(sets: readonly ObservationSet[], birthDate: IsoDay | undefined): readonly ScoredSet[] {
  return sets.flatMap((set) => {
    const age = birthDate === undefined ? undefined : ageAt(birthDate, millisecondsOf(set.at));
    const score = scoreNews2(set, age);
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
function activeAllergies(record: PatientRecord): readonly Allergy[] {
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

/** What was not entered in error, oldest first. */
function valid<T extends { at: IsoTime; enteredInError?: unknown }>(collection: Readonly<Record<string, T>>): readonly Kept<T>[] {
  return sorted(collection, (a, b) => later(b.at, a.at)).filter(({ value }) => value.enteredInError === undefined);
}

/** Entries in an order that is the same on every device: by `order`, then by id. */
function sorted<T>(collection: Readonly<Record<string, T>>, order: (a: T, b: T) => number): readonly Kept<T>[] {
  return Object.entries(collection).map(([id, value]) => ({ id, value })).sort((a, b) => order(a.value, b.value) || compare(a.id, b.id));
}

function activeFirst(a: { status: string; enteredInError?: unknown }, b: { status: string; enteredInError?: unknown }): number {
  const rank = (entry: { status: string; enteredInError?: unknown }): number => (entry.status === 'active' && entry.enteredInError === undefined ? 0 : 1);
  return rank(a) - rank(b);
}

/** Negative when `a` is the later one; what has no readable time comes last. */
function later(a: IsoTime | undefined, b: IsoTime | undefined): number {
  const value = (time: IsoTime | undefined): number => {
    const milliseconds = time === undefined ? Number.NaN : millisecondsOf(time);
    return Number.isNaN(milliseconds) ? -Infinity : milliseconds;
  };
  const [left, right] = [value(a), value(b)];
  return left === right ? 0 : left > right ? -1 : 1;
}

/** By code units, so that every device sorts alike whatever its language. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
