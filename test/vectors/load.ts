/** Public test vectors that lie beside the project; a test that cannot find them skips itself, loudly. */
import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
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
interface Wycheproof<Case, Group = unknown> {
  readonly numberOfTests: number;
  readonly testGroups: readonly (Group & { readonly tests: readonly (Case & WycheproofCase)[] })[];
}

interface WycheproofCase {
  readonly tcId: number;
  readonly comment?: string;
  readonly result: 'valid' | 'invalid' | 'acceptable';
}

type Hex<Names extends string> = { readonly [Name in Names]: string };

interface HpkeVector extends Hex<'info' | 'ikmE' | 'skRm' | 'pkRm' | 'enc' | 'shared_secret'> {
  readonly mode: number;
  readonly kem_id: number;
  readonly kdf_id: number;
  readonly aead_id: number;
  readonly encryptions: readonly Hex<'aad' | 'ct' | 'pt'>[];
}

/** Several inputs of one proof stand in one text, separated by commas. */
export interface OprfVector extends Hex<'Input' | 'Blind' | 'BlindedElement' | 'EvaluationElement' | 'Output'> {
  readonly Batch: number;
  readonly Proof?: Hex<'proof'>;
}

interface OprfSuite {
  readonly identifier: string;
  readonly mode: number;
  readonly skSm: string;
  readonly pkSm?: string;
  readonly vectors: readonly OprfVector[];
}

interface VectorFiles {
  'wycheproof/ed25519_test.json': Wycheproof<Hex<'msg' | 'sig'>, { readonly publicKey: Hex<'pk'> }>;
  'wycheproof/hkdf_sha256_test.json': Wycheproof<Hex<'ikm' | 'salt' | 'info' | 'okm'> & { readonly size: number }>;
  'wycheproof/chacha20_poly1305_test.json': Wycheproof<Hex<'key' | 'iv' | 'aad' | 'msg' | 'ct' | 'tag'>>;
  'wycheproof/x25519_test.json': Wycheproof<Hex<'public' | 'private' | 'shared'>>;
  'wycheproof/mlkem_768_test.json': Wycheproof<Hex<'seed' | 'ek' | 'c' | 'K'>>;
  'hpke-xwing.json': readonly HpkeVector[];
  'oprf-allVectors.json': readonly OprfSuite[];
  'oprf-rfc9497.json.gz': readonly OprfSuite[];
}

/** The parsed file, or undefined after having skipped `t`. */
export function loadVectors<Path extends keyof VectorFiles>(t: TestContext, path: Path): VectorFiles[Path] | undefined {
  const file = new URL(path, VECTORS);
  if (!existsSync(file)) {
    console.error(`!!! ../shared/vectors/${path} is not here: these vectors are NOT checked`);
    t.skip(`../shared/vectors/${path} is absent`);
    return undefined;
  }
  const bytes = readFileSync(file);
  const parsed: VectorFiles[Path] = JSON.parse((path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8'));
  return parsed;
}
