/** Encounter → a stay (inpatient), or an entry of the record. */
import type { Encounter, Stay } from '../model.ts';
import type { Resource } from './bundle.ts';
import { put, type Chart } from './chart.ts';
import type { Cursor } from './cursor.ts';
import { keySystem } from './own.ts';
import { entryKey, follow, ownDocument, ownIdentifier, partOf, readAuthor, readCoded } from './source.ts';

/** HL7 v3 ActCode: inpatient, acute, non-acute, short stay; and what STU3 called it. */
const INPATIENT = new Set(['IMP', 'ACUTE', 'NONAC', 'SS', 'inpatient']);

const STAY_STATUS: Readonly<Record<string, Stay['status']>> = {
  planned: 'planned', arrived: 'in-progress', triaged: 'in-progress', 'in-progress': 'in-progress', onleave: 'in-progress', finished: 'finished',
};

export function readEncounter(chart: Chart, resource: Resource): void {
  const { cursor } = resource;
  const code = cursor.child('class')?.text('code', 100);
  const status = cursor.text('status', 100);
  const period = cursor.child('period');
  const start = period?.time('start');
  const own = ownIdentifier(resource, keySystem('patient.stays')) !== undefined;
  const inpatient = own || (ownIdentifier(resource, keySystem('patient.encounters')) === undefined && INPATIENT.has(code ?? ''));
  const standing = STAY_STATUS[status ?? ''] ?? (status === 'unknown' || status === undefined ? (period?.has('end') === true ? 'finished' : 'in-progress') : undefined);
  cursor.child('class')?.settle('system', 'display');
  if (inpatient && start !== undefined && standing !== undefined) readStay(chart, resource, start, standing);
  else readVisit(chart, resource, code, status);
}

function readVisit(chart: Chart, resource: Resource, code: string | undefined, status: string | undefined): void {
  const { cursor } = resource;
  const period = cursor.child('period');
  const start = period?.time('start');
  const end = period?.time('end');
  const type = readCoded(cursor.list('type')[0]);
  const reason = readReason(chart, resource);
  const encounter: Encounter = {
    class: cursor.extension('class')?.text('valueString') ?? code ?? 'UNK',
    ...(type !== undefined && { type }),
    ...(start !== undefined && { start }),
    ...(end !== undefined && { end }),
    status: cursor.extension('status')?.text('valueString') ?? status ?? 'unknown',
    ...(reason !== undefined && { reason }),
  };
  const key = entryKey(resource, 'patient.encounters');
  put(chart.record.encounters, key, encounter, resource);
  if (resource.claimed) chart.visits.set(resource, { key });
}

function readStay(chart: Chart, resource: Resource, start: string, status: Stay['status']): void {
  const { cursor } = resource;
  const key = entryKey(resource, 'patient.stays');
  const document = ownDocument(resource) ?? chart.documentId(`${chart.source}/stay:${key}`);
  const end = cursor.child('period')?.time('end');
  const listed = cursor.extension('listed');
  const entry = {
    document,
    start: (listed && partOf(listed, 'start')) ?? start,
    ...(listed === undefined ? end !== undefined && { end } : endOf(listed)),
  };
  put(chart.record.stays, key, entry, resource);
  if (!resource.claimed) return;
  // Only the record knew of this stay when it was exported: there is no document to make.
  if (cursor.flag('not-here')) {
    chart.visits.set(resource, { key });
    return;
  }
  const code = cursor.extension('class')?.text('valueString') ?? (cursor.flag('no-class') ? undefined : cursor.child('class')?.text('code', 100));
  const type = readCoded(cursor.list('type')[0]);
  const reason = readReason(chart, resource);
  const consultant = readConsultant(chart, resource);
  const scale2 = cursor.extension('spo2-scale-2');
  const at = scale2 && partOf(scale2, 'at');
  const name = scale2 && partOf(scale2, 'name');
  const user = scale2 && partOf(scale2, 'user');
  const importedAs = cursor.extension('imported-as')?.text('valueString', 256);
  const stay: Stay = {
    kind: 'stay', schema: 1, patient: chart.document, status, start,
    ...(importedAs !== undefined && { importedAs }),
    ...(end !== undefined && { end }),
    ...(code !== undefined && { class: code }),
    ...(type !== undefined && { type }),
    ...(reason !== undefined && { reason }),
    ...readPlace(chart, resource),
    ...(consultant !== undefined && { consultant }),
    ...(at !== undefined && name !== undefined && { spo2Scale2: { at, author: { ...(user !== undefined && { user }), name } } }),
    observations: {}, measurements: {}, notes: {}, orders: {}, administrations: {},
  };
  if (cursor.text('status', 100) !== status) cursor.converted('status', `taken as ${status}`);
  const open = { key, document, stay };
  chart.stays.push(open);
  chart.visits.set(resource, { key, stay: open });
}

function endOf(listed: Cursor): { end?: string } {
  const end = partOf(listed, 'end');
  return end === undefined ? {} : { end };
}

function readReason(chart: Chart, resource: Resource): Stay['reason'] {
  const reason = readCoded(resource.cursor.list('reasonCode')[0]);
  if (reason !== undefined) return reason;
  const { target, display } = follow(chart.index, resource, resource.cursor.list('reasonReference')[0]);
  const code = target?.type === 'Condition' ? readCoded(target.cursor.child('code')) : undefined;
  return code ?? (display === undefined ? undefined : { display });
}

/** Who is responsible: the attending, else the primary performer, else whoever is named without a role. */
function readConsultant(chart: Chart, resource: Resource): string | undefined {
  const participants = resource.cursor.list('participant');
  const role = (participant: Cursor): string => participant.list('type')[0]?.list('coding')[0]?.text('code', 100) ?? '';
  const chosen = participants.find((participant) => role(participant) === 'ATND')
    ?? participants.find((participant) => role(participant) === 'PPRF')
    ?? participants.find((participant) => role(participant) === '');
  chosen?.list('type')[0]?.list('coding')[0]?.settle('system', 'display');
  chosen?.list('type')[0]?.settle('text');
  return readAuthor(chart.index, resource, chosen?.child('individual'))?.name;
}

/** Ward and bed, from locations that say they are one. */
function readPlace(chart: Chart, resource: Resource): { ward?: string; bed?: string } {
  const place: { ward?: string; bed?: string } = {};
  for (const location of resource.cursor.list('location')) {
    const { target } = follow(chart.index, resource, location.child('location'));
    if (target?.type !== 'Location') continue;
    const kind = target.cursor.child('physicalType')?.list('coding')[0];
    const code = kind?.text('code', 100);
    const field = code === 'wa' ? 'ward' : code === 'bd' ? 'bed' : undefined;
    const name = field && target.cursor.text('name');
    if (field === undefined || name === undefined) continue;
    place[field] = name;
    kind?.settle('system', 'display');
    target.cursor.settle('status', 'mode');
    target.claimed = true;
  }
  return place;
}
