/**
 * What one unlocked user can open: team keys by epoch, and document secrets by epoch.
 *
 * A keyring lives only in an unlocked client's memory. It is fed with admitted grant items; it refuses those whose
 * signer the log does not let grant (KEYS-5), and those that do not prove that their author held the secrets (KEYS-7).
 */
import { compareBytes, equalBytes } from '../codec/bytes.ts';
import { hexOf, type AuthorId, type DocumentId, type Hex, type ItemId, type TeamId, type UserId, type WardId } from '../codec/ids.ts';
import { MalformedError } from '../codec/result.ts';
import type { Item } from '../items/item.ts';
import type { Role } from '../membership/ward-state.ts';
import {
  decodeGrant, keyRank, openDocumentGrant, openEarlierKeys, openTeamWrap, originatedDocument,
  type DocumentSecrets, type GlassBody, type GrantBody, type TeamKey,
} from './grant.ts';
import type { Identity } from './identity.ts';

/** `no-key`: not for this user, or not yet. `refused`: nobody should believe it. `glass`: a break-glass wrap, which is kept. */
export type GrantOutcome = 'opened' | 'no-key' | 'refused' | 'glass';

export interface Keyring {
  /** Reads a grant of a team's own document. `signer` is the author's role at the item's heads. */
  readTeamGrant(item: Item, signer: Role | undefined): Promise<GrantOutcome>;
  readDocumentGrant(item: Item): GrantOutcome;
  /** Keeps the item if it is a break-glass wrap, and does nothing else. */
  readGlassWrap(item: Item): void;
  /** The key of the newest epoch; undefined when this user holds none. */
  teamKey(team: TeamId): TeamKey | undefined;
  teamKeys(team: TeamId): readonly TeamKey[];
  /** All keys of an epoch of a document, the one to write with first. */
  documentSecrets(document: DocumentId, epoch: number): readonly DocumentSecrets[];
  /** Secrets of the newest epoch, with the team and team epoch under which they were granted. */
  newestSecrets(document: DocumentId): GrantedSecrets | undefined;
  /** Every key of the document that is here, by rising epoch. */
  allSecrets(document: DocumentId): readonly DocumentSecrets[];
  /** Break-glass wraps of the document that were read, the last few. */
  glassWraps(document: DocumentId): readonly GlassWrapped[];
  /** Documents of which a break-glass wrap was read. */
  wrapped(): Iterable<DocumentId>;
  /** Takes in what breaking the glass opened, until `endLoan`; a document that this user's teams can open needs it not. */
  lend(document: DocumentId, secrets: readonly DocumentSecrets[]): void;
  isLent(document: DocumentId): boolean;
  /** Overwrites what was lent. */
  endLoan(document: DocumentId): void;
  /** Every grant of the document that has opened: one key may have been given to several teams. */
  documentGrants(document: DocumentId): readonly GrantedSecrets[];
  /** Takes in a key that this user has just made. */
  addTeamKey(key: TeamKey): void;
  /** Overwrites the keys of an erased document. */
  forget(document: DocumentId): void;
  /** Overwrites every key. */
  wipe(): void;
}

export interface GrantedSecrets extends DocumentSecrets {
  readonly team: TeamId;
  readonly teamEpoch: number;
  /** Where the grant stands. */
  readonly author: AuthorId;
  readonly seq: number;
  /** Made with the document; its team is the one that the document belongs to, whoever else it is shared with. */
  readonly isOrigin: boolean;
}

export interface GlassWrapped {
  readonly id: ItemId;
  readonly team: TeamId;
  readonly teamEpoch: number;
  readonly body: GlassBody;
}

/** Wraps that are kept of one document, those of the newest epochs. */
const MAX_WRAPS_KEPT = 32;

export function openKeyring(ward: WardId, identity: Identity): Keyring {
  const teams = new Map<Hex<TeamId>, TeamKey[]>();
  const documents = new Map<Hex<DocumentId>, GrantedSecrets[]>();
  const lent = new Map<Hex<DocumentId>, readonly DocumentSecrets[]>();
  const wraps = new Map<Hex<DocumentId>, { readonly document: DocumentId; readonly of: GlassWrapped[] }>();
  const user: UserId = identity.user;

  async function readTeamGrant(item: Item, signer: Role | undefined): Promise<GrantOutcome> {
    const { content } = item.fields;
    if (content.type !== 'grant' || signer !== 'admin') return 'refused';
    const grant = parse(item);
    if (grant?.type !== 'team-epoch') return 'refused';
    const { team, epoch } = content;
    const key = await openTeamWrap(ward, { team, epoch }, item.encodedFields, grant, user, identity.kem);
    const holders = key === null ? teamKeys(team).filter((held) => held.epoch === epoch) : [{ team, epoch, key }];
    for (const holder of holders) {
      addTeamKey(holder);
      openEarlierKeys(ward, holder, grant).forEach(addTeamKey);
    }
    return holders.length === 0 ? 'no-key' : 'opened';
  }

  function addTeamKey(added: TeamKey): void {
    addRanked(teams, hexOf(added.team), added, isSameKey);
  }

  function readDocumentGrant(item: Item): GrantOutcome {
    const { content, document, author } = item.fields;
    const grant = parse(item);
    if (content.type === 'grant' && grant?.type === 'glass') return keepWrap(document, { id: item.id, team: content.team, teamEpoch: content.epoch, body: grant });
    if (content.type !== 'grant' || grant?.type !== 'document') return 'refused';
    const isOrigin = grant.nonce.length > 0;
    if (isOrigin && (grant.epoch !== 1 || !equalBytes(originatedDocument(ward, author, grant.nonce), document))) return 'refused';

    const keys = teamKeys(content.team).filter((held) => held.epoch === content.epoch).map((held) => held.key);
    const secrets = openDocumentGrant(ward, document, item.encodedFields, grant, keys);
    if (secrets === null) return 'no-key';
    const name = hexOf(document);
    const known = documents.get(name)?.[0];
    if (known !== undefined && !equalBytes(known.historyKey, secrets.historyKey)) {
      if (!isOrigin) return 'refused';
      documents.delete(name); // what came before the origin was somebody's invention
    }
    addRanked(documents, name, { ...secrets, team: content.team, teamEpoch: content.epoch, isOrigin, author, seq: item.fields.seq }, isSameGrant);
    return 'opened';
  }

  function keepWrap(document: DocumentId, wrap: GlassWrapped): GrantOutcome {
    const kept = wraps.get(hexOf(document)) ?? { document, of: [] };
    wraps.set(hexOf(document), kept);
    if (kept.of.some(({ id }) => equalBytes(id, wrap.id))) return 'glass';
    kept.of.push(wrap);
    kept.of.sort((a, b) => a.body.epoch - b.body.epoch || a.teamEpoch - b.teamEpoch);
    kept.of.splice(0, Math.max(0, kept.of.length - MAX_WRAPS_KEPT));
    return 'glass';
  }

  function documentGrants(document: DocumentId): readonly GrantedSecrets[] {
    return documents.get(hexOf(document)) ?? [];
  }

  function newestSecrets(document: DocumentId): GrantedSecrets | undefined {
    const grants = documentGrants(document);
    const first = newest(grants);
    const home = (grants.find(({ isOrigin }) => isOrigin) ?? grants[0])?.team;
    if (first === undefined || home === undefined) return undefined;
    return grants.find((grant) => isSameKey(grant, first) && equalBytes(grant.team, home)) ?? first;
  }

  function teamKeys(team: TeamId): readonly TeamKey[] {
    return teams.get(hexOf(team)) ?? [];
  }

  function endLoan(document: DocumentId): void {
    for (const { key, historyKey } of lent.get(hexOf(document)) ?? []) { key.fill(0); historyKey.fill(0); }
    lent.delete(hexOf(document));
  }

  /** Each key once, to however many teams it was given. Own keys count before lent ones. */
  function allSecrets(document: DocumentId): readonly DocumentSecrets[] {
    const all = documents.get(hexOf(document)) ?? lent.get(hexOf(document)) ?? [];
    return all.filter((secrets, at) => all.findIndex((other) => isSameKey(other, secrets)) === at);
  }

  return {
    readTeamGrant,
    readDocumentGrant,
    readGlassWrap: (item) => { if (parse(item)?.type === 'glass') readDocumentGrant(item); },
    teamKeys,
    teamKey: (team) => newest(teamKeys(team)),
    documentSecrets: (document, epoch) => allSecrets(document).filter((secrets) => secrets.epoch === epoch),
    allSecrets,
    glassWraps: (document) => wraps.get(hexOf(document))?.of ?? [],
    *wrapped() {
      for (const { document } of wraps.values()) yield document;
    },
    lend: (document, secrets) => { lent.set(hexOf(document), secrets); },
    isLent: (document) => lent.has(hexOf(document)) && !documents.has(hexOf(document)),
    newestSecrets,
    documentGrants,
    addTeamKey,
    forget: (document) => {
      for (const { key, historyKey } of documents.get(hexOf(document)) ?? []) { key.fill(0); historyKey.fill(0); }
      documents.delete(hexOf(document));
      endLoan(document);
    },
    endLoan,
    wipe: () => {
      for (const keys of teams.values()) for (const { key } of keys) key.fill(0);
      for (const secrets of documents.values()) for (const { key, historyKey } of secrets) { key.fill(0); historyKey.fill(0); }
      for (const secrets of lent.values()) for (const { key, historyKey } of secrets) { key.fill(0); historyKey.fill(0); }
      teams.clear();
      lent.clear();
      wraps.clear();
      documents.clear();
      identity.signing.seed.fill(0);
    },
  };
}

/** Keeps a list without doubles, by rising epoch and, within an epoch, the one to write with first. */
function addRanked<Name, K extends EpochKey>(into: Map<Name, K[]>, name: Name, added: K, isSame: (a: K, b: K) => boolean): void {
  const list = into.get(name) ?? [];
  if (list.some((held) => isSame(held, added))) return;
  list.push(added);
  list.sort((a, b) => a.epoch - b.epoch || compareBytes(keyRank(a.key), keyRank(b.key)));
  into.set(name, list);
}

interface EpochKey {
  readonly epoch: number;
  readonly key: Uint8Array;
}

function isSameKey(a: EpochKey, b: EpochKey): boolean {
  return a.epoch === b.epoch && equalBytes(a.key, b.key);
}

function isSameGrant(a: GrantedSecrets, b: GrantedSecrets): boolean {
  return isSameKey(a, b) && a.teamEpoch === b.teamEpoch && equalBytes(a.team, b.team);
}

function newest<K extends { readonly epoch: number }>(ranked: readonly K[]): K | undefined {
  const epoch = ranked.at(-1)?.epoch;
  return ranked.find((held) => held.epoch === epoch);
}

function parse(item: Item): GrantBody | undefined {
  try {
    return decodeGrant(item.body);
  } catch (error) {
    if (error instanceof MalformedError) return undefined;
    throw error;
  }
}
