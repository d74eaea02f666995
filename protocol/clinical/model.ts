/**
 * The ward's clinical documents, as plain JSON values.
 *
 * A patient is one lasting `PatientRecord` and one `Stay` per admission, each an Automerge document of its own: applying
 * a change costs O(document), so what grows daily (observations, notes, drug rounds) lives in the stay and ends with it.
 *
 * Shape rules, so that concurrent edits merge without loss:
 * - collections are objects keyed by a random or source-derived id, never arrays that two people edit;
 * - clinical facts (observation sets, notes, administrations) are append-only; a correction is an `Amendment` beside them;
 * - every property named `text` is prose and merges letter by letter; every other string is replaced as a whole;
 * - a value that is not known is absent; there is no `undefined` and no empty string standing for 'unknown'.
 * Times are ISO 8601 with offset or `Z`; days are `YYYY-MM-DD`. What was imported may be known less precisely (`1998`,
 * `1998-03`, `1998-03-04`) and stays so; the times of observation sets, notes and administrations are always exact.
 */

export type IsoTime = string;
export type IsoDay = string;

/** A code from a published system: SNOMED CT, LOINC, RxNorm, CVX, ICD-10. `display` is what people read. */
export interface Coded {
  readonly system?: string;
  readonly code?: string;
  readonly display: string;
}

/** Who wrote an entry, as it was at that time. `user` is the user id in hex when the author is a user of this ward. */
export interface Author {
  readonly user?: string;
  readonly name: string;
}

export interface HumanName {
  family: string;
  given: string;
  prefix?: string;
}

export interface Allergy {
  substance: Coded;
  category?: 'food' | 'medication' | 'environment' | 'biologic';
  criticality?: 'low' | 'high' | 'unable-to-assess';
  type?: 'allergy' | 'intolerance';
  reactions?: Record<string, { manifestation: string; severity?: 'mild' | 'moderate' | 'severe' }>;
  status: 'active' | 'inactive' | 'resolved';
  verification?: 'confirmed' | 'unconfirmed' | 'refuted';
  recorded?: IsoTime;
  enteredInError?: Amendment;
}

export interface Condition {
  code: Coded;
  status: 'active' | 'recurrence' | 'relapse' | 'inactive' | 'remission' | 'resolved';
  verification?: 'confirmed' | 'provisional' | 'differential' | 'unconfirmed' | 'refuted';
  onset?: IsoTime;
  abated?: IsoTime;
  recorded?: IsoTime;
  /** Id of the `Encounter` or `Stay` in which it was recorded. */
  encounter?: string;
  enteredInError?: Amendment;
}

export interface MedicationOrder {
  medication: Coded;
  status: 'active' | 'on-hold' | 'stopped' | 'completed' | 'cancelled' | 'draft' | 'unknown';
  kind?: 'regular' | 'prn' | 'stat' | 'infusion';
  dose?: string;
  route?: string;
  /** In words, e.g. 'every 8 hours'. */
  schedule?: string;
  /** Times of day at which it is due, `HH:MM` local. */
  times?: Record<string, true>;
  reason?: string;
  authored?: IsoTime;
  author?: Author;
  encounter?: string;
  enteredInError?: Amendment;
}

export interface Administration {
  order: string;
  at: IsoTime;
  outcome: 'given' | 'withheld' | 'refused';
  reason?: string;
  author: Author;
  enteredInError?: Amendment;
}

export interface Immunization {
  vaccine: Coded;
  at?: IsoTime;
  status: 'completed' | 'not-done';
  enteredInError?: Amendment;
}

export interface Procedure {
  code: Coded;
  start?: IsoTime;
  end?: IsoTime;
  status: string;
  encounter?: string;
}

/** A single measured value that is not part of a ward observation set: laboratory, history, questionnaire. */
export interface Measurement {
  code: Coded;
  at?: IsoTime;
  category?: string;
  value?: { quantity: number; unit: string } | { coded: Coded } | { words: string };
  /** Components of a panel (blood pressure and the like), keyed by LOINC code. */
  components?: Record<string, { code: Coded; quantity: number; unit: string }>;
  status?: string;
  encounter?: string;
}

/** A contact that is not a stay on a ward: an outpatient visit, an emergency visit. */
export interface Encounter {
  class: string;
  type?: Coded;
  start?: IsoTime;
  end?: IsoTime;
  status: string;
  reason?: Coded;
}

/** 'Entered in error': the entry stays visible, struck through, with who said so, when and why. */
export interface Amendment {
  readonly at: IsoTime;
  readonly author: Author;
  readonly reason: string;
  /** Id of the entry that replaces it, if one does. */
  readonly replacedBy?: string;
}

export interface PatientRecord {
  kind: 'patient';
  schema: 1;
  /** What an import made of its source's id, so that the same source is recognised again. */
  importedAs?: string;
  name: HumanName;
  birthDate?: IsoDay;
  sex?: 'female' | 'male' | 'other' | 'unknown';
  deceased?: IsoTime;
  /** Keyed by naming system, e.g. `urn:wardsync:mrn`. */
  identifiers: Record<string, string>;
  contact?: { phone?: string; address?: string; language?: string; marital?: string };
  allergies: Record<string, Allergy>;
  /** Set when somebody asked and the answer was 'none known'; absent means nobody asked. */
  noKnownAllergies?: { at: IsoTime; author?: Author };
  conditions: Record<string, Condition>;
  medications: Record<string, MedicationOrder>;
  immunizations: Record<string, Immunization>;
  procedures: Record<string, Procedure>;
  measurements: Record<string, Measurement>;
  encounters: Record<string, Encounter>;
  /** Stay id → document id (hex) of the stay's document. */
  stays: Record<string, { document: string; start: IsoTime; end?: IsoTime }>;
}

export type Consciousness = 'alert' | 'confusion' | 'voice' | 'pain' | 'unresponsive';

/** One round at the bed, saved at once. Every value is optional: what was not measured is absent. */
export interface ObservationSet {
  at: IsoTime;
  author: Author;
  /** breaths per minute */
  respiratoryRate?: number;
  /** percent */
  spo2?: number;
  /** Which SpO2 scale the score used; 2 only when prescribed for the patient. */
  spo2Scale?: 1 | 2;
  oxygen?: { supplemental: boolean; litresPerMinute?: number; device?: string };
  /** mmHg */
  systolic?: number;
  /** mmHg */
  diastolic?: number;
  /** beats per minute */
  heartRate?: number;
  consciousness?: Consciousness;
  /** degrees Celsius */
  temperature?: number;
  /** 0–10 */
  pain?: number;
  /** kilograms */
  weight?: number;
  /** centimetres */
  height?: number;
  /** mmol/L */
  bloodGlucose?: number;
  enteredInError?: Amendment;
}

export interface Note {
  at: IsoTime;
  author: Author;
  kind: 'nursing' | 'medical' | 'handover' | 'other';
  text: string;
  enteredInError?: Amendment;
}

export interface Stay {
  kind: 'stay';
  schema: 1;
  /** As in `PatientRecord`. */
  importedAs?: string;
  /** Document id (hex) of the patient's record. */
  patient: string;
  status: 'planned' | 'in-progress' | 'finished';
  start: IsoTime;
  end?: IsoTime;
  class?: string;
  type?: Coded;
  reason?: Coded;
  ward?: string;
  bed?: string;
  consultant?: string;
  /** SpO2 scale 2 is prescribed (hypercapnic respiratory failure). */
  spo2Scale2?: { at: IsoTime; author: Author };
  observations: Record<string, ObservationSet>;
  measurements: Record<string, Measurement>;
  notes: Record<string, Note>;
  orders: Record<string, MedicationOrder>;
  administrations: Record<string, Administration>;
}

/** The ward itself: its beds, in the order of the corridor. One per ward. */
export interface WardIndex {
  kind: 'ward';
  schema: 1;
  name: string;
  beds: Record<string, { label: string; bay?: string; order: number }>;
}

export type ClinicalDocument = PatientRecord | Stay | WardIndex;
