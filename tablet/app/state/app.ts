/** What every screen may reach: the port to the worker. Set once at boot, read through `usePort`. */
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { Failure } from '../port.ts';
import type { PortClient } from '../port-client.ts';
import type { Words } from '../words/en.ts';

const PortContext = createContext<PortClient | null>(null);

export const PortProvider = PortContext.Provider;

export function usePort(): PortClient {
  const port = useContext(PortContext);
  if (port === null) throw new Error('a screen was drawn outside PortProvider');
  return port;
}

/**
 * What to tell the person. The worker's own message is added only where it says something about *their* file or
 * input; a wrong name and a wrong password read the same.
 */
export function explain(failure: Failure, words: Words): string {
  const text = words.failures[failure.code];
  if (failure.code === 'kit-word' || failure.code === 'kit-count') return `${text} ${failure.message}.`;
  return failure.code === 'invalid' && failure.message !== '' ? `${text} ${failure.message}` : text;
}

/** As `explain`, where somebody who is logged in has to type the own password again. */
export function explainAccount(failure: Failure, words: Words): string {
  return failure.code === 'wrong-password' ? words.account.wrongPassword : explain(failure, words);
}
