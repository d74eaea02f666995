/**
 * Many stays at once, as real items: documents of the demonstration ward, sealed, signed and admitted like any other.
 * Written without sessions' libraries, because forty unlocked clients would take minutes.
 */
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import * as Automerge from '@automerge/automerge/slim';
import { hexOf, type DocumentId } from '../../protocol/codec/ids.ts';
import { demoWard, type DemoPatient } from '../../protocol/clinical/demo-ward.ts';
import { CHAIN_START, sealChangeset, type ChainPosition } from '../../protocol/documents/changeset.ts';
import { fromPlain, toPlainObject } from '../../protocol/documents/plain.ts';
import { documentGrantBody, originatedDocument, type TeamKey } from '../../protocol/keys/grant.ts';
import { openKeyring } from '../../protocol/keys/keyring.ts';
import type { Replica } from '../../protocol/replica/replica.ts';
import { startSession, type SessionSigner } from '../../protocol/ward/session-signer.ts';
import { TeamKeys } from '../../protocol/ward/team-keys.ts';
import { environment, USERS, type BenchWard } from './bench-ward.ts';
import { fingerprint } from './fingerprint.ts';

export interface PatientsPlan {
  readonly documents: number;
  readonly changesets: number;
  /** Sessions that write in one document. */
  readonly sessions: number;
}

export interface MadeDocument {
  readonly id: DocumentId;
  /** The same changes as Automerge made them, in order: for unencrypted peers. */
  readonly changes: readonly Uint8Array[];
  readonly heads: readonly string[];
  readonly fingerprint: string;
}

/** Sessions of the whole ward: five days of shifts, of which each document has seen some. */
const ALL_SESSIONS = 40;
/** The demonstration ward's stays are of different lengths; the longer ones are taken. */
const SPARE = 1.6;
const NOW = Date.UTC(2025, 2, 14, 9);

/** Puts the documents into the ward's replica. */
export async function addPatients(ward: BenchWard, { documents, changesets, sessions }: PatientsPlan): Promise<readonly MadeDocument[]> {
  await loadAutomerge();
  const stays = demoWard({ seed: 11, now: NOW, patients: Math.ceil(documents * SPARE) + 8 }).patients
    .filter(({ entries }) => entries.length >= changesets - 1)
    .slice(0, documents);
  if (stays.length < documents) throw new Error(`only ${stays.length} stays are long enough`);
  const writers = await startWriters(ward);
  const made: MadeDocument[] = [];
  for (const [index, stay] of stays.entries()) {
    const some = Array.from({ length: sessions }, (_, at) => nth(writers.signers, index * 3 + at * 5));
    made.push(await writeStay(ward, { ...writers, signers: some }, stay, changesets));
  }
  for (const signer of writers.signers) signer.wipe();
  return made;
}

interface Writers {
  readonly teamKey: TeamKey;
  readonly signers: readonly SessionSigner[];
}

async function startWriters(ward: BenchWard): Promise<Writers> {
  const { clock, entropy } = environment;
  const identity = await ward.identity(USERS[0]);
  const keyring = openKeyring(ward.replica.ward, identity);
  await new TeamKeys(ward.replica, keyring).readAll();
  const teamKey = keyring.teamKey(ward.team);
  if (teamKey === undefined) throw new Error('the writers hold no key');
  const signers: SessionSigner[] = [];
  for (let count = 0; count < ALL_SESSIONS; count++) signers.push(await startSession({ replica: ward.replica, identity, deviceKey: ward.device('office').key, clock, entropy }));
  return { teamKey, signers };
}

/** One change and one changeset for the stay as admitted, and one for each entry, the sessions taking turns. */
async function writeStay(ward: BenchWard, { teamKey, signers }: Writers, stay: DemoPatient, changesets: number): Promise<MadeDocument> {
  const { replica } = ward;
  const { entropy } = environment;
  const origin = nth(signers, 0);
  const nonce = entropy.randomBytes(16);
  const id = originatedDocument(replica.ward, origin.session, nonce);
  const secrets = { epoch: 1, key: entropy.randomBytes(32), historyKey: entropy.randomBytes(32) };
  await origin.append(id, { type: 'grant', team: ward.team, epoch: teamKey.epoch }, (fields) =>
    documentGrantBody(replica.ward, id, secrets, nonce, fields, teamKey, entropy));

  const positions = new Map<SessionSigner, ChainPosition>();
  const changes: Uint8Array[] = [];
  let doc = Automerge.init<Record<string, unknown>>();
  for (let number = 0; number < changesets; number++) {
    const signer = nth(signers, number);
    const before = doc;
    const own = Automerge.clone(before, { actor: hexOf(signer.session) });
    Automerge.free(before);
    doc = Automerge.change(own, { time: NOW / 1000 }, (draft) => {
      const entry = stay.entries[number - 1];
      if (entry === undefined) Object.assign(draft, fromPlain(stay.admitted, undefined));
      else (draft[entry.collection] as Record<string, unknown>)[entry.id] = fromPlain(entry.value, entry.id);
    });
    const change = Automerge.getLastLocalChange(doc);
    if (change === undefined) throw new Error('an entry changed nothing');
    changes.push(change);
    await signer.appendBuilt(id, (place) => {
      const sealed = sealChangeset(replica.ward, signer.key, secrets, place, positions.get(signer) ?? CHAIN_START, [change], entropy);
      positions.set(signer, sealed.position);
      return sealed.item;
    });
  }
  const made = { id, changes, heads: Automerge.getHeads(doc).toSorted(), fingerprint: fingerprint(toPlainObject(doc)) };
  Automerge.free(doc);
  return made;
}

async function loadAutomerge(): Promise<void> {
  await Automerge.initializeWasm(new Uint8Array(readFileSync(createRequire(import.meta.url).resolve('@automerge/automerge/automerge.wasm'))));
}

function nth<T>(list: readonly T[], index: number): T {
  const found = list[index % list.length];
  if (found === undefined) throw new Error('nothing to choose from');
  return found;
}

export function itemsOf(replica: Replica, documents: Iterable<DocumentId> = replica.documents()): number {
  let items = 0;
  for (const document of documents) for (const { seq } of replica.frontier(document)) items += seq;
  return items;
}
