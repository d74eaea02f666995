/** A password that is chosen at the command line. */
import type { ChangePasswordFailure } from '../../protocol/ward/account.ts';
import { MIN_PASSWORD_LENGTH, passwordProblem } from '../../protocol/ward/password-rule.ts';
import { CommandFailed, type Arguments, type CommandIo, type OptionSpecs } from './command.ts';
import { DISUSED } from './unlock-words.ts';

export const NEW_PASSWORD_OPTION: OptionSpecs = {
  'new-password-file': { type: 'string', value: 'FILE', help: 'read the new password from a file (else WARDSYNC_NEW_PASSWORD, else a prompt)' },
};

/** Asked for twice at a prompt; what no account takes is refused before anything is done. */
export async function newPassword(args: Arguments, io: CommandIo, handle: string): Promise<string> {
  const password = await io.password(args, `New password of ${handle}`, { fresh: true, option: 'new-password-file', variable: 'WARDSYNC_NEW_PASSWORD' });
  const problem = passwordProblem(password, handle);
  if (problem !== undefined) throw new CommandFailed(passwordFailure(problem));
  return password;
}

export function passwordFailure(failure: ChangePasswordFailure): string {
  return MESSAGES[failure];
}

const MESSAGES: Readonly<Record<ChangePasswordFailure, string>> = {
  'too-few-nodes': "not enough ward nodes in reach ('wardsync policy show'): switch the archive and the tablets on",
  disused: DISUSED,
  'device-tries': 'too many wrong passwords on this device',
  tries: 'too many wrong passwords',
  'wrong-password': 'wrong password',
  'password-same': 'the new password is the old one',
  'password-too-short': `a password has at least ${MIN_PASSWORD_LENGTH} characters: a short sentence is easy to remember`,
  'password-too-common': 'this password is among the first that anybody would try: a short sentence of your own is better',
};
