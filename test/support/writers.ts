/**
 * A document in a ward in memory, with writers who hold its keys, and readers with replicas of their own.
 *
 * Nothing here starts a worker: Automerge runs in the process. What is written is signed and sealed for real, and bears
 * the heads of the log from before anybody was removed.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import * as Automerge from '@automerge/automerge/slim';
import { toBytes, list, variableBytes } from '../../protocol/codec/shape.ts';
import { hexOf, userId, type DocumentId, type ItemId } from '../../protocol/codec/ids.ts';
import { LABEL } from '../../protocol/crypto/labels.ts';
import { sealCommitted } from '../../protocol/crypto/sealing/committed.ts';
import { automergeEngine } from '../../protocol/documents/automerge-engine.ts';
import { readChangeHeader } from '../../protocol/documents/change-header.ts';
import { CHAIN_START, type ChainPosition } from '../../protocol/documents/changeset.ts';
import type { DocumentEngine } from '../../protocol/documents/engine.ts';
import { Library } from '../../protocol/documents/library.ts';
import { encodeFields, MAX_BODY_LENGTH, signItem, type Item } from '../../protocol/items/item.ts';
import { documentGrantBody, originatedDocument, type DocumentSecrets, type TeamKey } from '../../protocol/keys/grant.ts';
import { identityFromSeeds } from '../../protocol/keys/identity.ts';
import { openKeyring, type Keyring } from '../../protocol/keys/keyring.ts';
import type { Replica } from '../../protocol/replica/replica.ts';
import { hmacSha256 } from '../../protocol/crypto/signing/hash.ts';
import { buildWard, offerTo, type TestSession, type TestWard } from './ward-builder.ts';

await Automerge.initializeWasm(new Uint8Array(readFileSync(createRequire(import.meta.url).resolve('@automerge/automerge/automerge.wasm'))));

export interface Sheet {
  readonly ward: TestWard;
  readonly teamKey: TeamKey;
  readonly heads: readonly ItemId[];
}

/** A ward, and the key of the team that everybody is in. */
export async function startSheet(seed: string, ...handles: readonly string[]): Promise<Sheet & { readonly sessions: readonly TestSession[] }> {
  const ward = await buildWard({ seed });
  const sessions: TestSession[] = [];
  for (const handle of handles) sessions.push(await ward.join(handle, 'clinician'));
  return { ward, sessions, heads: ward.heads(), teamKey: { team: ward.everyone, epoch: 1, key: ward.random.randomBytes(32) } };
}

/** A new document's keys, and the origin that gives them to the team. */
export function originate({ ward, heads, teamKey }: Sheet, session: TestSession): { readonly document: DocumentId; readonly secrets: DocumentSecrets; readonly origin: Item } {
  const nonce = ward.random.randomBytes(16);
  const document = originatedDocument(ward.id, session.id, nonce);
  const secrets = { epoch: 1, key: ward.random.randomBytes(32), historyKey: ward.random.randomBytes(32) };
  return { document, secrets, origin: grantItem({ ward, heads, teamKey }, session, document, secrets, nonce) };
}

/** A grant as the first item of its chain. */
export function grantItem({ ward, heads, teamKey }: Sheet, session: TestSession, document: DocumentId, secrets: DocumentSecrets, nonce: Uint8Array): Item {
  const fields = encodeFields({ document, author: session.id, seq: 1, prev: new Uint8Array(0), heads, time: ward.clock.now() }, { type: 'grant', team: teamKey.team, epoch: teamKey.epoch });
  return signItem(session.key, ward.id, fields, documentGrantBody(ward.id, document, secrets, nonce, fields, teamKey, ward.random));
}

type Root = Record<string, unknown>;

export interface Forgery {
  /** Instead of the hash chain over `changes`. */
  readonly history?: Uint8Array;
  /** Instead of the document's key. */
  readonly key?: Uint8Array;
}

/** One session's chain in one document, with the Automerge document that it is written from. */
export class Writer {
  readonly session: TestSession;
  readonly #sheet: Sheet;
  readonly #document: DocumentId;
  readonly #secrets: DocumentSecrets;
  doc: Automerge.Doc<Root>;
  #position: ChainPosition;
  #prev: ItemId | Uint8Array;

  constructor(sheet: Sheet, session: TestSession, document: DocumentId, secrets: DocumentSecrets, after?: Item) {
    this.session = session;
    this.#sheet = sheet;
    this.#document = document;
    this.#secrets = secrets;
    this.doc = Automerge.init<Root>({ actor: hexOf(session.id) });
    this.#position = { ...CHAIN_START, seq: after?.fields.seq ?? 0 };
    this.#prev = after?.id ?? new Uint8Array(0);
  }

  /** One change, as the bytes that Automerge makes of it. */
  change(recipe: (draft: Root) => void): Uint8Array {
    this.doc = Automerge.change(this.doc, { time: 0 }, recipe);
    const change = Automerge.getLastLocalChange(this.doc);
    if (change === undefined) throw new Error('nothing was changed');
    return change;
  }

  write(recipe: (draft: Root) => void): Item {
    return this.put([this.change(recipe)]);
  }

  /** Seals whatever it is given as the next item of the chain, as an insider who has the keys can. */
  put(changes: readonly Uint8Array[], { history, key }: Forgery = {}): Item {
    const { ward, heads } = this.#sheet;
    const linked = history ?? hmacSha256(this.#secrets.historyKey, this.#position.history, ...changes.map(hashOf));
    const place = {
      document: this.#document, author: this.session.id, seq: this.#position.seq + 1, prev: this.#prev, heads, time: ward.clock.now(),
    };
    const fields = encodeFields(place, { type: 'changeset', epoch: this.#secrets.epoch, history: linked });
    const plaintext = toBytes(list(variableBytes(1, MAX_BODY_LENGTH), 1024), changes);
    const context = { label: LABEL.changesetKey, ward: ward.id, subject: this.#document };
    const item = signItem(this.session.key, ward.id, fields, sealCommitted(key ?? this.#secrets.key, context, fields, plaintext, ward.random));
    this.#position = { seq: place.seq, history: linked, changeSeq: this.#position.changeSeq + changes.length };
    this.#prev = item.id;
    return item;
  }

  /** Takes in everything that another has. */
  merge(other: Writer): void {
    this.doc = Automerge.merge(this.doc, other.doc);
  }
}

export interface Reader {
  readonly replica: Replica;
  readonly keyring: Keyring;
  readonly library: Library;
  /** Stores the items of one or more chains, each in its order. */
  take(...items: readonly Item[]): Promise<void>;
}

/** Somebody with the team's key and a replica that holds the ward's log and sessions. */
export async function openReader({ ward, teamKey }: Sheet, before: readonly Item[], engine: DocumentEngine = automergeEngine('ee'.repeat(32))): Promise<Reader> {
  const replica = await ward.emptyReplica();
  for (const item of before) await offerTo(replica, item);
  const identity = identityFromSeeds(userId.from(new Uint8Array(16)), { signing: new Uint8Array(32).fill(1), kem: new Uint8Array(32).fill(2) });
  const keyring = openKeyring(ward.id, identity);
  keyring.addTeamKey(teamKey);
  const library = new Library({
    replica, keyring, engine, session: ward.founder.id, now: () => 0, write: () => Promise.reject(new Error('reads only')),
  });
  async function take(...items: readonly Item[]): Promise<void> {
    for (const item of items) {
      const verdict = await offerTo(replica, item);
      if (verdict.outcome !== 'stored') throw new Error(`not stored: ${JSON.stringify(verdict)}`);
    }
  }
  return { replica, keyring, library, take };
}

/** What does not parse is hashed as it is: the reader finds that out before it looks at the history. */
function hashOf(change: Uint8Array): Uint8Array {
  try {
    return readChangeHeader(change).hash;
  } catch {
    return change;
  }
}
