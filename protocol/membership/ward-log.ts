/**
 * The ward log (SPEC, LOG): takes operations in any order in which parents come first, and says what the ward is.
 *
 * Two questions are kept apart. Whether an operation may enter the log follows from its own past alone, so every peer
 * gives the same answer at any time (`consider`). Whether it counts follows from the whole set, and may change when
 * something concurrent arrives (`state`).
 */
import { equalBytes } from '../codec/bytes.ts';
import { hexOf, inviteId, itemId, type AuthorId, type DocumentId, type Hex, type ItemId, type TeamId, type UserId, type WardId } from '../codec/ids.ts';
import type { Item } from '../items/item.ts';
import { judge, keysGivenIn, type Objection, type View } from './authority.ts';
import { signingKeyGivenBy } from './given.ts';
import { isCertified, type Certificate } from './certificate.ts';
import { certifyingRenewal } from './certifier.ts';
import type { Description } from './describe.ts';
import { Describer } from './describer.ts';
import { isGenesisOf } from './genesis.ts';
import { isJoinProven } from './join-proof.ts';
import { LogEntries, type Candidate, type Entry, type Signer } from './log-entries.ts';
import type { Past } from './log-graph.ts';
import { LogState } from './log-state.ts';
import type { Operation, OperationBody } from './operation.ts';
import { Resolution } from './resolution.ts';
import { teamDocument } from './team-document.ts';
import type { WardState } from './ward-state.ts';

/** Whether an operation may enter. What may goes to `add`, once it is durable. */
export type LogVerdict =
  | { readonly outcome: 'may-enter'; readonly placed: PlacedOperation }
  | { readonly outcome: 'known' }
  | { readonly outcome: 'waiting'; readonly for: 'predecessor' | 'log-heads' | 'log' }
  | { readonly outcome: 'refused'; readonly reason: Objection | 'malformed' | 'not-genesis' };

export interface PlacedOperation {
  readonly candidate: Candidate;
  /** Indices of what is directly before it. */
  readonly parents: readonly number[];
}

/** The log as seen from a place in it. */
export interface Viewpoint {
  readonly past: Past;
  /** What counts there. */
  readonly view: View;
}

/** Questions for a recovery that one device may ask (RECOVER-3); after that it has to be enrolled anew. */
const MAX_ASKS = 16;

export class WardLog {
  readonly ward: WardId;
  readonly #entries = new LogEntries();
  /** Certificates of sessions that signed operations. */
  readonly #certificates = new Map<Hex<AuthorId>, Certificate>();
  readonly #teamDocuments = new Map<Hex<DocumentId>, Hex<TeamId>>();
  #resolution = new Resolution(this.#entries);
  readonly #describer = new Describer(this.#entries.graph);
  /** Entries that the describer has not heard of; undefined when it has to hear everything anew. */
  #undescribed: Entry[] | undefined = [];
  #state: WardState | undefined;

  constructor(ward: WardId) {
    this.ward = ward;
  }

  get size(): number {
    return this.#entries.all.length;
  }

  /**
   * Whether the operation may enter: by LOG-4 at its own heads, LOG-7, and the certificate or proof it carries. The
   * caller has checked the item's own signature (except that of genesis, which is checked here).
   */
  consider(item: Item, { operation, certificate }: OperationBody): LogVerdict {
    if (this.#entries.graph.indexOf(item.id) !== undefined) return { outcome: 'known' };
    if (operation.type === 'genesis') return this.#considerGenesis(item, operation, certificate);
    if (this.size === 0) return { outcome: 'waiting', for: 'log' };
    const place = this.#placeOf(item);
    if (place.outcome !== 'placed') return place;
    const { heads, parents } = place;
    const viewpoint = this.#viewpointOf(this.#entries.graph.pastOf(parents));
    const signer = operation.type === 'join' || operation.type === 'ask-recovery' ? undefined : this.#signerOf(item.fields.author, certificate, viewpoint);
    if (operation.type === 'join') {
      const invite = inviteId.from(item.fields.author);
      const isWhole = item.fields.seq === 1 && certificate === undefined && isJoinProven(operation.device, this.ward, invite, operation.proof);
      if (!isWhole) return { outcome: 'refused', reason: 'invitation' };
    } else if (operation.type === 'ask-recovery') {
      if (certificate !== undefined || item.fields.seq > MAX_ASKS) return { outcome: 'refused', reason: 'malformed' };
    } else if (signer === undefined) {
      return { outcome: 'refused', reason: 'unknown-author' };
    }
    const candidate = candidateOf(item, operation, certificate, signer, heads);
    const { objection } = judge(this.#entries, viewpoint.view, viewpoint.past, candidate);
    return objection === undefined ? { outcome: 'may-enter', placed: { candidate, parents } } : { outcome: 'refused', reason: objection };
  }

  /** Adds what `consider` let in. */
  add({ candidate, parents }: PlacedOperation): void {
    const entry = this.#entries.add(candidate, parents);
    const { certificate, author } = candidate;
    if (certificate !== undefined) this.#certificates.set(hexOf(author), certificate);
    for (const team of teamsMadeBy(entry.effect)) this.#teamDocuments.set(hexOf(teamDocument(this.ward, team)), hexOf(team));
    const resolution = this.#resolution.with(entry);
    if (resolution === this.#resolution) this.#undescribed?.push(entry);
    else this.#undescribed = undefined;
    this.#resolution = resolution;
    this.#state = undefined;
  }

  /**
   * Adds an operation that this replica had let in before and now reads back. Its past decides who may enter, so it
   * need not be judged again; false when something before it is missing.
   */
  restore(item: Item, { operation, certificate }: OperationBody): boolean {
    const place = operation.type === 'genesis' ? { outcome: 'placed' as const, heads: [], parents: [] } : this.#placeOf(item);
    if (place.outcome !== 'placed') return false;
    const known = certificate ?? this.#certificates.get(hexOf(item.fields.author));
    const signer = known === undefined || operation.type === 'join' ? undefined : this.#signerIn(known);
    this.add({ candidate: candidateOf(item, operation, certificate, signer, place.heads), parents: place.parents });
    return true;
  }

  /** The ward after all operations that are here. The same value until another is added. */
  state(): WardState {
    const { ward, size } = this;
    const [entries, certificates, resolution] = [this.#entries, this.#certificates, this.#resolution];
    this.#state ??= new LogState({ ward, entries, size, resolution, certificates, describe: () => this.#describeAt(size, resolution) });
    return this.#state;
  }

  knows(heads: readonly ItemId[]): boolean {
    return heads.every((head) => this.#entries.graph.indexOf(head) !== undefined);
  }

  /** Whether everything that `earlier` names is in the past of `later`. Both are known. */
  isPast(earlier: readonly ItemId[], later: readonly ItemId[]): boolean {
    const past = this.#entries.graph.pastOf(this.#indicesOf(later));
    return this.#indicesOf(earlier).every((index) => past.covers(index));
  }

  /** The team whose own document this is, for a team that `heads` know of. */
  teamOfDocument(document: DocumentId, heads: readonly ItemId[]): Hex<TeamId> | undefined {
    const team = this.#teamDocuments.get(hexOf(document));
    return team !== undefined && this.hasTeam(team, heads) ? team : undefined;
  }

  /** The key that the user has at `heads`, for a user that they know of: the first, or that of the last renewal. */
  signingKeyOf(user: UserId, heads: readonly ItemId[]): Uint8Array | undefined {
    return this.#signingKeyAt(hexOf(user), this.#viewpointOf(this.#entries.graph.pastOf(this.#indicesOf(heads))));
  }

  hasTeam(team: Hex<TeamId>, heads: readonly ItemId[]): boolean {
    const { past, view } = this.#viewpointOf(this.#entries.graph.pastOf(this.#indicesOf(heads)));
    return this.#entries.team(team).some(({ index }) => past.covers(index) && view.counts(index));
  }

  #considerGenesis(item: Item, operation: Operation, certificate: Certificate | undefined): LogVerdict {
    if (this.size > 0 || certificate === undefined || !isGenesisOf(this.ward, item, { operation, certificate })) return { outcome: 'refused', reason: 'not-genesis' };
    return { outcome: 'may-enter', placed: { candidate: candidateOf(item, operation, certificate, this.#signerIn(certificate), []), parents: [] } };
  }

  /** Where in the log the item hangs: its heads in force, and the item before it in its chain. */
  #placeOf({ fields }: Item): { readonly outcome: 'placed'; readonly heads: readonly ItemId[]; readonly parents: readonly number[] } | Exclude<LogVerdict, { outcome: 'may-enter' }> {
    const previous = fields.seq === 1 ? undefined : this.#entries.graph.indexOf(itemId.from(fields.prev));
    if (fields.seq !== 1 && previous === undefined) return { outcome: 'waiting', for: 'predecessor' };
    const inherited = previous === undefined ? [] : this.#entries.all[previous]?.heads ?? [];
    // Genesis alone names no heads; what follows it in its chain without heads of its own is placed by `prev`.
    if (previous === undefined && fields.heads.length === 0) return { outcome: 'refused', reason: 'malformed' };
    const heads = fields.heads.length > 0 ? fields.heads : inherited;
    const parents = new Set<number>();
    for (const head of heads) {
      const index = this.#entries.graph.indexOf(head);
      if (index === undefined) return { outcome: 'waiting', for: 'log-heads' };
      parents.add(index);
    }
    if (previous !== undefined) parents.add(previous);
    return { outcome: 'placed', heads, parents: [...parents] };
  }

  /** Who stands behind a session: as its certificate says, if the user it names is known there and signed it. */
  #signerOf(author: AuthorId, certificate: Certificate | undefined, viewpoint: Viewpoint): Signer | undefined {
    const known = this.#certificates.get(hexOf(author));
    if (known !== undefined) return certificate === undefined || equalBytes(known.signature, certificate.signature) ? this.#signerIn(known) : undefined;
    if (certificate === undefined || !equalBytes(certificate.session, author)) return undefined;
    const signingKey = this.#signingKeyAt(hexOf(certificate.user), viewpoint);
    return signingKey !== undefined && isCertified(signingKey, this.ward, certificate) ? this.#signerIn(certificate) : undefined;
  }

  #signingKeyAt(user: Hex<UserId>, { past, view }: Viewpoint): Uint8Array | undefined {
    const given = keysGivenIn(this.#entries, view, past, user);
    return given === undefined ? undefined : signingKeyGivenBy(given);
  }

  #signerIn(certificate: Certificate): Signer {
    return { user: hexOf(certificate.user), device: hexOf(certificate.device), renewal: certifyingRenewal(this.#entries, this.ward, certificate) };
  }

  #viewpointOf(past: Past): Viewpoint {
    return { past, view: this.#resolution.at(past) };
  }

  #describeAt(size: number, resolution: Resolution): Description {
    const counts = ({ index }: Entry): boolean => resolution.counts(index);
    if (size !== this.size) {
      // The log has moved on since; this moment is described by itself.
      const describer = new Describer(this.#entries.graph);
      describer.restart(this.#entries.all.slice(0, size).filter(counts));
      return describer.describe();
    }
    if (this.#undescribed === undefined) this.#describer.restart(this.#entries.all.filter(counts));
    else for (const entry of this.#undescribed) if (counts(entry)) this.#describer.add(entry);
    this.#undescribed = [];
    return this.#describer.describe();
  }

  #indicesOf(heads: readonly ItemId[]): readonly number[] {
    return heads.map((head) => {
      const index = this.#entries.graph.indexOf(head);
      if (index === undefined) throw new RangeError('the log does not know these heads');
      return index;
    });
  }
}

function candidateOf(item: Item, operation: Operation, certificate: Certificate | undefined, signer: Signer | undefined, heads: readonly ItemId[]): Candidate {
  const { id, fields: { author, time } } = item;
  return { id, author, operation, certificate, signer, time, heads };
}

function teamsMadeBy(operation: Operation): readonly TeamId[] {
  if (operation.type === 'genesis') return [operation.everyone, operation.admins];
  return operation.type === 'add-team' || operation.type === 'set-glass' ? [operation.team] : [];
}
