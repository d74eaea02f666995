/** What the ward log says about a user's own account: the kit, the holders of shares, questions for them, what happened. */
import type { AuthorId, DeviceId, Hex, ItemId, UserId } from '../codec/ids.ts';

/** What happened to a user's account (RECOVER-6). */
export const ACCOUNT_EVENTS = [
  'password-set', 'kit-made', 'kit-used', 'kit-withdrawn', 'holders-set', 'holders-withdrawn', 'recovery-asked', 'share-released', 'keys-renewed',
] as const;

export interface AccountEvent {
  readonly what: (typeof ACCOUNT_EVENTS)[number];
  readonly operation: ItemId;
  /** The session, or the device whose question it is. */
  readonly author: Hex<AuthorId>;
  /** Whose session signed it; undefined for a question, which a device signs. */
  readonly by: Hex<UserId> | undefined;
  readonly device: Hex<DeviceId> | undefined;
  /** Milliseconds since 1970 by the author's clock. */
  readonly time: number;
}

/** What may happen to a printed kit. */
export const KIT_EVENTS = ['made', 'used', 'withdrawn'] as const;

export interface KitState {
  readonly operation: ItemId;
  readonly made: number;
  /** Empty once it was used or withdrawn. */
  readonly sealed: Uint8Array;
  readonly what: (typeof KIT_EVENTS)[number];
}

export interface RecoveryState {
  readonly operation: ItemId;
  readonly deal: Uint8Array;
  readonly threshold: number;
  /** In the order of their shares, of which the first has number 1. */
  readonly holders: readonly { readonly user: UserId; readonly sealed: Uint8Array }[];
  readonly commitments: Uint8Array;
  readonly sealed: Uint8Array;
}

/** A device that asks the holders of a user to give the keys back. */
export interface AskState {
  readonly id: ItemId;
  readonly user: UserId;
  readonly device: DeviceId;
  readonly kemKey: Uint8Array;
  readonly time: number;
  readonly releases: readonly { readonly holder: Hex<UserId>; readonly recovery: ItemId; readonly sealed: Uint8Array }[];
  /** The user has set a password since, or has new keys. */
  readonly isClosed: boolean;
}
