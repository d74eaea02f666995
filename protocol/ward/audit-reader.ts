/**
 * Reads the audit as far as it was sealed to this user (AUDIT-4): what was opened, by whom, and whatever is amiss with a
 * chain. Nothing that is here is left out silently.
 */
import { equalBytes } from '../codec/bytes.ts';
import { AUDIT_DOCUMENT, hexOf, SESSIONS_DOCUMENT, type AuthorId, type DeviceId, type Hex, type ItemId, type UserId } from '../codec/ids.ts';
import { MalformedError } from '../codec/result.ts';
import { decodeAudit, type AuditBody } from '../items/audit.ts';
import type { Chain, Item } from '../items/item.ts';
import { openAuditKey, openOpenings, type Opening } from '../keys/audit-seal.ts';
import type { Identity } from '../keys/identity.ts';
import { decodeSessionEnd, SESSION_END } from '../membership/session-record.ts';
import { standingOf, type ItemPosition } from '../membership/standing.ts';
import type { Replica } from '../replica/replica.ts';

/** One opening, and the session that signed for it. */
export interface AuditedOpening extends Opening {
  readonly session: AuthorId;
  readonly user: UserId;
  readonly device: DeviceId;
  /** Signed by somebody, or on a device, that was removed, beyond the removal's cut. */
  readonly isDisputed: boolean;
}

/**
 * `sealed-to-others`: written before this user was a reader. `withheld`: its author knew this user as a privacy officer
 * and sealed it to others all the same. `unreadable`: sealed to this user, and does not open, or
 * is no list of openings. `gap`: items are missing in the middle; `end-missing`: the session, or an archive, once signed
 * for more than is here. `forked`: there are two versions of the chain.
 */
export type AuditTroubleKind = 'sealed-to-others' | 'withheld' | 'unreadable' | 'gap' | 'end-missing' | 'forked';

export interface AuditTrouble {
  readonly kind: AuditTroubleKind;
  readonly session: AuthorId;
  readonly user: UserId | undefined;
  readonly device: DeviceId | undefined;
  /** How many items, where that is known; else 1. */
  readonly items: number;
}

export interface AuditReading {
  /** Newest first, by the devices' clocks. */
  readonly openings: readonly AuditedOpening[];
  readonly troubles: readonly AuditTrouble[];
}

export interface AuditReaderOptions {
  readonly replica: Replica;
  readonly identity: Identity;
  /** See `Standings.receiptedUpTo`. */
  readonly receiptedUpTo: (chain: Chain) => number;
}

/** What has been read of one chain. */
interface ChainReading {
  next: number;
  last: Uint8Array;
  key: Uint8Array | undefined;
  /** Of the log, in force at the last item. */
  heads: readonly ItemId[];
  withheld: number;
  sealedToOthers: number;
  unreadable: number;
  gaps: number;
  readonly openings: { readonly at: ItemPosition; readonly opening: Opening }[];
}

const STEP = { maxItems: 256, maxBytes: 4 * 1024 * 1024 };

export class AuditReader {
  readonly #options: AuditReaderOptions;
  readonly #chains = new Map<Hex<AuthorId>, ChainReading>();
  /** One reading after the other. */
  #reading: Promise<void> = Promise.resolve();

  constructor(options: AuditReaderOptions) {
    this.#options = options;
  }

  /** Everything that is here. What was read before is not opened again. */
  async read(): Promise<AuditReading> {
    const { replica } = this.#options;
    this.#reading = this.#reading.catch(() => {}).then(async () => {
      for (const { author, seq } of replica.frontier(AUDIT_DOCUMENT)) await this.#readChain(author, seq);
    });
    await this.#reading;
    const openings: AuditedOpening[] = [];
    const troubles: AuditTrouble[] = [];
    for (const { author } of replica.frontier(AUDIT_DOCUMENT)) {
      const chain = this.#chains.get(hexOf(author));
      if (chain === undefined) continue;
      const signatory = replica.signatoryOf({ document: AUDIT_DOCUMENT, author });
      const { user, device } = { user: signatory?.user, device: signatory?.device };
      const trouble = (kind: AuditTroubleKind, items: number): void => {
        if (items > 0) troubles.push({ kind, session: author, user, device, items });
      };
      trouble('sealed-to-others', chain.sealedToOthers);
      trouble('withheld', chain.withheld);
      trouble('unreadable', chain.unreadable);
      trouble('gap', chain.gaps);
      trouble('end-missing', await this.#missingAtEnd(author, chain.next - 1));
      trouble('forked', Number(replica.isForked({ document: AUDIT_DOCUMENT, author })));
      if (signatory === undefined || user === undefined || device === undefined) continue;
      for (const { at, opening } of chain.openings) {
        openings.push({ ...opening, session: author, user, device, isDisputed: standingOf(at, signatory, replica.state()) === 'disputed' });
      }
    }
    return { openings: openings.sort((a, b) => b.at - a.at), troubles };
  }

  /** Overwrites the keys and forgets what was opened. */
  wipe(): void {
    for (const { key } of this.#chains.values()) key?.fill(0);
    this.#chains.clear();
  }

  async #readChain(author: AuthorId, until: number): Promise<void> {
    const { replica } = this.#options;
    const known = this.#chains.get(hexOf(author));
    const chain = known ?? { next: 1, last: new Uint8Array(0), key: undefined, heads: [], withheld: 0, sealedToOthers: 0, unreadable: 0, gaps: 0, openings: [] };
    this.#chains.set(hexOf(author), chain);
    while (chain.next <= until) {
      const items = await replica.read({ document: AUDIT_DOCUMENT, author }, chain.next, STEP);
      if (items.length === 0) return;
      for (const item of items) await this.#readItem(chain, item);
    }
  }

  async #readItem(chain: ChainReading, item: Item): Promise<void> {
    const { fields: { seq, prev, author, heads }, encodedFields } = item;
    const { replica, identity } = this.#options;
    const { ward } = replica;
    if (seq !== chain.next || !equalBytes(prev, chain.last)) chain.gaps += Math.max(1, seq - chain.next);
    chain.next = seq + 1;
    chain.last = item.id;
    if (heads.length > 0) chain.heads = heads;
    const body = decoded(item);
    if (body === undefined) return void (chain.unreadable += 1);
    if (body.readers.length > 0) {
      const isReader = body.readers.some(({ user }) => equalBytes(user, identity.user));
      chain.key = await openAuditKey(body, ward, author, encodedFields, identity.user, identity.kem) ?? undefined;
      if (chain.key === undefined && isReader) return void (chain.unreadable += 1);
    }
    if (chain.key === undefined) {
      const isOfficer = replica.state().roleAt(identity.user, chain.heads) === 'privacy';
      return void (isOfficer ? chain.withheld += 1 : chain.sealedToOthers += 1);
    }
    const openings = openOpenings(chain.key, ward, author, body.sealed, encodedFields);
    if (openings === null) return void (chain.unreadable += 1);
    for (const opening of openings) chain.openings.push({ at: { document: AUDIT_DOCUMENT, author, seq, id: item.id }, opening });
  }

  /** Items that the session's last word, or a receipt, names and that are not here. */
  async #missingAtEnd(author: AuthorId, here: number): Promise<number> {
    const { replica, receiptedUpTo } = this.#options;
    const [end] = await replica.read({ document: SESSIONS_DOCUMENT, author }, SESSION_END, { maxItems: 1, maxBytes: 1 });
    const ended = end === undefined ? 0 : decodeSessionEnd(end.body).find(({ document }) => equalBytes(document, AUDIT_DOCUMENT))?.seq ?? 0;
    return Math.max(0, ended - here, receiptedUpTo({ document: AUDIT_DOCUMENT, author }) - here);
  }
}

function decoded(item: Item): AuditBody | undefined {
  try {
    return decodeAudit(item.body);
  } catch (error) {
    if (error instanceof MalformedError) return undefined;
    throw error;
  }
}
