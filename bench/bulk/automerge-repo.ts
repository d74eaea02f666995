/** The peer to compare with, from its own package: installed when it is first needed. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { startChild, type Child } from '../harness/child.ts';
import type { Bytes } from '../harness/socket-bytes.ts';

export interface AutomergeRepo {
  serve(file: string): Promise<{ readonly port: number; readonly urls: readonly string[] }>;
  fetch(wanted: { readonly port: number; readonly documents: readonly { readonly url: string; readonly heads: string }[] }): Promise<number>;
  reconnect(port: number): Promise<{ readonly whole: number; readonly sockets: Bytes }>;
  processorTime(): Promise<number>;
  peakMemory(): Promise<number>;
}

type Handlers = { readonly [Name in keyof AutomergeRepo]: AutomergeRepo[Name] };

/** With a young generation that its way of applying changes does not thrash; Node's default is far smaller. */
export const TUNED = ['--max-semi-space-size=128', '--min-semi-space-size=64'] as const;

const PEERS = new URL('../peers/', import.meta.url);

export function installPeers(): void {
  if (existsSync(new URL('node_modules/@automerge/automerge-repo', PEERS))) return;
  console.error('installing the peers to compare with (bench/peers), once');
  // As the lock file says. Not `npm ci`, which wants compiled extras of each platform in it that nothing here needs.
  execFileSync('npm', ['install', '--omit=optional', '--no-save', '--silent', '--prefix', fileURLToPath(PEERS)], { stdio: ['ignore', 'ignore', 'inherit'] });
}

export function startAutomergeRepo(flags: readonly string[]): Child<Handlers> {
  return startChild<Handlers>(new URL('automerge-repo.mjs', PEERS), flags);
}
