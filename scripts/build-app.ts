/**
 * Bundles the ward app into one folder that any static server can give out: the page, its worker, Automerge's WASM.
 *
 * Run by hand: `tsx scripts/build-app.ts [folder] [--minify]`.
 */
import { build } from 'esbuild';
import { copyFile, mkdir, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { argv } from 'node:process';
import { fileURLToPath, pathToFileURL } from 'node:url';

export interface BuildAppOptions {
  /** Made if need be; files of the same name are replaced. */
  readonly outDir: string;
  readonly minify: boolean;
  /** Another worker in place of the real ones: tests give the page a made-up ward. */
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
  await mkdir(outDir, { recursive: true });

  const shared = {
    bundle: true, format: 'esm', platform: 'browser', target: 'es2022', minify, legalComments: 'none', logLevel: 'warning',
    sourcemap: minify ? false : 'linked', jsx: 'automatic', jsxImportSource: 'preact',
  } as const;
  await build({ ...shared, entryPoints: { main: join(source, 'main.tsx') }, outdir: outDir });

  // The page's worker starts the engine, a worker of its own, so that a crash of Automerge's WASM stays in there.
  const workers: Record<string, string> = worker === undefined
    ? { worker: join(source, 'worker/main.ts'), engine: join(source, 'worker/engine-main.ts') }
    : { worker };
  await build({ ...shared, entryPoints: workers, outdir: outDir });
  for (const name of STATIC_FILES) await copyFile(join(source, name), join(outDir, name));
  await copyFile(createRequire(import.meta.url).resolve('@automerge/automerge/automerge.wasm'), join(outDir, 'automerge.wasm'));

  const files = [...STATIC_FILES, 'main.js', 'main.css', ...Object.keys(workers).map((name) => `${name}.js`), 'automerge.wasm'];
  const sizes = await Promise.all(files.map(async (name) => [name, (await stat(join(outDir, name))).size] as const));
  return { sizes: Object.fromEntries(sizes) };
}

if (import.meta.url === pathToFileURL(argv[1] ?? '').href) {
  const outDir = argv.slice(2).find((word) => !word.startsWith('--')) ?? fileURLToPath(new URL('../dist/app/', import.meta.url));
  const { sizes } = await buildApp({ outDir, minify: argv.includes('--minify') });
  for (const [name, bytes] of Object.entries(sizes)) console.log(`${String(bytes).padStart(9)}  ${name}`);
}
