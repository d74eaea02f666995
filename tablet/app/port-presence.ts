/** What page and worker say to each other about unlocking by the ward's devices (UNLOCK-1, UNLOCK-8). */
import type { NodeOutcome } from '../../protocol/ward/presence.ts';
import type { OldShare } from '../../protocol/ward/old-password.ts';

/** A device that was asked to unlock. */
export interface AskedNode {
  /** The beginning of its id. */
  readonly id: string;
  readonly kind: 'archive' | 'tablet' | 'bridge' | 'client' | 'desktop';
  /** Null while names are sealed. */
  readonly name: string | null;
  readonly outcome: NodeOutcome;
}

/** The unlock that is going on, or the last one: whose answers are awaited, and how many it takes. */
export interface PresenceView {
  readonly need: number;
  readonly nodes: readonly AskedNode[];
}

/** `for-ever`: it needed no devices, and opens old copies as long as there are any. */
export type OldPasswordView =
  | { readonly state: 'none' }
  | { readonly state: 'for-ever' }
  | { readonly state: 'asked'; readonly destroyed: number; readonly needed: number; readonly nodes: readonly { readonly name: string; readonly share: OldShare }[] };

export interface PresenceRequests {
  /** What the password before the last change is good for still; asks the devices, which can take seconds. */
  oldPassword: { params: Record<string, never>; result: OldPasswordView };
}
