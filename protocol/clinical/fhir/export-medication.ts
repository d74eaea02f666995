/** Orders and administrations → MedicationRequest and MedicationAdministration. */
import type { Dosage, MedicationAdministration, MedicationRequest, Quantity } from 'fhir/r4';
import { SYSTEMS } from '../codes.ts';
import type { Administration, MedicationOrder, PatientRecord, Stay } from '../model.ts';
import { keyOf } from './export-bundle.ts';
import { encounterName, encounterPart, entryName, type Place } from './export-place.ts';
import { amendment, coded, concept, extension, extensions, requiredTime, text, time } from './export-values.ts';

export function exportOrder(place: Place, collection: 'patient.medications' | 'stay.orders', key: string, order: MedicationOrder): void {
  const inError = order.enteredInError !== undefined;
  const { encounter, beside } = encounterPart(place, order.encounter);
  const dosage = exportDosage(order);
  place.bundle.add<MedicationRequest>(entryName(place, 'orders', key), {
    resourceType: 'MedicationRequest',
    ...extensions(amendment(order.enteredInError), beside, text('kind', order.kind), inError ? text('status', order.status) : undefined),
    identifier: [keyOf(collection, key)],
    status: inError ? 'entered-in-error' : order.status,
    intent: 'order',
    ...(place.stay !== undefined && { category: [coded(SYSTEMS.medicationRequestCategory, 'inpatient', 'Inpatient')] }),
    ...(order.kind === 'stat' && { priority: 'stat' as const }),
    medicationCodeableConcept: concept(order.medication),
    subject: place.subject,
    ...(encounter !== undefined && { encounter }),
    ...time('authoredOn', order.authored),
    ...(order.author !== undefined && { requester: place.bundle.author(order.author) }),
    ...(order.reason !== undefined && { reasonCode: [{ text: order.reason }] }),
    ...(dosage !== undefined && { dosageInstruction: [dosage] }),
  });
}

function exportDosage({ kind, dose, route, schedule, times }: MedicationOrder): Dosage | undefined {
  const amount = dose === undefined ? undefined : doseQuantity(dose);
  const list = Object.keys(times ?? {});
  const ofDay = list.filter((entry) => /^([01]\d|2[0-3]):[0-5]\d$/.test(entry)).map((entry) => `${entry}:00`);
  const others = list.filter((entry) => !ofDay.includes(`${entry}:00`)).map((entry) => extension('time', { valueString: entry }));
  const dosage: Dosage = {
    ...extensions(amount === undefined ? text('dose', dose) : undefined),
    ...((schedule !== undefined || list.length > 0) && {
      timing: {
        ...extensions(...others),
        ...(ofDay.length > 0 && { repeat: { timeOfDay: ofDay } }),
        ...(schedule !== undefined && { code: { text: schedule } }),
      },
    }),
    ...(kind === 'prn' && { asNeededBoolean: true }),
    ...(route !== undefined && { route: { text: route } }),
    ...(amount !== undefined && { doseAndRate: [{ doseQuantity: amount }] }),
  };
  return Object.keys(dosage).length === 0 ? undefined : dosage;
}

/** '500 mg' as a quantity, if it reads back the same. */
function doseQuantity(dose: string): Quantity | undefined {
  const [, number = '', unit] = /^(\d+(?:\.\d+)?)(?: (\S(?:.*\S)?))?$/.exec(dose) ?? [];
  return number === '' || String(Number(number)) !== number ? undefined : { value: Number(number), ...(unit !== undefined && { unit }) };
}

/** An administration names its drug, as R4 demands, and its order, as far as that is here. */
export function exportAdministration(place: Place & { readonly stay: string }, key: string, administration: Administration, stay: Stay, record: PatientRecord): void {
  const { bundle } = place;
  const inError = administration.enteredInError !== undefined;
  const ownOrder = Object.hasOwn(stay.orders, administration.order) ? stay.orders[administration.order] : undefined;
  const lasting = Object.hasOwn(record.medications, administration.order) ? record.medications[administration.order] : undefined;
  const order = ownOrder ?? lasting;
  const request = bundle.reference(`${ownOrder === undefined ? '' : place.stay}/orders/${administration.order}`);
  const notDone = administration.outcome !== 'given';
  bundle.add<MedicationAdministration>(entryName(place, 'administrations', key), {
    resourceType: 'MedicationAdministration',
    ...extensions(amendment(administration.enteredInError), text('outcome', administration.outcome), order === undefined ? text('order', administration.order) : undefined),
    identifier: [keyOf('stay.administrations', key)],
    status: inError ? 'entered-in-error' : notDone ? 'not-done' : 'completed',
    ...(administration.reason !== undefined && (notDone ? { statusReason: [{ text: administration.reason }] } : { reasonCode: [{ text: administration.reason }] })),
    medicationCodeableConcept: order === undefined ? { text: 'Not known: its order is not here' } : concept(order.medication),
    subject: place.subject,
    context: bundle.reference(encounterName(place.stay)),
    ...requiredTime('effectiveDateTime', administration.at),
    performer: [{ actor: bundle.author(administration.author) }],
    ...(order !== undefined && { request }),
  });
}
