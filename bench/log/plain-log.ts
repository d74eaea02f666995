/**
 * What somebody would write first: operations as lines of JSON, each with a signature by Ed25519, read from memory, checked
 * and put into maps of who is in. No concurrency, no removal that undoes anything, no roles.
 */
import { createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto';
import { now } from '../harness/statistics.ts';

interface Line {
  readonly operation: { readonly type: 'add' | 'remove'; readonly user: string; readonly bundle: string };
  readonly author: string;
  readonly signature: string;
}

/** As many authors as there are operations, as at a command line where each has a session of its own. */
export function writePlainLog(operations: number): readonly string[] {
  return Array.from({ length: operations }, (_, number) => {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    const operation: Line['operation'] = { type: number % 3 === 2 ? 'remove' : 'add', user: `user-${number - (number % 3)}`, bundle: 'b'.repeat(400) };
    const signature = sign(null, Buffer.from(JSON.stringify(operation)), privateKey).toString('base64');
    return JSON.stringify({ operation, author: publicKey.export({ type: 'spki', format: 'der' }).toString('base64'), signature } satisfies Line);
  });
}

/** Milliseconds until the state is there. Throws where a signature does not hold, or the state is not what was written. */
export function timePlainReplay(lines: readonly string[]): number {
  const users = new Map<string, string>();
  const begun = now();
  for (const line of lines) {
    const { operation, author, signature } = JSON.parse(line) as Line;
    const key = createPublicKey({ key: Buffer.from(author, 'base64'), type: 'spki', format: 'der' });
    if (!verify(null, Buffer.from(JSON.stringify(operation)), key, Buffer.from(signature, 'base64'))) throw new Error('a signature does not hold');
    if (operation.type === 'add') users.set(operation.user, operation.bundle);
    else users.delete(operation.user);
  }
  const took = now() - begun;
  if (users.size > 1) throw new Error('the state is not what was written');
  return took;
}
