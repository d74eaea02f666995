/** Allergies, conditions, immunizations and procedures → their resources. */
import type { AllergyIntolerance, Condition as FhirCondition, Immunization as FhirImmunization, Procedure as FhirProcedure } from 'fhir/r4';
import { NO_KNOWN_ALLERGY, SYSTEMS } from '../codes.ts';
import type { Allergy, Condition, Immunization, PatientRecord, Procedure } from '../model.ts';
import { keyOf } from './export-bundle.ts';
import { encounterPart, entryName, type Place } from './export-place.ts';
import { amendment, coded, codeOr, concept, extension, extensions, requiredTime, text, time } from './export-values.ts';

export function exportHistory(place: Place, record: PatientRecord): void {
  for (const [key, allergy] of Object.entries(record.allergies)) exportAllergy(place, key, allergy);
  if (record.noKnownAllergies !== undefined) exportNoKnownAllergies(place, record.noKnownAllergies);
  for (const [key, condition] of Object.entries(record.conditions)) exportCondition(place, key, condition);
  for (const [key, immunization] of Object.entries(record.immunizations)) exportImmunization(place, key, immunization);
  for (const [key, procedure] of Object.entries(record.procedures)) exportProcedure(place, key, procedure);
}

/** R4 constraint ait-2: an allergy that was entered in error has no clinical status; ours is kept beside. */
function exportAllergy(place: Place, key: string, allergy: Allergy): void {
  const inError = allergy.enteredInError !== undefined;
  place.bundle.add<AllergyIntolerance>(entryName(place, 'allergies', key), {
    resourceType: 'AllergyIntolerance',
    ...extensions(amendment(allergy.enteredInError), inError ? text('status', allergy.status) : undefined, inError ? text('verification', allergy.verification) : undefined),
    identifier: [keyOf('patient.allergies', key)],
    ...(!inError && { clinicalStatus: coded(SYSTEMS.allergyClinical, allergy.status) }),
    ...(inError
      ? { verificationStatus: coded(SYSTEMS.allergyVerification, 'entered-in-error') }
      : allergy.verification !== undefined && { verificationStatus: coded(SYSTEMS.allergyVerification, allergy.verification) }),
    ...(allergy.type !== undefined && { type: allergy.type }),
    ...(allergy.category !== undefined && { category: [allergy.category] }),
    ...(allergy.criticality !== undefined && { criticality: allergy.criticality }),
    code: concept(allergy.substance),
    patient: place.subject,
    ...time('recordedDate', allergy.recorded),
    ...(Object.keys(allergy.reactions ?? {}).length > 0 && {
      reaction: Object.entries(allergy.reactions ?? {}).map(([id, { manifestation, severity }]) => ({
        extension: [extension('key', { valueString: id })],
        manifestation: [{ text: manifestation }],
        ...(severity !== undefined && { severity }),
      })),
    }),
  });
}

function exportNoKnownAllergies(place: Place, { at, author }: NonNullable<PatientRecord['noKnownAllergies']>): void {
  place.bundle.add<AllergyIntolerance>('no-known-allergies', {
    resourceType: 'AllergyIntolerance',
    clinicalStatus: coded(SYSTEMS.allergyClinical, 'active'),
    verificationStatus: coded(SYSTEMS.allergyVerification, 'confirmed'),
    code: concept(NO_KNOWN_ALLERGY),
    patient: place.subject,
    ...time('recordedDate', at),
    ...(author !== undefined && { recorder: place.bundle.author(author) }),
  });
}

/** R4 constraints con-4 and con-5: who is abated is not active, and what was entered in error has no clinical status. */
function exportCondition(place: Place, key: string, condition: Condition): void {
  const inError = condition.enteredInError !== undefined;
  const mayAbate = !inError && ['inactive', 'resolved', 'remission'].includes(condition.status);
  const { encounter, beside } = encounterPart(place, condition.encounter);
  place.bundle.add<FhirCondition>(entryName(place, 'conditions', key), {
    resourceType: 'Condition',
    ...extensions(
      amendment(condition.enteredInError), beside,
      inError ? text('status', condition.status) : undefined,
      inError ? text('verification', condition.verification) : undefined,
      mayAbate ? undefined : text('abated', condition.abated),
    ),
    identifier: [keyOf('patient.conditions', key)],
    ...(!inError && { clinicalStatus: coded(SYSTEMS.conditionClinical, condition.status) }),
    ...(inError
      ? { verificationStatus: coded(SYSTEMS.conditionVerification, 'entered-in-error') }
      : condition.verification !== undefined && { verificationStatus: coded(SYSTEMS.conditionVerification, condition.verification) }),
    code: concept(condition.code),
    subject: place.subject,
    ...(encounter !== undefined && { encounter }),
    ...time('onsetDateTime', condition.onset),
    ...(mayAbate && time('abatementDateTime', condition.abated)),
    ...time('recordedDate', condition.recorded),
  });
}

function exportImmunization(place: Place, key: string, immunization: Immunization): void {
  const inError = immunization.enteredInError !== undefined;
  place.bundle.add<FhirImmunization>(entryName(place, 'immunizations', key), {
    resourceType: 'Immunization',
    ...extensions(amendment(immunization.enteredInError), inError ? text('status', immunization.status) : undefined),
    identifier: [keyOf('patient.immunizations', key)],
    status: inError ? 'entered-in-error' : immunization.status,
    vaccineCode: concept(immunization.vaccine),
    patient: place.subject,
    ...requiredTime('occurrenceDateTime', immunization.at),
  });
}

const PROCEDURE_STATUS = ['preparation', 'in-progress', 'not-done', 'on-hold', 'stopped', 'completed', 'entered-in-error', 'unknown'] as const;

function exportProcedure(place: Place, key: string, procedure: Procedure): void {
  const status = codeOr(PROCEDURE_STATUS, procedure.status, 'unknown');
  const { encounter, beside } = encounterPart(place, procedure.encounter);
  place.bundle.add<FhirProcedure>(entryName(place, 'procedures', key), {
    resourceType: 'Procedure',
    ...extensions(status.beside, beside),
    identifier: [keyOf('patient.procedures', key)],
    status: status.code,
    code: concept(procedure.code),
    subject: place.subject,
    ...(encounter !== undefined && { encounter }),
    ...(procedure.end === undefined ? time('performedDateTime', procedure.start) : { performedPeriod: { ...time('start', procedure.start), ...time('end', procedure.end) } }),
  });
}
