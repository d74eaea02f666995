/** The lasting record's own fields → Patient. */
import type { Patient, Reference } from 'fhir/r4';
import type { HumanName, PatientRecord } from '../model.ts';
import type { ExportBundle } from './export-bundle.ts';
import { extensions, text, time } from './export-values.ts';
import { DOCUMENT_SYSTEM } from './own.ts';

export function exportPatientResource(bundle: ExportBundle, document: string, record: PatientRecord): Reference {
  const { contact } = record;
  const patient: Omit<Patient, 'id'> = {
    resourceType: 'Patient',
    ...extensions(text('imported-as', record.importedAs)),
    identifier: [{ system: DOCUMENT_SYSTEM, value: document }, ...Object.entries(record.identifiers).map(([system, value]) => ({ system, value }))],
    name: [exportName(record.name)],
    ...(contact?.phone !== undefined && { telecom: [{ system: 'phone' as const, value: contact.phone }] }),
    ...(record.sex !== undefined && { gender: record.sex }),
    ...time('birthDate', record.birthDate, 'date'),
    ...time('deceasedDateTime', record.deceased),
    ...(contact?.address !== undefined && { address: [{ text: contact.address }] }),
    ...(contact?.marital !== undefined && { maritalStatus: { text: contact.marital } }),
    ...(contact?.language !== undefined && { communication: [{ language: { text: contact.language } }] }),
  };
  return bundle.add('patient', patient);
}

function exportName({ family, given, prefix }: HumanName): NonNullable<Patient['name']>[number] {
  return { use: 'official', family, given: words(given), ...(prefix !== undefined && { prefix: words(prefix) }) };
}

/** Given names one by one; a text that would not come back the same stays whole. */
function words(name: string): string[] {
  const list = name.split(' ');
  return list.some((word) => word.trim() === '') ? [name] : list;
}
