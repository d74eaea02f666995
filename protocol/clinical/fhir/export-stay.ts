/** Encounters, stays and notes → Encounter, Location and DocumentReference. */
import type { DocumentReference, Encounter as FhirEncounter, Identifier, Location } from 'fhir/r4';
import { utf8 } from '../../codec/bytes.ts';
import { NOTE_TYPES, SYSTEMS } from '../codes.ts';
import type { Encounter, Note, PatientRecord, Stay } from '../model.ts';
import { keyOf } from './export-bundle.ts';
import { encounterName, entryName, type Place } from './export-place.ts';
import { amendment, authorParts, coded, codeOr, concept, extension, extensions, parts, text, time } from './export-values.ts';
import { DOCUMENT_SYSTEM } from './own.ts';

const ENCOUNTER_STATUS = ['planned', 'arrived', 'triaged', 'in-progress', 'onleave', 'finished', 'cancelled', 'entered-in-error', 'unknown'] as const;
/** A FHIR `code`: no spaces at the ends, none doubled. */
const CODE = /^\S+( \S+)*$/;

export function exportEncounter(place: Place, key: string, encounter: Encounter): void {
  const status = codeOr(ENCOUNTER_STATUS, encounter.status, 'unknown');
  place.bundle.add<FhirEncounter>(encounterName(key), {
    resourceType: 'Encounter',
    ...extensions(status.beside, CODE.test(encounter.class) ? undefined : text('class', encounter.class)),
    identifier: [keyOf('patient.encounters', key)],
    status: status.code,
    class: classCoding(encounter.class),
    ...(encounter.type !== undefined && { type: [concept(encounter.type)] }),
    subject: place.subject,
    ...period(encounter.start, encounter.end),
    ...(encounter.reason !== undefined && { reasonCode: [concept(encounter.reason)] }),
  });
}

/** A stay of which only the record knows: its document is not here. */
export function exportListedStay(place: Place, key: string, listed: PatientRecord['stays'][string]): void {
  place.bundle.add<FhirEncounter>(encounterName(key), {
    resourceType: 'Encounter',
    ...extensions(extension('not-here', { valueBoolean: true }), parts('listed', { start: listed.start, end: listed.end })),
    identifier: stayIdentifiers(key, listed.document),
    status: 'unknown',
    class: classCoding('IMP'),
    subject: place.subject,
    ...period(listed.start, listed.end),
  });
}

export function exportStay(place: Place, key: string, document: string, stay: Stay, listed: PatientRecord['stays'][string] | undefined): void {
  const { bundle } = place;
  const alike = listed === undefined || (listed.start === stay.start && listed.end === stay.end);
  const places = (['ward', 'bed'] as const).flatMap((kind) => {
    const name = stay[kind];
    return name === undefined ? [] : [{ location: exportLocation(place, kind, name) }];
  });
  bundle.add<FhirEncounter>(encounterName(key), {
    resourceType: 'Encounter',
    ...extensions(
      text('imported-as', stay.importedAs),
      alike ? undefined : parts('listed', { start: listed.start, end: listed.end }),
      stay.class === undefined ? extension('no-class', { valueBoolean: true }) : CODE.test(stay.class) ? undefined : text('class', stay.class),
      stay.spo2Scale2 === undefined ? undefined : parts('spo2-scale-2', { at: stay.spo2Scale2.at, ...authorParts(stay.spo2Scale2.author) }),
    ),
    identifier: stayIdentifiers(key, document),
    status: stay.status,
    class: classCoding(stay.class ?? 'IMP'),
    ...(stay.type !== undefined && { type: [concept(stay.type)] }),
    subject: place.subject,
    ...(stay.consultant !== undefined && {
      participant: [{ type: [coded(SYSTEMS.participationType, 'ATND', 'attender')], individual: bundle.author({ name: stay.consultant }) }],
    }),
    ...period(stay.start, stay.end),
    ...(stay.reason !== undefined && { reasonCode: [concept(stay.reason)] }),
    ...(places.length > 0 && { location: places }),
  });
}

/** As plain text in UTF-8. */
export function exportNote(place: Place & { readonly stay: string }, key: string, note: Note): void {
  const type = NOTE_TYPES[note.kind];
  place.bundle.add<DocumentReference>(entryName(place, 'notes', key), {
    resourceType: 'DocumentReference',
    ...extensions(amendment(note.enteredInError)),
    identifier: [keyOf('stay.notes', key)],
    status: note.enteredInError === undefined ? 'current' : 'entered-in-error',
    type: coded(SYSTEMS.loinc, type.code, type.display),
    subject: place.subject,
    ...time('date', note.at, 'instant'),
    author: [place.bundle.author(note.author)],
    content: [{
      attachment: {
        contentType: 'text/plain; charset=utf-8',
        ...(note.text === '' ? extensions(extension('empty', { valueBoolean: true })) : { data: base64(utf8(note.text)) }),
      },
    }],
    context: { encounter: [place.bundle.reference(encounterName(place.stay))] },
  });
}

function exportLocation({ bundle }: Place, kind: 'ward' | 'bed', name: string): ReturnType<typeof bundle.add> {
  return bundle.add<Location>(`location/${kind}/${name}`, {
    resourceType: 'Location',
    status: 'active',
    name,
    mode: 'instance',
    physicalType: coded(SYSTEMS.locationPhysicalType, kind === 'ward' ? 'wa' : 'bd', kind === 'ward' ? 'Ward' : 'Bed'),
  });
}

function stayIdentifiers(key: string, document: string): Identifier[] {
  return [keyOf('patient.stays', key), { system: DOCUMENT_SYSTEM, value: document }];
}

const ACT_CODES = new Set(['AMB', 'EMER', 'FLD', 'HH', 'IMP', 'ACUTE', 'NONAC', 'OBSENC', 'PRENC', 'SS', 'VR']);

function classCoding(code: string): FhirEncounter['class'] {
  if (!CODE.test(code)) return { system: SYSTEMS.actCode, code: 'IMP' };
  return ACT_CODES.has(code) ? { system: SYSTEMS.actCode, code } : { code };
}

function period(start: string | undefined, end: string | undefined): { period?: FhirEncounter['period'] } {
  return start === undefined && end === undefined ? {} : { period: { ...time('start', start), ...time('end', end) } };
}

function base64(bytes: Uint8Array): string {
  let binary = '';
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary);
}
