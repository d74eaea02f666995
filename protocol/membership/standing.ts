/** ADMIT-5: accepted or disputed, from the log and the item alone. */
import { equalBytes } from '../codec/bytes.ts';
import { hexOf, type AuthorId, type DeviceId, type DocumentId, type Hex, type ItemId, type UserId } from '../codec/ids.ts';
import type { Certificate } from './certificate.ts';
import { chainOf } from './cuts.ts';
import type { CutEntry, DeviceState, Removal, UserState, WardState } from './ward-state.ts';

export type Standing = 'accepted' | 'disputed';

export interface ItemPosition {
  readonly document: DocumentId;
  readonly author: AuthorId;
  readonly seq: number;
  readonly id: ItemId;
}

/** Who answers for an item: a session's user and device, or a device alone (receipts). */
export interface Signatory {
  readonly user: UserId | undefined;
  readonly device: DeviceId;
  /** The session's. */
  readonly certificate: Certificate | undefined;
}

/** What of the ward's state it follows from. */
export interface Rulings extends Pick<WardState, 'settlements' | 'renewalOf'> {
  readonly devices: ReadonlyMap<Hex<DeviceId>, Pick<DeviceState, 'removal'>>;
  readonly users: ReadonlyMap<Hex<UserId>, Pick<UserState, 'removal' | 'renewals'>>;
}

/** Every item of a member is accepted; of who is out, what lies within the cut of each removal that concerns it, or was accepted since. */
export function standingOf(position: ItemPosition, signatory: Signatory, state: Rulings): Standing {
  const accepted = state.settlements.get(chainOf(position))?.accepted;
  if (accepted !== undefined && isWithin(position, accepted)) return 'accepted';
  return limitsOf(position, signatory, state).every((limit) => isWithin(position, limit)) ? 'accepted' : 'disputed';
}

/** The last seq of the chain that is accepted: 0 for none, `Infinity` while nobody concerned is out. */
export function acceptedUpTo(chain: Pick<ItemPosition, 'document' | 'author'>, signatory: Signatory, state: Rulings): number {
  const withinCuts = Math.min(Infinity, ...limitsOf(chain, signatory, state).map((limit) => limit?.seq ?? 0));
  return Math.max(withinCuts, state.settlements.get(chainOf(chain))?.accepted?.seq ?? 0);
}

/** One limit for each removal that concerns the chain; undefined where nothing of it is accepted. */
function limitsOf(chain: Pick<ItemPosition, 'document' | 'author'>, { user, device, certificate }: Signatory, state: Rulings): readonly (CutEntry | undefined)[] {
  const concerned = [state.devices.get(hexOf(device)), ...(user === undefined ? [] : [state.users.get(hexOf(user))])];
  return concerned.flatMap((party) => {
    if (party === undefined) return [undefined];
    return party.removal === undefined ? [] : [cutFor(party.removal, chain)];
  }).concat(certificate === undefined ? [] : renewalLimits(chain, certificate, state));
}

/** LOG-15: what a user's earlier keys certified ends with the renewal that came after them. */
function renewalLimits(chain: Pick<ItemPosition, 'document' | 'author'>, certificate: Certificate, state: Rulings): readonly (CutEntry | undefined)[] {
  const renewals = state.users.get(hexOf(certificate.user))?.renewals ?? [];
  if (renewals.length === 0) return state.renewalOf(certificate) === undefined ? [] : [undefined];
  const own = state.renewalOf(certificate);
  const place = own === undefined ? -1 : renewals.findIndex(({ operation }) => hexOf(operation) === own);
  if (own !== undefined && place < 0) return [undefined]; // a renewal that does not count
  const ended = renewals[place + 1];
  return ended === undefined ? [] : [cutFor(ended, chain)];
}

function isWithin({ seq, id }: ItemPosition, limit: CutEntry | undefined): boolean {
  if (limit === undefined) return false;
  return seq < limit.seq || (seq === limit.seq && equalBytes(id, limit.id));
}

const cutsByChain = new WeakMap<Removal, ReadonlyMap<string, CutEntry>>();

function cutFor(removal: Removal, chain: Pick<ItemPosition, 'document' | 'author'>): CutEntry | undefined {
  let byChain = cutsByChain.get(removal);
  if (byChain === undefined) {
    byChain = new Map(removal.cut.map((entry) => [chainOf(entry), entry]));
    cutsByChain.set(removal, byChain);
  }
  return byChain.get(chainOf(chain));
}
