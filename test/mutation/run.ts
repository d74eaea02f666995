/**
 * `npm run mutation [crypto|membership]`: takes the product's decisions out one by one and counts how many of these
 * mutants the tests notice. Stryker does it, installed here and not with the product. Minutes for cryptography, the
 * better part of two hours on two cores for membership: nothing for every commit.
 *
 * Exit code 1 when fewer than 90 % are noticed. Mutants of texts (messages, labels) are left out: labels are in the
 * frozen fixtures and the vectors.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, rm, symlink } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

const HERE = new URL('./', import.meta.url);
const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const SHARED = new URL('../../../shared/', import.meta.url);
/** Stryker's working copies; what is beside the project is looked for beside them. */
const COPIES = new URL('../../.mutation/', import.meta.url);
const AREAS = ['crypto', 'membership'];

const asked = process.argv.slice(2);
const unknown = asked.filter((area) => !AREAS.includes(area));
if (unknown.length > 0) {
  process.stderr.write(`mutation: there is no area '${unknown.join("', '")}'; choose from ${AREAS.join(' and ')}\n`);
  process.exit(2);
}
if (!existsSync(new URL('node_modules/', HERE))) await run('npm', ['ci', '--no-audit', '--no-fund', '--prefix', fileURLToPath(HERE)]);
let exitCode = 0;
for (const area of asked.length === 0 ? AREAS : asked) {
  await rm(COPIES, { recursive: true, force: true });
  await mkdir(COPIES);
  if (existsSync(SHARED)) await symlink(fileURLToPath(SHARED), new URL('shared', COPIES));
  exitCode = Math.max(exitCode, await run(process.execPath, ['test/mutation/node_modules/@stryker-mutator/core/bin/stryker.js', 'run', `test/mutation/${area}.json`]));
}
await rm(COPIES, { recursive: true, force: true });
process.exitCode = exitCode;

function run(command: string, args: readonly string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: ROOT, stdio: 'inherit' });
    child.once('error', reject).once('exit', (code) => resolve(code ?? 1));
  });
}
