/**
 * A release: the ward app in `dist/app/`, the command line and its engine thread as plain JavaScript in `dist/node/`.
 * Packages stay what `npm ci --omit=dev` installs.
 */
import { build } from 'esbuild';
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

/** Takes a second or two; what was there before is replaced. */
export async function buildRelease(): Promise<Release> {
  const outdir = join(root, 'dist/node');
  const app = join(root, 'dist/app');
  await rm(outdir, { recursive: true, force: true });
  await Promise.all([
    build({
      absWorkingDir: root, outdir, entryPoints: ['node/cli/main.ts', 'protocol/documents/node-engine-thread.ts'], entryNames: '[name]',
      bundle: true, splitting: true, format: 'esm', platform: 'node', target: 'node20', packages: 'external', sourcemap: true, legalComments: 'none',
    }),
    buildApp({ outDir: app, minify: true }),
  ]);
  return { command: join(outdir, 'main.js'), app };
}
