/** AllergyIntolerance, Condition, Immunization and Procedure → the record. */
import { NO_KNOWN_ALLERGY } from '../codes.ts';
import type { Allergy, Amendment, Condition, Immunization, Procedure } from '../model.ts';
import type { Resource } from './bundle.ts';
import { encounterOf, put, visitOf, type Chart } from './chart.ts';
import type { Cursor } from './cursor.ts';
import { amendmentOf, entryKey, readAuthor, readCoded, readCodeIn } from './source.ts';

export function readAllergy(chart: Chart, resource: Resource): void {
  const { cursor } = resource;
  const substance = readCoded(cursor.child('code'));
  const recorded = cursor.time('recordedDate');
  if (substance?.code === NO_KNOWN_ALLERGY.code && chart.record.noKnownAllergies === undefined && recorded !== undefined) {
    const author = readAuthor(chart.index, resource, cursor.child('recorder'));
    readCodeIn(cursor.child('clinicalStatus'), ['active']);
    readCodeIn(cursor.child('verificationStatus'), ['confirmed']);
    chart.record.noKnownAllergies = { at: recorded, ...(author !== undefined && { author }) };
    resource.claimed = true;
    return;
  }
  if (substance === undefined) {
    resource.leftOut = 'without a substance';
    return;
  }
  const category = cursor.texts('category');
  const known = (['food', 'medication', 'environment', 'biologic'] as const).find((code) => code === category[0]);
  if (category.length > (known === undefined ? 0 : 1)) cursor.drop('category');
  const verified = readCodeIn(cursor.child('verificationStatus'), ['confirmed', 'unconfirmed', 'refuted', 'entered-in-error']);
  const verification = verified === 'entered-in-error' ? cursor.extension('verification')?.code('valueString', ['confirmed', 'unconfirmed', 'refuted']) : verified;
  const type = cursor.code('type', ['allergy', 'intolerance']);
  const criticality = cursor.code('criticality', ['low', 'high', 'unable-to-assess']);
  const reactions = readReactions(cursor);
  const allergy: Allergy = {
    substance,
    ...(known !== undefined && { category: known }),
    ...(criticality !== undefined && { criticality }),
    ...(type !== undefined && { type }),
    ...(reactions !== undefined && { reactions }),
    status: readCodeIn(cursor.child('clinicalStatus'), ['active', 'inactive', 'resolved']) ?? cursor.extension('status')?.code('valueString', ['active', 'inactive', 'resolved']) ?? 'active',
    ...(verification !== undefined && { verification }),
    ...(recorded !== undefined && { recorded }),
  };
  const corrected = correctionOf(resource, verified === 'entered-in-error', recorded);
  if (corrected === 'unknown when') return;
  put(chart.record.allergies, entryKey(resource, 'patient.allergies'), { ...allergy, ...corrected }, resource);
}

function readReactions(allergy: Cursor): Allergy['reactions'] {
  const reactions = allergy.list('reaction').flatMap((reaction, index) => {
    const manifestation = reaction.list('manifestation').flatMap((concept) => readCoded(concept)?.display ?? []).join(', ');
    const severity = reaction.code('severity', ['mild', 'moderate', 'severe']);
    if (manifestation === '') return [];
    const key = reaction.extension('key')?.text('valueString', 256);
    return [[key === undefined || key === '__proto__' ? String(index + 1) : key, { manifestation, ...(severity !== undefined && { severity }) }] as const];
  });
  return reactions.length === 0 ? undefined : Object.fromEntries(reactions);
}

export function readCondition(chart: Chart, resource: Resource): void {
  const { cursor } = resource;
  const code = readCoded(cursor.child('code'));
  if (code === undefined) {
    resource.leftOut = 'without a code';
    return;
  }
  const verified = readCodeIn(cursor.child('verificationStatus'), ['confirmed', 'provisional', 'differential', 'unconfirmed', 'refuted', 'entered-in-error']);
  const inError = verified === 'entered-in-error';
  const verification = inError ? cursor.extension('verification')?.code('valueString', ['confirmed', 'provisional', 'differential', 'unconfirmed', 'refuted']) : verified;
  const onset = cursor.time('onsetDateTime') ?? cursor.child('onsetPeriod')?.time('start');
  const abated = cursor.time('abatementDateTime') ?? cursor.child('abatementPeriod')?.time('end') ?? cursor.extension('abated')?.text('valueString');
  const recorded = cursor.time('recordedDate');
  const states = ['active', 'recurrence', 'relapse', 'inactive', 'remission', 'resolved'] as const;
  const condition: Condition = {
    code,
    status: readCodeIn(cursor.child('clinicalStatus'), states) ?? cursor.extension('status')?.code('valueString', states) ?? (abated === undefined ? 'active' : 'resolved'),
    ...(verification !== undefined && { verification }),
    ...(onset !== undefined && { onset }),
    ...(abated !== undefined && { abated }),
    ...(recorded !== undefined && { recorded }),
    ...encounterOf(resource, visitOf(chart, resource)),
  };
  const corrected = correctionOf(resource, inError, recorded ?? onset);
  if (corrected === 'unknown when') return;
  put(chart.record.conditions, entryKey(resource, 'patient.conditions'), { ...condition, ...corrected }, resource);
}

export function readImmunization(chart: Chart, resource: Resource): void {
  const { cursor } = resource;
  const vaccine = readCoded(cursor.child('vaccineCode'));
  if (vaccine === undefined) {
    resource.leftOut = 'without a vaccine';
    return;
  }
  const at = cursor.time('occurrenceDateTime');
  const status = cursor.code('status', ['completed', 'not-done', 'entered-in-error']);
  const before = cursor.extension('status')?.code('valueString', ['completed', 'not-done']);
  const immunization: Immunization = { vaccine, ...(at !== undefined && { at }), status: status === 'entered-in-error' ? before ?? 'completed' : status ?? 'completed' };
  const corrected = correctionOf(resource, status === 'entered-in-error', at);
  if (corrected === 'unknown when') return;
  put(chart.record.immunizations, entryKey(resource, 'patient.immunizations'), { ...immunization, ...corrected }, resource);
}

export function readProcedure(chart: Chart, resource: Resource): void {
  const { cursor } = resource;
  const code = readCoded(cursor.child('code'));
  if (code === undefined) {
    resource.leftOut = 'without a code';
    return;
  }
  const period = cursor.child('performedPeriod');
  const start = cursor.time('performedDateTime') ?? period?.time('start');
  const end = period?.time('end');
  const procedure: Procedure = {
    code,
    ...(start !== undefined && { start }),
    ...(end !== undefined && { end }),
    status: cursor.extension('status')?.text('valueString') ?? cursor.text('status', 100) ?? 'unknown',
    ...encounterOf(resource, visitOf(chart, resource)),
  };
  cursor.settle('status');
  put(chart.record.procedures, entryKey(resource, 'patient.procedures'), procedure, resource);
}

/** `enteredInError`, if the resource is; a correction of which nobody knows when it was made cannot be kept. */
export function correctionOf(resource: Resource, inError: boolean, fallback: string | undefined): { enteredInError?: Amendment } | 'unknown when' {
  if (!inError) return {};
  const enteredInError = amendmentOf(resource.cursor, fallback);
  if (enteredInError !== undefined) return { enteredInError };
  resource.leftOut = 'entered in error, at an unknown time';
  return 'unknown when';
}
