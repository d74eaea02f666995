/**
 * A user's own bundle: how it is opened, and how it is sealed under another password. The one place where that is
 * decided; whoever changes a password, makes a kit or recovers goes through here.
 */
import type { Entropy } from '../codec/environment.ts';
import { hexOf, type UserId } from '../codec/ids.ts';
import { fail, type Result } from '../codec/result.ts';
import { openBundle, sealBundle } from '../keys/bundle.ts';
import type { IdentitySeeds } from '../keys/identity.ts';
import type { Replica } from '../replica/replica.ts';
import { passwordProblem, type PasswordProblem } from './password-rule.ts';

export interface OwnBundle {
  /** The seeds, if this is the user's password now. */
  open(password: string): Promise<Result<IdentitySeeds, 'wrong-password'>>;
  /** A bundle that opens with `password`, for `set-bundle`. */
  seal(seeds: IdentitySeeds, password: string): Promise<Result<Uint8Array, PasswordProblem>>;
}

export function ownBundle(replica: Replica, user: UserId, entropy: Entropy): OwnBundle {
  return {
    async open(password) {
      const bundle = replica.state().users.get(hexOf(user))?.bundle;
      const opened = bundle === undefined ? fail('wrong-password' as const) : await openBundle(bundle, password, replica.ward, user);
      return opened.ok ? opened : fail('wrong-password');
    },
    async seal(seeds, password) {
      const problem = passwordProblem(password, replica.state().users.get(hexOf(user))?.handle ?? '');
      return problem === undefined ? { ok: true, value: await sealBundle(seeds, password, replica.ward, user, entropy) } : fail(problem);
    },
  };
}
