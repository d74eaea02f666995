/** Where the built ward app is: beside a release, or built now when run from source. */
import { access } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { CommandIo } from './command.ts';

export async function appFolder(io: Pick<CommandIo, 'say'>): Promise<string> {
  const given = process.env['WARDSYNC_APP'];
  if (given !== undefined) return given;
  const folder = fileURLToPath(new URL('../../dist/app/', import.meta.url));
  try {
    await access(`${folder}/index.html`);
  } catch {
    io.say('Building the ward app…');
    const { buildApp } = await import('../../scripts/build-app.ts');
    await buildApp({ outDir: folder, minify: true });
  }
  return folder;
}
