/**
 * The published codes this project writes and understands, in one place.
 *
 * LOINC and UCUM codes of vital signs are those of the FHIR R4 vital-signs profiles
 * (https://hl7.org/fhir/R4/observation-vitalsigns.html); units are UCUM codes.
 */
import type { Coded, Consciousness } from './model.ts';

export const SYSTEMS = {
  loinc: 'http://loinc.org',
  snomed: 'http://snomed.info/sct',
  ucum: 'http://unitsofmeasure.org',
  rxnorm: 'http://www.nlm.nih.gov/research/umls/rxnorm',
  actCode: 'http://terminology.hl7.org/CodeSystem/v3-ActCode',
  observationCategory: 'http://terminology.hl7.org/CodeSystem/observation-category',
  conditionClinical: 'http://terminology.hl7.org/CodeSystem/condition-clinical',
  conditionVerification: 'http://terminology.hl7.org/CodeSystem/condition-ver-status',
  allergyClinical: 'http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical',
  allergyVerification: 'http://terminology.hl7.org/CodeSystem/allergyintolerance-verification',
  medicationRequestCategory: 'http://terminology.hl7.org/CodeSystem/medicationrequest-category',
  dataAbsentReason: 'http://terminology.hl7.org/CodeSystem/data-absent-reason',
  participationType: 'http://terminology.hl7.org/CodeSystem/v3-ParticipationType',
  locationPhysicalType: 'http://terminology.hl7.org/CodeSystem/location-physical-type',
} as const;

/** The ward's own naming system of medical record numbers. */
export const MRN_SYSTEM = 'urn:wardsync:mrn';

/** The numbers of an `ObservationSet` that are one coded observation each. */
export const VITAL_NAMES = [
  'respiratoryRate', 'spo2', 'systolic', 'diastolic', 'heartRate', 'temperature', 'pain', 'weight', 'height', 'bloodGlucose',
] as const;

export type VitalName = (typeof VITAL_NAMES)[number];

export interface VitalCode {
  /** LOINC codes: the first is written, all are read. */
  readonly loinc: readonly [string, ...string[]];
  readonly display: string;
  /** UCUM code of the unit that `ObservationSet` uses. */
  readonly unit: string;
  /** Further codes written beside the first, because other systems look for them. */
  readonly alsoWritten?: readonly string[];
  /** Other UCUM units that are read, by their conversion into `unit`. */
  readonly conversions?: Readonly<Record<string, (value: number) => number>>;
}

const rounded = (value: number, decimals: number): number => Number(value.toFixed(decimals));

export const VITALS: Readonly<Record<VitalName, VitalCode>> = {
  heartRate: { loinc: ['8867-4'], display: 'Heart rate', unit: '/min', conversions: { '{beats}/min': (v) => v } },
  respiratoryRate: { loinc: ['9279-1'], display: 'Respiratory rate', unit: '/min', conversions: { '{breaths}/min': (v) => v } },
  temperature: {
    loinc: ['8310-5', '8331-1', '8328-7', '8332-9'], display: 'Body temperature', unit: 'Cel',
    conversions: { '[degF]': (v) => rounded(((v - 32) * 5) / 9, 1) },
  },
  spo2: { loinc: ['2708-6', '59408-5'], display: 'Oxygen saturation in arterial blood', unit: '%', alsoWritten: ['59408-5'] },
  systolic: { loinc: ['8480-6'], display: 'Systolic blood pressure', unit: 'mm[Hg]' },
  diastolic: { loinc: ['8462-4'], display: 'Diastolic blood pressure', unit: 'mm[Hg]' },
  weight: {
    loinc: ['29463-7', '3141-9'], display: 'Body weight', unit: 'kg',
    conversions: { g: (v) => rounded(v / 1000, 3), '[lb_av]': (v) => rounded(v * 0.45359237, 2) },
  },
  height: {
    loinc: ['8302-2', '3137-7'], display: 'Body height', unit: 'cm',
    conversions: { m: (v) => rounded(v * 100, 2), '[in_i]': (v) => rounded(v * 2.54, 2) },
  },
  pain: { loinc: ['72514-3', '38208-5'], display: 'Pain severity 0-10 verbal numeric rating', unit: '{score}', conversions: { '1': (v) => v } },
  bloodGlucose: { loinc: ['14743-9', '15074-8'], display: 'Glucose in capillary blood by glucometer', unit: 'mmol/L' },
};

/** Blood pressure: today's panel is written; the old one is read too (Synthea before 2021 writes it). */
export const BLOOD_PRESSURE = { panel: '85354-9', oldPanel: '55284-4', display: 'Blood pressure panel with all children optional' } as const;

/** The observation that stands for a whole set and names its members (FHIR R4 'vitalspanel'). */
export const VITAL_PANEL = { code: '85353-1', display: 'Vital signs, weight, height, head circumference, oxygen saturation and BMI panel' } as const;

/** Flow of supplemental oxygen. */
export const OXYGEN_FLOW = { code: '3151-8', display: 'Inhaled oxygen flow rate', unit: 'L/min' } as const;

export const NEWS2_TOTAL = {
  loinc: '88330-6',
  snomed: '1104051000000101',
  display: 'Royal College of Physicians NEWS2 (National Early Warning Score 2) total score',
} as const;

export const CONSCIOUSNESS = { code: '67775-7', display: 'Level of responsiveness' } as const;

/** SNOMED CT findings of the ACVPU scale, as the UK Care Connect value set lists them. */
export const CONSCIOUSNESS_FINDINGS: Readonly<Record<Consciousness, { readonly code: string; readonly display: string }>> = {
  alert: { code: '248234008', display: 'Mentally alert' },
  confusion: { code: '130987000', display: 'Acute confusion' },
  voice: { code: '300202002', display: 'Responds to voice' },
  pain: { code: '450847001', display: 'Responds to pain' },
  unresponsive: { code: '422768004', display: 'Unresponsive' },
};

export const NO_KNOWN_ALLERGY = { system: SYSTEMS.snomed, code: '716186003', display: 'No known allergy' } as const satisfies Coded;

/** LOINC document types of clinical notes. */
export const NOTE_TYPES = {
  nursing: { code: '34746-8', display: 'Nurse Note' },
  medical: { code: '11506-3', display: 'Progress note' },
  handover: { code: '18761-7', display: 'Transfer summary note' },
  other: { code: '34109-9', display: 'Note' },
} as const;
