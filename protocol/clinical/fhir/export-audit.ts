/**
 * The read audit as FHIR R4 AuditEvents (https://hl7.org/fhir/R4/auditevent.html), for the systems in which a hospital
 * keeps such things: AUDIT-5.
 */
import type { AuditEvent, Bundle, Coding } from 'fhir/r4';
import type { IsoTime } from '../model.ts';
import { uuidFor } from './export-values.ts';
import { DOCUMENT_SYSTEM, USER_SYSTEM } from './own.ts';

/** One opening; ids in hex. */
export interface AuditRow {
  /** Tells one entry from every other. */
  readonly key: string;
  readonly at: IsoTime;
  readonly how: 'screen' | 'export' | 'review' | 'print';
  readonly user: { readonly id: string; readonly name: string };
  readonly device: { readonly id: string; readonly name: string };
  readonly patient: { readonly id: string; readonly name: string };
  /** What of the patient was opened. */
  readonly documents: readonly string[];
  /** Under which use of break-glass, where it was one. */
  readonly glass?: string;
}

export function exportAudit(rows: readonly AuditRow[], timestamp: IsoTime): Bundle<AuditEvent> {
  const entry = rows.map((row) => {
    const resource = auditEvent(row);
    return { fullUrl: `urn:uuid:${resource.id ?? ''}`, resource };
  });
  return { resourceType: 'Bundle', type: 'collection', timestamp, entry };
}

function auditEvent({ key, at, how, user, device, patient, documents, glass }: AuditRow): AuditEvent {
  return {
    resourceType: 'AuditEvent',
    id: uuidFor(`audit/${key}`),
    type: dicom('110110', 'Patient Record'),
    // DICOM's 'Export' is what leaves on any medium, paper included.
    subtype: [how === 'export' || how === 'print' ? dicom('110106', 'Export') : { system: 'http://hl7.org/fhir/restful-interaction', code: 'read', display: 'read' }],
    action: 'R',
    recorded: at,
    outcome: '0',
    ...(glass !== undefined && { purposeOfEvent: [{ coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ActReason', code: 'BTG', display: 'break the glass' }] }] }),
    agent: [{
      type: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/extra-security-role-type', code: 'humanuser', display: 'human user' }] },
      who: { identifier: { system: USER_SYSTEM, value: user.id }, display: user.name },
      requestor: true,
    }],
    source: {
      observer: { identifier: { system: DEVICE_SYSTEM, value: device.id }, display: device.name },
      type: [{ system: 'http://terminology.hl7.org/CodeSystem/security-source-type', code: '1', display: 'User Device' }],
    },
    entity: [
      {
        what: { type: 'Patient', identifier: { system: DOCUMENT_SYSTEM, value: patient.id }, display: patient.name },
        type: { system: ENTITY_TYPE, code: '1', display: 'Person' },
        role: { system: OBJECT_ROLE, code: '1', display: 'Patient' },
      },
      ...documents.filter((document) => document !== patient.id).map((document) => ({
        what: { type: 'Encounter', identifier: { system: DOCUMENT_SYSTEM, value: document } },
        type: { system: ENTITY_TYPE, code: '2', display: 'System Object' },
        role: { system: OBJECT_ROLE, code: '4', display: 'Domain Resource' },
      })),
    ],
  };
}

const DEVICE_SYSTEM = 'urn:wardsync:device';
const ENTITY_TYPE = 'http://terminology.hl7.org/CodeSystem/audit-entity-type';
const OBJECT_ROLE = 'http://terminology.hl7.org/CodeSystem/object-role';

/** DICOM PS3.16, Annex D. */
function dicom(code: string, display: string): Coding {
  return { system: 'http://dicom.nema.org/resources/ontology/DCM', code, display };
}
