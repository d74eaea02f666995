/**
 * A user's own bundle: how it is opened, and how it is sealed under another password. The one place where that is
 * decided; whoever changes a password, makes a kit or recovers goes through here.
 */
import type { Entropy } from '../codec/environment.ts';
import { hexOf, type UserId } from '../codec/ids.ts';
import { fail, succeed, type Result } from '../codec/result.ts';
import { openBundle, sealBundle } from '../keys/bundle.ts';
import type { IdentitySeeds } from '../keys/identity.ts';
import type { Operation } from '../membership/operation.ts';
import type { Replica } from '../replica/replica.ts';
import type { UnlockNodes } from '../unlock/messages.ts';
import { passwordProblem, type PasswordProblem } from './password-rule.ts';
import { dealAnew, evaluatePresence, resetTries, type PresenceFailure } from './presence.ts';
import { signingKeyFromSeed } from '../crypto/signing/signature.ts';

/** What puts a bundle that opens with a new password into the log. */
export type BundleOperation = Extract<Operation, { readonly type: 'set-bundle' | 'set-unlock' }>;

export interface OwnBundle {
  /** The seeds, if this is the user's password now. Where nodes of the ward are needed, asking them costs a try. */
  open(password: string): Promise<Result<IdentitySeeds, 'wrong-password' | PresenceFailure>>;
  /**
   * A bundle that opens with `password`; where the ward has a policy, with a fresh key that its nodes hold shares of
   * (UNLOCK-3), so that the old password is worth nothing once they have destroyed the old ones.
   */
  seal(seeds: IdentitySeeds, password: string): Promise<Result<BundleOperation, PasswordProblem | 'too-few-nodes'>>;
}

export interface OwnBundleOptions {
  readonly replica: Replica;
  readonly user: UserId;
  readonly entropy: Entropy;
  readonly unlockNodes: UnlockNodes | undefined;
}

export function ownBundle({ replica, user, entropy, unlockNodes = NO_NODES }: OwnBundleOptions): OwnBundle {
  const { ward } = replica;
  return {
    async open(password) {
      const state = replica.state().users.get(hexOf(user));
      if (state === undefined) return fail('wrong-password');
      const { dealing, bundle } = state;
      if (dealing === undefined) return openedOrWrong(await openBundle(bundle, password, ward, user));
      const evaluated = await evaluatePresence({ ward, user, dealing }, password, unlockNodes, entropy);
      if (!evaluated.ok) return evaluated;
      const opened = openedOrWrong(await openBundle(bundle, password, ward, user, evaluated.value.presence));
      if (opened.ok) await resetTries({ ward, user, dealing }, await evaluated.value.generations, signingKeyFromSeed(opened.value.signing), unlockNodes);
      return opened;
    },
    async seal(seeds, password) {
      const state = replica.state();
      const self = state.users.get(hexOf(user));
      const problem = passwordProblem(password, self?.handle ?? '');
      if (problem !== undefined) return fail(problem);
      const policy = state.unlockPolicy;
      if (policy === undefined) return succeed({ type: 'set-bundle', user, bundle: await sealBundle(seeds, password, ward, user, entropy) });
      const dealt = await dealAnew({ state, user, password, policy, before: self?.dealing, least: policy.threshold, nodes: unlockNodes, entropy });
      if (!dealt.ok) return fail(dealt.failure.code);
      const { dealing, presence } = dealt.value;
      return succeed({ type: 'set-unlock', user, bundle: await sealBundle(seeds, password, ward, user, entropy, presence), dealing, why: 'password-set' });
    },
  };
}

/** For a client that can ask nobody. */
export const NO_NODES: UnlockNodes = { ask: () => Promise.resolve(undefined) };

function openedOrWrong(opened: Awaited<ReturnType<typeof openBundle>>): Result<IdentitySeeds, 'wrong-password'> {
  return opened.ok ? opened : fail('wrong-password');
}
