/**
 * Patients, stays and the ward's beds as one session sees them: the clinical model on top of encrypted documents.
 *
 * Ids of patients and stays are the ids of their documents, in hex.
 */
import { toHex } from '../codec/bytes.ts';
import type { Clock, Entropy } from '../codec/environment.ts';
import { documentId, hexOf, type DocumentId, type TeamId } from '../codec/ids.ts';
import type { Author, IsoTime, Note, ObservationSet, PatientRecord, Stay, WardIndex } from '../clinical/model.ts';
import { writeTime } from '../clinical/time.ts';
import type { PatientFile } from '../clinical/patient-page.ts';
import type { Admission } from '../clinical/views.ts';
import type { SetAside } from '../documents/chain-reader.ts';
import type { JsonObject } from '../documents/engine.ts';
import type { OpenDocument } from '../documents/library.ts';
import type { Session } from '../ward/session.ts';
import { inPieces } from './pieces.ts';

export interface NewPatient {
  readonly record: Omit<PatientRecord, 'stays'>;
  /** Keyed as in `record.stays`; `patient` is filled in here. */
  readonly stays: Readonly<Record<string, Omit<Stay, 'patient'>>>;
}

/** Entries that are here and not part of what is shown. */
export interface NotShown {
  /** The document's id, in hex. */
  readonly document: string;
  /** Who wrote them; undefined for who is not known here. */
  readonly by: string | undefined;
  readonly entries: number;
  /** Written by somebody who is out and not reviewed yet; resting on what is not here; or not to be read at all. */
  readonly why: 'review' | 'incomplete' | 'unreadable';
  readonly reason: SetAside['reason'];
}

export class UnknownEntry extends Error {
  override readonly name = 'UnknownEntry';
}

export class Chart {
  readonly #session: Session;
  readonly #clock: Clock;
  readonly #entropy: Entropy;

  constructor(session: Session, { clock, entropy }: { readonly clock: Clock; readonly entropy: Entropy }) {
    this.#session = session;
    this.#clock = clock;
    this.#entropy = entropy;
  }

  *patients(): Iterable<{ readonly id: string; readonly record: PatientRecord }> {
    for (const document of this.#session.documents()) {
      if (isOfKind<PatientRecord>(document.value, 'patient')) yield { id: hexOf(document.id), record: document.value };
    }
  }

  patient(id: string): PatientRecord | undefined {
    const value = this.#open(id)?.value;
    return isOfKind<PatientRecord>(value, 'patient') ? value : undefined;
  }

  stay(id: string): Stay | undefined {
    const value = this.#open(id)?.value;
    return isOfKind<Stay>(value, 'stay') ? value : undefined;
  }

  /** The record and every stay of the patient that is open here. */
  file(patient: string): PatientFile | undefined {
    const record = this.patient(patient);
    if (record === undefined) return undefined;
    const stays = new Map<string, Stay>();
    for (const { id, value } of this.#session.documents()) {
      if (isOfKind<Stay>(value, 'stay') && value.patient === patient) stays.set(hexOf(id), value);
    }
    return { patient, record, stays };
  }

  /** Every stay whose patient's record is open as well. */
  *admissions(): Iterable<Admission> {
    for (const document of this.#session.documents()) {
      if (!isOfKind<Stay>(document.value, 'stay')) continue;
      const record = this.patient(document.value.patient);
      if (record !== undefined) yield { patient: document.value.patient, record, stay: hexOf(document.id), value: document.value };
    }
  }

  /** The document that an import made of a source, or an export's own document; by what the source is called. */
  findImported(kind: 'patient' | 'stay', source: string): string | undefined {
    for (const { id, value } of this.#session.documents()) {
      if (value?.['kind'] === kind && (hexOf(id) === source || value['importedAs'] === source)) return hexOf(id);
    }
    return undefined;
  }

  wardIndex(): WardIndex | undefined {
    for (const { value } of this.#session.documents()) if (isOfKind<WardIndex>(value, 'ward')) return value;
    return undefined;
  }

  /** Documents of which something waits for a key of this user's teams that has not arrived yet. */
  waiting(): number {
    let count = 0;
    for (const document of this.#session.documents()) if (this.#session.awaitsKey(document)) count += 1;
    return count;
  }

  /** What of the patient's record and stays was set aside (DOC-5, DOC-8); without a patient, of every document. */
  setAside(patient?: string): readonly NotShown[] {
    const wanted = patient === undefined ? undefined : new Set([patient, ...Object.values(this.patient(patient)?.stays ?? {}).map((stay) => stay.document)]);
    const found: NotShown[] = [];
    for (const { id, setAside } of this.#session.documents()) {
      const document = hexOf(id);
      if (wanted?.has(document) === false) continue;
      for (const { author, items, reason } of setAside) {
        found.push({ document, by: this.#session.nameOfAuthor(author), entries: items, why: WHY[reason] ?? 'unreadable', reason });
      }
    }
    return found;
  }

  async addWardIndex(team: TeamId, index: WardIndex): Promise<void> {
    await this.#session.create(team, asJson(index));
  }

  /** Makes one document for the record and one for each stay. Returns the patient's id. */
  async addPatient(team: TeamId, { record, stays }: NewPatient): Promise<string> {
    const patient = await this.#createDocument(team, asJson({ ...record, stays: {} }));
    for (const [key, stay] of Object.entries(stays)) await this.addStay(team, hexOf(patient), key, stay);
    return hexOf(patient);
  }

  async addStay(team: TeamId, patient: string, key: string, stay: Omit<Stay, 'patient'>): Promise<string> {
    const document = await this.#createDocument(team, asJson({ ...stay, patient }));
    await this.#edit(patient, (draft: PatientRecord) => {
      draft.stays[key] = { document: hexOf(document), start: stay.start, ...(stay.end !== undefined && { end: stay.end }) };
    });
    return hexOf(document);
  }

  addObservations(stay: string, set: Omit<ObservationSet, 'author'>): Promise<string> {
    return this.#addEntry(stay, 'observations', { ...set, author: this.author() });
  }

  addNote(stay: string, note: Omit<Note, 'author'>): Promise<string> {
    return this.#addEntry(stay, 'notes', { ...note, author: this.author() });
  }

  /** The entry stays; who, when and why are written beside it. Marking twice changes nothing. */
  async markEnteredInError(stay: string, collection: 'observations' | 'notes', id: string, reason: string): Promise<void> {
    const amendment = { at: this.now(), author: this.author(), reason };
    await this.#edit(stay, (draft: Stay) => {
      const entry = draft[collection][id];
      if (entry === undefined) throw new UnknownEntry(`no entry ${id}`);
      entry.enteredInError ??= amendment;
    });
  }

  /** Any change of a patient's record or a stay, as a recipe on its draft. */
  async edit(id: string, recipe: (draft: JsonDraft) => void): Promise<void> {
    await this.#edit(id, recipe);
  }

  /** The care team that can open the document; undefined for a document that is not open here. */
  teamOf(id: string): TeamId | undefined {
    const document = this.#open(id);
    return document && this.#session.teamOf(document.id);
  }

  /** For a new entry of a collection. */
  newEntryId(): string {
    return toHex(this.#entropy.randomBytes(8));
  }

  now(): IsoTime {
    return writeTime(this.#clock.now());
  }

  author(): Author {
    return { user: hexOf(this.#session.user), name: this.#session.name };
  }

  async #addEntry(stay: string, collection: 'observations' | 'notes', entry: object): Promise<string> {
    if (this.stay(stay) === undefined) throw new UnknownEntry(`no stay ${stay}`);
    const id = this.newEntryId();
    await this.#edit(stay, (draft: Record<string, Record<string, unknown>>) => {
      (draft[collection] ??= {})[id] = entry;
    });
    return id;
  }

  /** A first value too large for one changeset is written as several. */
  async #createDocument(team: TeamId, value: JsonObject): Promise<DocumentId> {
    const [first, ...rest] = inPieces(value);
    const document = await this.#session.create(team, first);
    for (const piece of rest) {
      await this.#edit(hexOf(document), (draft: Record<string, Record<string, unknown>>) => {
        for (const [collection, entries] of Object.entries(piece)) Object.assign(draft[collection] ??= {}, entries);
      });
    }
    return document;
  }

  /** The recipe names what it takes the draft for: Immer's type of plain JSON says less than the model does. */
  async #edit(id: string, recipe: (draft: never) => void): Promise<void> {
    await this.#session.edit(documentId.fromHex(id), (draft) => { recipe(draft as never); });
  }

  #open(id: string): OpenDocument | undefined {
    return /^[0-9a-f]{32}$/.test(id) ? this.#session.document(documentId.fromHex(id)) : undefined;
  }
}

const WHY: Partial<Record<SetAside['reason'], NotShown['why']>> = { disputed: 'review', 'depends-on-missing': 'incomplete' };

type JsonDraft = Record<string, unknown>;

function isOfKind<T extends { readonly kind: string }>(value: unknown, kind: T['kind']): value is T {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === kind;
}

/** The clinical model is plain JSON; its interfaces only lack an index signature. */
function asJson(value: object): JsonObject {
  return value as JsonObject;
}
