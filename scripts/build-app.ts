/**
 * Bundles the ward app into one folder that any static server can give out: the page, its worker, Automerge's WASM.
 *
 * Run by hand: `tsx scripts/build-app.ts [folder] [--minify]`.
 */
import { build } from 'esbuild';
import { copyFile, mkdir, rm, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { argv } from 'node:process';
import { fileURLToPath, pathToFileURL } from 'node:url';

export interface BuildAppOptions {
  /** Emptied first. */
  readonly outDir: string;
  readonly minify: boolean;
  /** Another worker in place of the real one: tests give the page a made-up ward. */
  readonly worker?: string;
}

export interface BuiltApp {
  /** Bytes of each file, by its name. */
  readonly sizes: Readonly<Record<string, number>>;
}

const source = fileURLToPath(new URL('../tablet/app/', import.meta.url));
const STATIC_FILES = ['index.html', 'manifest.webmanifest', 'icon.svg'] as const;

/** Builds the app; throws what esbuild found wrong. */
export async function buildApp({ outDir, minify, worker }: BuildAppOptions): Promise<BuiltApp> {
  await rm(outDir, { recursive: true, force: true });
  await mkdir(outDir, { recursive: true });

  const shared = {
    bundle: true, format: 'esm', platform: 'browser', target: 'es2022', minify, legalComments: 'none', logLevel: 'warning',
    sourcemap: minify ? false : 'linked', jsx: 'automatic', jsxImportSource: 'preact',
  } as const;
  await build({ ...shared, entryPoints: { main: join(source, 'main.tsx') }, outdir: outDir });

  const workerSource = worker ?? join(source, '../worker/main.ts');
  const files: string[] = [...STATIC_FILES, 'main.js', 'main.css'];
  if (await exists(workerSource)) {
    await build({ ...shared, entryPoints: { worker: workerSource }, outdir: outDir });
    files.push('worker.js');
  }
  for (const name of STATIC_FILES) await copyFile(join(source, name), join(outDir, name));
  await copyFile(createRequire(import.meta.url).resolve('@automerge/automerge/automerge.wasm'), join(outDir, 'automerge.wasm'));
  files.push('automerge.wasm');

  const sizes = await Promise.all(files.map(async (name) => [name, (await stat(join(outDir, name))).size] as const));
  return { sizes: Object.fromEntries(sizes) };
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch {
    return false;
  }
}

if (import.meta.url === pathToFileURL(argv[1] ?? '').href) {
  const outDir = argv.slice(2).find((word) => !word.startsWith('--')) ?? fileURLToPath(new URL('../dist/app/', import.meta.url));
  const { sizes } = await buildApp({ outDir, minify: argv.includes('--minify') });
  for (const [name, bytes] of Object.entries(sizes)) console.log(`${String(bytes).padStart(9)}  ${name}`);
}
