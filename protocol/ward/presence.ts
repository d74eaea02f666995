/**
 * The client's side of unlocking by the ward's presence (UNLOCK-1): asks the nodes of a user's dealing, checks and
 * combines what they answer, and deals a fresh key to nodes.
 */
import type { Entropy } from '../codec/environment.ts';
import { hexOf, type DeviceId, type UserId, type WardId } from '../codec/ids.ts';
import { fail, succeed, type Result } from '../codec/result.ts';
import { blindInput, evaluateWhole, finalize, isProven } from '../crypto/oprf/blinded-input.ts';
import { LABEL } from '../crypto/labels.ts';
import { randomScalar } from '../crypto/sharing/group.ts';
import { dealShares, shareKey } from '../crypto/sharing/sharing.ts';
import { signFor, type SigningKey } from '../crypto/signing/signature.ts';
import { unlockInput, type Presence } from '../keys/bundle.ts';
import { dealingId, eligibleNodes, type Dealing, type UnlockPolicy } from '../membership/dealing.ts';
import type { WardState } from '../membership/ward-state.ts';
import { resetContent, type UnlockAnswer, type UnlockNodes } from '../unlock/messages.ts';

export type NodeOutcome =
  | 'asked' | 'answered'
  /** Answered with another key than the one that was dealt to it (ATTACK 22). */
  | 'dishonest'
  | 'unreachable'
  /** It takes no more tries: from this device, or from any. */
  | 'device-tries' | 'tries'
  /** It helps this desktop no more, where nobody has unlocked for long (PAGE-7). */
  | 'disused'
  /** It has no share, or its log does not know this dealing. */
  | 'no-share';

/** What an unlock waits for. Called again whenever it changes. */
export interface UnlockProgress {
  /** How many nodes have to answer. */
  readonly need: number;
  readonly nodes: readonly { readonly device: DeviceId; readonly outcome: NodeOutcome }[];
}

export type PresenceFailure = 'too-few-nodes' | 'device-tries' | 'tries' | 'disused';

export interface UserDealing {
  readonly ward: WardId;
  readonly user: UserId;
  readonly dealing: Dealing;
}

/** A node's counter as it told it, by the node: what a reset has to name. */
export type Generations = ReadonlyMap<DeviceId, number>;

export interface Evaluated {
  readonly presence: Presence;
  /** Resolves when every node has answered or given up. */
  readonly generations: Promise<Generations>;
  /** Nodes that said that they have no share of it (any more); resolves as `generations` does. */
  readonly lacking: Promise<readonly DeviceId[]>;
}

/** Asks all nodes at once, and resolves as soon as t have answered honestly, or that many cannot any more. */
export async function evaluatePresence(
  { ward, user, dealing }: UserDealing, password: string, nodes: UnlockNodes, entropy: Entropy, onProgress: (progress: UnlockProgress) => void = () => {},
): Promise<Result<Evaluated, PresenceFailure>> {
  const id = dealingId(ward, user, dealing);
  const blinded = blindInput(unlockInput(ward, user, password), entropy);
  const outcomes: NodeOutcome[] = dealing.nodes.map(() => 'asked');
  const generations = new Map<DeviceId, number>();
  const proven: { readonly index: number; readonly evaluated: Uint8Array }[] = [];
  const report = (): void => onProgress({ need: dealing.threshold, nodes: dealing.nodes.map((device, place) => ({ device, outcome: outcomes[place] ?? 'asked' })) });
  report();

  let decide = (): void => {};
  const decided = new Promise<void>((resolve) => { decide = resolve; });
  const asked = dealing.nodes.map(async (node, place) => {
    const answer = await nodes.ask(node, { type: 'evaluate', user, dealing: id, blinded: blinded.blinded });
    const key = shareKey(dealing.commitments, place + 1);
    const isHonest = answer?.type === 'evaluated' && key !== undefined && isProven(blinded, key, answer);
    if (isHonest) proven.push({ index: place + 1, evaluated: answer.evaluated });
    if (answer?.type === 'evaluated' || answer?.type === 'refused') generations.set(node, answer.generation);
    outcomes[place] = outcomeOf(answer, isHonest);
    report();
    const possible = outcomes.filter((outcome) => outcome === 'asked' || outcome === 'answered').length;
    if (proven.length >= dealing.threshold || possible < dealing.threshold) decide();
  });
  await decided;
  if (proven.length < dealing.threshold) return fail(failureOf(outcomes, dealing.threshold));
  const output = finalize(blinded, proven.slice(0, dealing.threshold));
  const settled = Promise.all(asked);
  return succeed({
    presence: { dealing: id, output },
    generations: settled.then(() => generations),
    lacking: settled.then(() => dealing.nodes.filter((_, place) => outcomes[place] === 'no-share')),
  });
}

/** UNLOCK-5: the counters of all nodes that answered, or refused for want of tries, start again. */
export async function resetTries({ ward, user, dealing }: UserDealing, generations: Generations, key: SigningKey, nodes: UnlockNodes): Promise<void> {
  const id = dealingId(ward, user, dealing);
  await Promise.all(Array.from(generations, ([node, generation]) =>
    nodes.ask(node, { type: 'reset', user, dealing: id, signature: signFor(key, LABEL.unlockReset, ward, resetContent(user, id, node, generation)) })));
}

/** Whether the user's bundle is to be dealt anew: the ward's policy is another, a node is gone or has lost its share, or more nodes can hold one. */
export function isDealingDue(state: WardState, dealing: Dealing | undefined, lacking: readonly DeviceId[] = []): boolean {
  const policy = state.unlockPolicy;
  if (policy === undefined) return false;
  if (dealing === undefined || dealing.threshold !== policy.threshold || dealing.nodes.length > policy.nodes) return true;
  const eligible = eligibleNodes(state);
  if (dealing.nodes.length < policy.nodes && eligible.length > dealing.nodes.length) return true;
  return lacking.length > 0 || dealing.nodes.some((node) => !isAmong(eligible, node));
}

/**
 * The fewest nodes for which it is worth dealing anew without being asked (UNLOCK-3): the dealing that there is goes on
 * working, and what takes its place has to be better, or rid of a node that is out.
 */
export function leastNodes(state: WardState, policy: UnlockPolicy, before: Dealing | undefined, lacking: readonly DeviceId[] = []): number {
  const eligible = eligibleNodes(state);
  if (before === undefined || before.threshold !== policy.threshold) return Math.max(policy.threshold, Math.min(policy.nodes, eligible.length));
  const there = before.nodes.filter((node) => isAmong(eligible, node));
  const holding = there.filter((node) => !isAmong(lacking, node)).length;
  if (there.length < before.nodes.length) return Math.max(policy.threshold, holding);
  return Math.min(policy.nodes, holding + 1);
}

function isAmong(nodes: readonly DeviceId[], node: DeviceId): boolean {
  return nodes.some((each) => hexOf(each) === hexOf(node));
}

export interface DealRequest {
  readonly state: WardState;
  readonly user: UserId;
  readonly password: string;
  readonly policy: UnlockPolicy;
  /** Whose nodes are taken again where they may. */
  readonly before: Dealing | undefined;
  /** With fewer nodes nothing is dealt; not fewer than the policy's threshold. */
  readonly least: number;
  readonly nodes: UnlockNodes;
  readonly entropy: Entropy;
}

export interface NewDealing {
  readonly dealing: Dealing;
  readonly presence: Presence;
}

export interface DealFailure {
  readonly code: 'too-few-nodes';
  /** Nodes that took their share, or might have. */
  readonly have: number;
  readonly need: number;
}

/**
 * UNLOCK-3: makes a fresh key and hands its shares to as many nodes as the policy says, or to those that answer; resolves
 * when every one of them has its share on disk.
 */
export async function dealAnew({ state, user, password, policy, before, least, nodes, entropy }: DealRequest): Promise<Result<NewDealing, DealFailure>> {
  const { ward } = state;
  const dealt = await dealKey({ state, policy, before, least, entropy, hand: (node, dealing, share) => nodes.ask(node, { type: 'deal', user, dealing, share }) });
  if (!dealt.ok) return dealt;
  const { dealing, key } = dealt.value;
  const output = evaluateWhole(key, unlockInput(ward, user, password), entropy);
  key.fill(0);
  return succeed({ dealing, presence: { dealing: dealingId(ward, user, dealing), output } });
}

export interface KeyDealing {
  readonly state: WardState;
  readonly policy: UnlockPolicy;
  /** Whose nodes are taken again where they may. */
  readonly before: Dealing | undefined;
  readonly least: number;
  readonly entropy: Entropy;
  /** Gives a node its share of the dealing, over a channel that has proven the node. */
  readonly hand: (node: DeviceId, dealing: Dealing, share: Uint8Array) => Promise<UnlockAnswer | undefined>;
}

/** Makes a fresh key and deals it; whoever has the key back overwrites it. Nodes that do not take a share are left out, while `least` do. */
export async function dealKey({ state, policy, before, least, entropy, hand }: KeyDealing): Promise<Result<{ readonly dealing: Dealing; readonly key: Uint8Array }, DealFailure>> {
  const held = new Set((before?.nodes ?? []).map(hexOf));
  const eligible = eligibleNodes(state);
  let candidates = [...eligible.filter((node) => held.has(hexOf(node))), ...eligible.filter((node) => !held.has(hexOf(node)))];
  while (candidates.length >= Math.max(least, policy.threshold)) {
    const chosen = candidates.slice(0, policy.nodes);
    const key = randomScalar(entropy);
    const { commitments, shares } = dealShares(key, policy.threshold, chosen.length, entropy);
    const dealing: Dealing = { threshold: policy.threshold, nodes: chosen, commitments };
    const answers = await Promise.all(chosen.map((node, place) => hand(node, dealing, shares[place]?.value ?? new Uint8Array(0))));
    for (const { value } of shares) value.fill(0);
    const refusers = chosen.filter((_, place) => answers[place]?.type !== 'done');
    if (refusers.length === 0) return succeed({ dealing, key });
    key.fill(0);
    candidates = candidates.filter((node) => !refusers.includes(node));
  }
  return fail({ code: 'too-few-nodes', have: candidates.length, need: Math.max(least, policy.threshold) });
}

function outcomeOf(answer: UnlockAnswer | undefined, isHonest: boolean): NodeOutcome {
  if (answer === undefined) return 'unreachable';
  if (answer.type !== 'refused') return isHonest ? 'answered' : 'dishonest';
  switch (answer.code) {
    case 'tries': case 'device-tries': case 'disused': return answer.code;
    case 'no-share': case 'other-dealing': case 'not-allowed': return 'no-share';
    case 'bad-share': case 'bad-signature': case 'malformed': case 'busy': case 'no-pin': case 'unknown-use': case 'use-over': case 'too-many-uses': return 'unreachable';
  }
}

/** Where nodes that are used up would have been enough, that is the reason; an admin can help. */
function failureOf(outcomes: readonly NodeOutcome[], need: number): PresenceFailure {
  const count = (...which: readonly NodeOutcome[]): number => outcomes.filter((outcome) => which.includes(outcome)).length;
  // One node's word, or one clock that is wrong, is not the ward's.
  if (count('disused') > outcomes.length - need) return 'disused';
  if (count('answered', 'asked', 'tries', 'device-tries') < need) return 'too-few-nodes';
  return count('answered', 'asked', 'device-tries') < need ? 'tries' : 'device-tries';
}
