/** DocumentReference with plain text → notes of a stay. */
import { NOTE_TYPES } from '../codes.ts';
import type { Note } from '../model.ts';
import type { Resource } from './bundle.ts';
import { put, visitOf, type Chart } from './chart.ts';
import { MAX_PROSE, type Cursor } from './cursor.ts';
import { correctionOf } from './import-history.ts';
import { entryKey, exactTime, readAuthor, UNNAMED } from './source.ts';

export function readNote(chart: Chart, resource: Resource): void {
  const { cursor } = resource;
  const attachment = cursor.list('content')[0]?.child('attachment');
  const kind = attachment?.text('contentType', 200) ?? '';
  if (!/^text\/(plain|markdown)\b/i.test(kind)) {
    resource.leftOut = 'not a plain text';
    return;
  }
  const at = exactTime(cursor.time('date')) ?? exactTime(cursor.child('context')?.child('period')?.time('start'));
  const stay = visitOf(chart, resource, cursor.child('context')?.list('encounter')[0], at)?.stay;
  if (at === undefined || stay === undefined) {
    resource.leftOut = at === undefined ? 'without an exact time' : 'not within a stay';
    return;
  }
  const text = readText(attachment);
  if (text === undefined) {
    resource.leftOut = 'text missing or not readable';
    return;
  }
  const corrected = correctionOf(resource, cursor.text('status', 100) === 'entered-in-error', at);
  if (corrected === 'unknown when') return;
  const note: Note = {
    at,
    author: readAuthor(chart.index, resource, cursor.list('author')[0]) ?? UNNAMED,
    kind: readKind(cursor.child('type')),
    text,
    ...corrected,
  };
  put(stay.stay.notes, entryKey(resource, 'stay.notes'), note, resource);
}

/** By its LOINC type; a doctor's note is what FHIR calls a clinical note unless it says otherwise. */
function readKind(type: Cursor | undefined): Note['kind'] {
  type?.settle('text');
  for (const coding of type?.list('coding') ?? []) {
    const code = coding.text('code', 100);
    coding.settle('system', 'display');
    for (const kind of ['nursing', 'medical', 'handover', 'other'] as const) if (NOTE_TYPES[kind].code === code) return kind;
  }
  return 'other';
}

function readText(attachment: Cursor | undefined): string | undefined {
  const data = attachment?.text('data', Math.ceil((MAX_PROSE * 4 * 4) / 3));
  if (attachment === undefined) return undefined;
  if (data === undefined) return attachment.flag('empty') ? '' : undefined;
  try {
    const bytes = Uint8Array.from(atob(data), (character) => character.charCodeAt(0));
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    return text.length > MAX_PROSE ? undefined : text;
  } catch {
    return undefined;
  }
}
