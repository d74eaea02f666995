/**
 * What a user does with the own account while it is unlocked. Whoever finds a session unattended can do none of it: each
 * method asks for the password again.
 */
import type { UserId } from '../codec/ids.ts';
import { fail, succeed, type Result } from '../codec/result.ts';
import type { OwnBundle } from './own-bundle.ts';
import type { PasswordProblem } from './password-rule.ts';
import type { SessionSigner } from './session-signer.ts';

export interface AccountOptions {
  readonly user: UserId;
  readonly bundle: OwnBundle;
  readonly signer: SessionSigner;
}

export type ChangePasswordFailure = 'wrong-password' | 'password-same' | PasswordProblem;

export class Account {
  readonly #options: AccountOptions;

  constructor(options: AccountOptions) {
    this.#options = options;
  }

  /**
   * Seals the user's keys under another password. Nothing else is touched: no record, no team key. Resolves when the log
   * has it. A copy of the old bundle still opens with the old password.
   */
  async changePassword(old: string, fresh: string): Promise<Result<null, ChangePasswordFailure>> {
    const { user, bundle, signer } = this.#options;
    const seeds = await bundle.open(old);
    if (!seeds.ok) return seeds;
    if (old.normalize('NFC') === fresh.normalize('NFC')) return fail('password-same');
    const sealed = await bundle.seal(seeds.value, fresh);
    if (!sealed.ok) return sealed;
    await signer.operate({ type: 'set-bundle', user, bundle: sealed.value });
    return succeed(null);
  }
}
