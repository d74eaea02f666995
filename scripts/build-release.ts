/**
 * A release: the ward app in `app/`, the command line and its engine thread as plain JavaScript in `node/`.
 * Packages stay what `npm ci --omit=dev` installs.
 */
import { build, type BuildOptions } from 'esbuild';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildApp } from './build-app.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

export interface Release {
  /** Path of the command line's entry. */
  readonly command: string;
  /** Folder of the ward app. */
  readonly app: string;
}

/** Of the command line and its engine thread: a file of its own for each command, and for what several of them share. */
export const COMMAND_LINE = {
  absWorkingDir: root, entryPoints: ['node/cli/main.ts', 'protocol/documents/node-engine-thread.ts'], entryNames: '[name]',
  bundle: true, splitting: true, format: 'esm', platform: 'node', target: 'node20', packages: 'external', sourcemap: true, legalComments: 'none',
} satisfies BuildOptions;

/** Takes a second or two; what was in `folder` (of the repository) before is replaced. */
export async function buildRelease(folder = 'dist'): Promise<Release> {
  const outdir = join(root, folder, 'node');
  const app = join(root, folder, 'app');
  await rm(outdir, { recursive: true, force: true });
  await Promise.all([
    build({ ...COMMAND_LINE, outdir }),
    buildApp({ outDir: app, minify: true }),
  ]);
  return { command: join(outdir, 'main.js'), app };
}
