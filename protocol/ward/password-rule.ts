/**
 * What a password must be: long enough, and none of those that everybody tries first. No rule asks for digits or signs
 * (NIST SP 800-63B-4, 3.1.1.2: length, a list of common passwords, no composition rules, no change after a time).
 */
export const MIN_PASSWORD_LENGTH = 10;

export type PasswordProblem = 'password-too-short' | 'password-too-common';

/** `handle`: whose password it is to be; the name in it is the first guess of all. */
export function passwordProblem(password: string, handle: string): PasswordProblem | undefined {
  if (Array.from(password).length < MIN_PASSWORD_LENGTH) return 'password-too-short';
  const plain = password.normalize('NFKC').toLowerCase().replaceAll(/[\s\-_.,!?*#]/g, '');
  const isCommon = new Set(plain).size < 4 || plain.startsWith(handle.replaceAll('-', '')) || FIRST_GUESSES.some((guess) => isMadeOf(plain, guess));
  return isCommon ? 'password-too-common' : undefined;
}

/** A first guess, once or again and again, with digits behind it. */
function isMadeOf(plain: string, guess: string): boolean {
  let rest = plain;
  while (rest.startsWith(guess)) rest = rest.slice(guess.length);
  return rest !== plain && (/^\d*$/.test(rest) || guess.startsWith(rest));
}

const FIRST_GUESSES = [
  'password', 'passwort', 'motdepasse', 'passw0rd', 'p@ssword', 'p@ssw0rd', 'qwertyuiop', 'qwerty', 'qwertz', 'azerty', 'asdfghjkl', '1q2w3e4r5t',
  '1234567890', '0123456789', '0987654321', '9876543210', 'abcdefghij', 'letmein', 'welcome', 'bienvenue', 'hospital', 'hopital', 'wardsync',
  'iloveyou', 'changeme', 'administrator', 'football', 'sunshine', 'princess', 'dragon', 'monkey', 'secret',
];
