/**
 * Switching users on a shared tablet by PIN (PIN-1 to PIN-5). After a full unlock the user's client makes a fresh OPRF key,
 * seals the seeds under what that key makes of the PIN, gives the key to the tablet's own node and forgets it. Next time
 * the PIN and one answer of that node open the seeds; no other device is asked.
 */
import type { Entropy } from '../codec/environment.ts';
import type { DeviceId, UserId } from '../codec/ids.ts';
import { fail, succeed, type Result } from '../codec/result.ts';
import { blindInput, evaluateWhole, finalize, isProven } from '../crypto/oprf/blinded-input.ts';
import { LABEL } from '../crypto/labels.ts';
import { publicElement, randomScalar } from '../crypto/sharing/group.ts';
import { signFor, type SigningKey } from '../crypto/signing/signature.ts';
import type { Identity, IdentitySeeds } from '../keys/identity.ts';
import { openWithPin, pinInput, sealForPin } from '../keys/pin-seal.ts';
import type { Replica } from '../replica/replica.ts';
import { pinChangeContent, pinHoldContent, type PinChange, type UnlockAnswer, type UnlockNodes } from '../unlock/messages.ts';
import { pinProblem, type PinProblem } from './pin-rule.ts';

/** What a page keeps. Worth nothing without the key that the node has in memory. */
export interface KeptPin {
  readonly user: UserId;
  /** The public half of the node's key. */
  readonly hold: Uint8Array;
  readonly sealed: Uint8Array;
}

/** A page, and the node of its own tablet. */
export interface PinSite {
  readonly replica: Pick<Replica, 'ward'>;
  /** The page's own device. */
  readonly device: DeviceId;
  readonly node: DeviceId;
  readonly nodes: UnlockNodes;
  readonly entropy: Entropy;
}

export interface OwnPinSite extends Omit<PinSite, 'node' | 'nodes'> {
  /** Undefined where nobody can be asked. */
  readonly nodes: UnlockNodes | undefined;
}

/** `no-node`: it does not answer. `not-allowed`: the ward's policy has none, or this is no page of that tablet. */
export type SetPinFailure = PinProblem | 'no-node' | 'not-allowed';

export type PinFailure =
  | { readonly code: 'wrong-pin'; readonly left: number }
  /** The key is gone: its time is over, the tablet was started again, the tries are used up, the log says so. */
  | { readonly code: 'no-pin' }
  | { readonly code: 'no-node' }
  /** It answered with another key than the one it was given. */
  | { readonly code: 'dishonest' };

export type HeldPin =
  | { readonly state: 'held'; readonly left: number; readonly lasts: number; readonly generation: number }
  | { readonly state: 'gone' }
  | { readonly state: 'no-node' };

/** What an unlocked user does with the own PIN here. `node` is the one of the tablet that the page is on. */
export class OwnPin {
  readonly #site: OwnPinSite;
  readonly #identity: Identity;

  constructor(site: OwnPinSite, identity: Identity) {
    this.#site = site;
    this.#identity = identity;
  }

  /** Sets a PIN in place of any before, for as long as the ward's policy says. For who has just unlocked by password. */
  async set(pin: string, node: DeviceId): Promise<Result<KeptPin, SetPinFailure>> {
    const { replica: { ward }, device, nodes = NO_NODES, entropy } = this.#site;
    const { user, seeds, signing } = this.#identity;
    const problem = pinProblem(pin);
    if (problem !== undefined) return fail(problem);
    const key = randomScalar(entropy);
    const hold = publicElement(key);
    const output = evaluateWhole(key, pinInput({ ward, user, device }, pin), entropy);
    const sealed = sealForPin(seeds, output, hold, { ward, user, device }, entropy);
    const signature = signFor(signing, LABEL.pinHold, ward, pinHoldContent(user, device, node, hold));
    const answer = await nodes.ask(node, { type: 'hold-pin', user, key, signature });
    for (const secret of [key, output]) secret.fill(0);
    if (answer?.type === 'done') return succeed({ user, hold, sealed });
    return fail(answer?.type === 'refused' && answer.code === 'not-allowed' ? 'not-allowed' : 'no-node');
  }

  /** Starts the count again, or drops the key. Whether that is so now. */
  change(kept: KeptPin, change: PinChange, node: DeviceId): Promise<boolean> {
    const { nodes = NO_NODES, ...site } = this.#site;
    return changePin({ ...site, node, nodes }, kept, change, this.#identity.signing);
  }
}

const NO_NODES: UnlockNodes = { ask: () => Promise.resolve(undefined) };

/** One try. The seeds are the user's if they are those of the public keys in the log: whoever opens a session checks that. */
export async function openPin({ replica: { ward }, device, node, nodes, entropy }: PinSite, { user, hold, sealed }: KeptPin, pin: string): Promise<Result<IdentitySeeds, PinFailure>> {
  const blinded = blindInput(pinInput({ ward, user, device }, pin), entropy);
  const answer = await nodes.ask(node, { type: 'try-pin', user, hold, blinded: blinded.blinded });
  if (answer?.type !== 'pin-tried') return fail({ code: isGone(answer) ? 'no-pin' : 'no-node' });
  if (!isProven(blinded, hold, answer)) return fail({ code: 'dishonest' });
  const output = finalize(blinded, [{ index: 1, evaluated: answer.evaluated }]);
  const seeds = openWithPin(sealed, output, hold, { ward, user, device });
  output.fill(0);
  return seeds === null ? fail({ code: 'wrong-pin', left: answer.left }) : succeed(seeds);
}

export async function heldPin({ node, nodes }: PinSite, { user, hold }: KeptPin): Promise<HeldPin> {
  const answer = await nodes.ask(node, { type: 'pin-state', user, hold });
  if (answer?.type === 'pin-held') return { state: 'held', left: answer.left, lasts: answer.lasts, generation: answer.generation };
  return { state: isGone(answer) ? 'gone' : 'no-node' };
}

/** The count starts again, or the key is dropped. Whether it was done: a key that is gone already counts as dropped. */
export async function changePin(site: PinSite, kept: KeptPin, change: PinChange, key: SigningKey): Promise<boolean> {
  const { replica: { ward }, node, nodes } = site;
  for (let tries = 0; tries < 3; tries++) {
    const held = await heldPin(site, kept);
    if (held.state !== 'held') return held.state === 'gone' && change === 'drop';
    const signature = signFor(key, LABEL.pinChange, ward, pinChangeContent(kept.user, node, kept.hold, held.generation, change));
    const answer = await nodes.ask(node, { type: 'change-pin', user: kept.user, hold: kept.hold, change, signature });
    if (answer?.type === 'done') return true;
    // Another change of this user's came in between: once more, with the generation of now.
    if (answer?.type !== 'refused' || answer.code !== 'bad-signature') return false;
  }
  return false;
}

/** The node's word that it has no such key; a page that is not the tablet's any more has none either. */
function isGone(answer: UnlockAnswer | undefined): boolean {
  return answer?.type === 'refused' && (answer.code === 'no-pin' || answer.code === 'not-allowed');
}
