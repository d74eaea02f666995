/**
 * PINs of the people who share this tablet (PIN-1): what the page keeps of them, in IndexedDB, is worth nothing without the
 * key that the tablet's own node has in memory. A browser at a desk has no such node, and so no PINs.
 */
import { hexOf, type UserId } from '../../../protocol/codec/ids.ts';
import type { UserState } from '../../../protocol/membership/ward-state.ts';
import { heldPin, type KeptPin, type PinFailure, type PinSite, type SetPinFailure } from '../../../protocol/ward/pin.ts';
import type { Session } from '../../../protocol/ward/session.ts';
import type { Ward } from '../../../protocol/ward/ward.ts';
import type { DeviceId } from '../../../protocol/codec/ids.ts';
import type { Failure, PinStateView, PinView } from '../port.ts';
import { browserEnvironment } from './browser-environment.ts';
import type { PageWard } from './page-ward.ts';
import { RequestFailed } from './request-failed.ts';
import { smallDatabase } from './small-database.ts';

/** So long after a full unlock a PIN may be set, in milliseconds: whoever finds the page open later cannot let themselves in again. */
const OFFERED_FOR = 5 * 60_000;

const database = smallDatabase<{ readonly hold: Uint8Array; readonly sealed: Uint8Array }>('wardsync-pins', 'pins');
const { clock, timers, entropy } = browserEnvironment;

interface Open {
  readonly session: Session;
  /** Until when a PIN may be set. */
  readonly offeredUntil: number;
}

export class PinDesk {
  readonly #tell: (view: PinView | null) => void;
  #ward: PageWard | undefined;
  #open: Open | undefined;

  constructor(tell: (view: PinView | null) => void) {
    this.#tell = tell;
  }

  enter(ward: PageWard): void {
    this.#ward = ward;
  }

  /** Handles of those who set a PIN here, whether or not it still opens. */
  async handles(): Promise<readonly string[]> {
    const found = await Promise.all(this.#users().map(async ({ id, handle }) => (await kept(id) === undefined ? [] : [handle])));
    return this.#node === undefined ? [] : found.flat();
  }

  async stateOf(handle: string): Promise<PinStateView> {
    const [site, pin] = [this.#site(), await this.#keptOf(handle)];
    if (site === undefined || pin === undefined) return { state: 'none', left: 0 };
    const held = await heldPin(site, pin);
    if (held.state === 'gone') await forget(pin.user);
    return { state: held.state, left: held.state === 'held' ? held.left : 0 };
  }

  async unlock(locked: Ward, handle: string, pin: string): Promise<Session> {
    const [node, known] = [this.#node, await this.#keptOf(handle)];
    if (node === undefined || known === undefined) throw new RequestFailed('pin-gone');
    const unlocked = await locked.unlockWithPin(known, pin, node);
    if (unlocked.ok) return unlocked.value;
    const { failure } = unlocked;
    if (failure.code === 'no-pin' || (failure.code === 'wrong-pin' && failure.left === 0)) await forget(known.user);
    throw new RequestFailed(UNLOCK_FAILURES[failure.code], failure.code === 'wrong-pin' ? String(failure.left) : '');
  }

  /** `isFull`: by password, kit or holders, and not by PIN. */
  begin(session: Session, isFull: boolean): void {
    const open = { session, offeredUntil: isFull ? clock.now() + OFFERED_FOR : 0 };
    this.#open = open;
    void this.#afterUnlock(open, isFull);
    if (isFull) timers.after(OFFERED_FOR, () => void this.show());
  }

  end(): void {
    this.#open = undefined;
    this.#tell(null);
  }

  async set(pin: string): Promise<null> {
    const [open, node] = [this.#open, this.#node];
    if (open === undefined || node === undefined || !this.#maySet(open)) throw new RequestFailed('pin-late');
    const set = await open.session.pin.set(pin, node);
    if (!set.ok) throw new RequestFailed(SET_FAILURES[set.failure]);
    const { user, hold, sealed } = set.value;
    await database.put(hexOf(user), { hold, sealed });
    await this.show();
    return null;
  }

  async drop(): Promise<null> {
    const [open, node] = [this.#open, this.#node];
    const pin = open === undefined ? undefined : await kept(open.session.user);
    if (open === undefined || node === undefined || pin === undefined) return null;
    // Without the sealed seeds the node's key opens nothing; if the node does not answer now, its clock ends the key.
    await forget(pin.user);
    await open.session.pin.change(pin, 'drop', node);
    await this.show();
    return null;
  }

  /** Again whenever the log has changed. */
  async show(): Promise<void> {
    const [open, site] = [this.#open, this.#site()];
    if (open === undefined || site === undefined || this.#ward?.replica.state().graceHours === 0) return this.#tell(null);
    const pin = await kept(open.session.user);
    const held = pin === undefined ? undefined : await heldPin(site, pin);
    if (this.#open !== open) return;
    if (pin !== undefined && held?.state === 'gone') await forget(pin.user);
    this.#tell({ canSet: this.#maySet(open), until: held?.state === 'held' ? new Date(clock.now() + held.lasts).toISOString() : null });
  }

  /** A full unlock shows who one is as well as a PIN does: wrong ones of before count no more. */
  async #afterUnlock({ session }: Open, isFull: boolean): Promise<void> {
    const [node, pin] = [this.#node, await kept(session.user)];
    if (isFull && node !== undefined && pin !== undefined) await session.pin.change(pin, 'start-again', node);
    await this.show();
  }

  #maySet({ session, offeredUntil }: Open): boolean {
    return clock.now() < offeredUntil && !session.account.hasTemporaryPassword;
  }

  get #node(): DeviceId | undefined {
    return this.#ward?.savedBy;
  }

  #site(): PinSite | undefined {
    const [ward, node] = [this.#ward, this.#node];
    return ward === undefined || node === undefined ? undefined : { replica: ward.replica, device: ward.device.id, node, nodes: ward.host.unlockNodes, entropy };
  }

  #users(): readonly UserState[] {
    return [...this.#ward?.replica.state().users.values() ?? []].filter(({ removal }) => removal === undefined);
  }

  async #keptOf(handle: string): Promise<KeptPin | undefined> {
    const user = this.#users().find((each) => each.handle === handle.trim().toLowerCase());
    return user === undefined ? undefined : kept(user.id);
  }
}

async function kept(user: UserId): Promise<KeptPin | undefined> {
  const stored = await database.get(hexOf(user));
  return stored === undefined ? undefined : { user, ...stored };
}

function forget(user: UserId): Promise<void> {
  return database.delete(hexOf(user));
}

const UNLOCK_FAILURES: Readonly<Record<PinFailure['code'], Failure['code']>> = {
  'wrong-pin': 'wrong-pin',
  'no-pin': 'pin-gone',
  'no-node': 'pin-no-node',
  dishonest: 'pin-dishonest',
};

const SET_FAILURES: Readonly<Record<SetPinFailure, Failure['code']>> = {
  'pin-length': 'pin-length',
  'pin-too-easy': 'pin-too-easy',
  'no-node': 'pin-no-node',
  'not-allowed': 'pin-late',
};
