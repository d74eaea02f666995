/**
 * A release: the ward app in `app/`, the command line and its engine thread as plain JavaScript in `node/`.
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

/** Takes a second or two; what was in `folder` (of the repository) before is replaced. */
export async function buildRelease(folder = 'dist'): Promise<Release> {
  const outdir = join(root, folder, 'node');
  const app = join(root, folder, 'app');
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
