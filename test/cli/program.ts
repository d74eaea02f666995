/**
 * The command line as a release would be: bundled once for a test file, so that a command takes a fraction of the time
 * that it needs from source.
 */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { after } from 'node:test';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** Packages that bring files of their own beside their code. */
const EXTERNAL = ['classic-level', '@automerge/automerge', 'esbuild'];

/** Bundled CommonJS packages call `require`. */
const REQUIRE = "import { createRequire as createRequireHere } from 'node:module'; const require = createRequireHere(import.meta.url);";

/** Path of the bundled `main.js`; it goes when the tests of the file are over. */
export async function buildProgram(): Promise<string> {
  // As deep as the sources are, because they look for `package.json` and the app by relative paths.
  const outdir = join(ROOT, 'dist', `cli-test-${process.pid}`);
  after(() => rm(outdir, { recursive: true, force: true }));
  await build({
    absWorkingDir: ROOT,
    entryPoints: ['node/cli/main.ts', 'protocol/documents/node-engine-thread.ts'],
    entryNames: '[name]',
    outdir, bundle: true, splitting: true, platform: 'node', format: 'esm', target: 'node20', external: EXTERNAL, banner: { js: REQUIRE }, logLevel: 'silent',
  });
  return join(outdir, 'main.js');
}
