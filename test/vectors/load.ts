/** Public test vectors that lie beside the project; a test that cannot find them skips itself, loudly. */
import { existsSync, readFileSync } from 'node:fs';
import type { TestContext } from 'node:test';
import { primitives as sealingNoble } from '../../protocol/crypto/sealing/primitives-noble.ts';
import { primitives as sealingNode } from '../../protocol/crypto/sealing/primitives-node.ts';
import { primitives as signingNoble } from '../../protocol/crypto/signing/primitives-noble.ts';
import { primitives as signingNode } from '../../protocol/crypto/signing/primitives-node.ts';

const VECTORS = new URL('../../../shared/vectors/', import.meta.url);

/** Both sets of primitives, whichever of them this run's import map has chosen. */
export const PROVIDERS = [
  { name: 'noble', signing: signingNoble, sealing: sealingNoble },
  { name: 'node', signing: signingNode, sealing: sealingNode },
] as const;

/** One file of Project Wycheproof, with the members that all its schemas share. */
export interface Wycheproof<Case, Group = unknown> {
  readonly numberOfTests: number;
  readonly testGroups: readonly (Group & { readonly tests: readonly (Case & WycheproofCase)[] })[];
}

export interface WycheproofCase {
  readonly tcId: number;
  readonly comment?: string;
  readonly flags: readonly string[];
  readonly result: 'valid' | 'invalid' | 'acceptable';
}

/** The parsed file, or undefined after having skipped `t`. */
export function loadVectors<T>(t: TestContext, path: string): T | undefined {
  const file = new URL(path, VECTORS);
  if (!existsSync(file)) {
    console.error(`!!! ../shared/vectors/${path} is not here: these vectors are NOT checked`);
    t.skip(`../shared/vectors/${path} is absent`);
    return undefined;
  }
  const parsed: T = JSON.parse(readFileSync(file, 'utf8'));
  return parsed;
}
