/**
 * Who imports whom, read from the import lines by a real parser (esbuild's): static and dynamic imports, re-exports, the
 * package's own `#imports`, and files named in `new URL('./…')` and the like. Works on texts in memory, so that a test
 * can show it a made-up breach.
 */
import { readdir, readFile } from 'node:fs/promises';
import { extname, posix } from 'node:path';
import { build, transform, type Loader } from 'esbuild';

/** Texts by their path from the project's root, with `/`. */
export type Sources = ReadonlyMap<string, string>;

export interface Import {
  readonly importer: string;
  /** A path in the sources, or the name of a package (`@scope/name`, `node:fs`). */
  readonly target: string;
  /** `import type` leaves nothing behind in the program that runs. */
  readonly erased: boolean;
}

export interface Graph {
  readonly files: readonly string[];
  readonly imports: readonly Import[];
  /** Files with an `import(…)` of something that is not a literal text. */
  readonly computed: readonly string[];
}

export const ROOT = new URL('../../', import.meta.url);
const PRODUCT_FOLDERS = ['protocol', 'node', 'tablet', 'browser-bridge', 'scripts'];
const CODE = new Set(['.ts', '.tsx']);
const TEXTS = new Set([...CODE, '.css', '.html', '.svg', '.webmanifest']);

export async function productSources(): Promise<Sources> {
  const sources = new Map<string, string>();
  for (const folder of PRODUCT_FOLDERS) {
    for (const name of await readdir(new URL(`${folder}/`, ROOT), { recursive: true })) {
      const path = `${folder}/${name}`;
      if (TEXTS.has(extname(name))) sources.set(path, await readFile(new URL(path, ROOT), 'utf8'));
    }
  }
  return sources;
}

/** The `imports` of package.json: under each name the files of all conditions. */
export type PackageImports = Readonly<Record<string, Readonly<Record<string, string>>>>;

export async function packageImports(): Promise<PackageImports> {
  const { imports }: { imports: PackageImports } = JSON.parse(await readFile(new URL('package.json', ROOT), 'utf8'));
  return imports;
}

/** Throws when an import leads to a file that is not among the sources. */
export async function graphOf(sources: Sources, own: PackageImports = {}): Promise<Graph> {
  const code = new Map([...sources].filter(([path]) => CODE.has(extname(path))));
  const running = await recordedImports(code);
  const written = await recordedImports(new Map(Array.from(code, ([path, text]) => [path, withTypesAsValues(text)])));
  for (const [importer, text] of code) {
    for (const [, specifier = ''] of text.matchAll(/['"](\.{1,2}\/[^'"\s]+\.tsx?)['"]/g)) {
      if (sources.has(posix.join(posix.dirname(importer), specifier)) && !written.has(keyOf(importer, specifier))) running.add(keyOf(importer, specifier));
    }
  }
  const imports = Array.from(new Set([...running, ...written]), (key) => {
    const [importer = '', specifier = ''] = key.split('\n');
    return targetsOf(importer, specifier, sources, own).map((target) => ({ importer, target, erased: !running.has(key) }));
  }).flat();
  const computed: string[] = [];
  for (const [path, text] of code) if (/\bimport\((?!["'])/.test(await withoutComments(path, text))) computed.push(path);
  return { files: [...code.keys()], imports, computed };
}

/** The shortest way from one of `roots` along imports that run to something that `isMeant`; undefined when there is none. */
export function wayTo(graph: Graph, roots: readonly string[], isMeant: (target: string) => boolean): readonly string[] | undefined {
  const cameFrom = new Map<string, string | undefined>(roots.map((root) => [root, undefined]));
  for (const at of cameFrom.keys()) {
    if (isMeant(at)) return wayBack(cameFrom, at);
    for (const { importer, target, erased } of graph.imports) {
      if (importer === at && !erased && !cameFrom.has(target)) cameFrom.set(target, at);
    }
  }
  return undefined;
}

/** JavaScript or CSS as the parser prints it, without comments. Other texts stay as they are. */
export async function withoutComments(path: string, text: string): Promise<string> {
  const loader = LOADERS[extname(path)];
  if (loader === undefined) return text;
  return (await transform(text, { loader, legalComments: 'none', jsx: 'automatic', target: 'esnext', logLevel: 'silent', tsconfigRaw: TSCONFIG })).code;
}

const LOADERS: Readonly<Record<string, Loader>> = { '.ts': 'ts', '.tsx': 'tsx', '.css': 'css' };
const TSCONFIG = { compilerOptions: { verbatimModuleSyntax: true, jsx: 'react-jsx', jsxImportSource: 'preact' } } as const;

function keyOf(importer: string, specifier: string): string {
  return `${importer}\n${specifier}`;
}

async function recordedImports(code: Sources): Promise<Set<string>> {
  const recorded = new Set<string>();
  await build({
    entryPoints: [...code.keys()],
    bundle: true, write: false, outdir: '/', format: 'esm', platform: 'neutral', logLevel: 'silent', tsconfigRaw: TSCONFIG,
    plugins: [{
      name: 'record-imports',
      setup(hooks) {
        hooks.onResolve({ filter: /.*/ }, ({ path, importer, kind }) => {
          // esbuild puts `./` before an entry that is also on the disk.
          if (kind === 'entry-point') return { path: posix.normalize(path), namespace: 'source' };
          recorded.add(keyOf(importer, path));
          return { path, external: true };
        });
        hooks.onLoad({ filter: /.*/, namespace: 'source' }, ({ path }) => {
          const contents = code.get(path);
          return contents === undefined ? { errors: [{ text: `no source: ${path}` }] } : { contents, loader: LOADERS[extname(path)] ?? 'ts' };
        });
      },
    }],
  });
  return recorded;
}

/** So that the parser tells of imports that it would drop. */
function withTypesAsValues(text: string): string {
  return text.replaceAll(/^import type (?=[{*\w])/gm, 'import ').replaceAll(/^export type (?=\{[^}]*\} from|\* )/gm, 'export ');
}

function targetsOf(importer: string, specifier: string, sources: Sources, own: PackageImports): readonly string[] {
  const named = own[specifier];
  if (named !== undefined) return Object.values(named).map((path) => posix.normalize(path));
  if (!specifier.startsWith('.')) return [packageOf(specifier)];
  const path = posix.join(posix.dirname(importer), specifier);
  if (sources.has(path)) return [path];
  // In a release JavaScript stands where the source was.
  if (sources.has(path.replace(/\.js$/, '.ts'))) return [path.replace(/\.js$/, '.ts')];
  throw new Error(`${importer} imports ${specifier}, which is not there`);
}

function packageOf(specifier: string): string {
  return specifier.split('/').slice(0, specifier.startsWith('@') ? 2 : 1).join('/');
}

function wayBack(cameFrom: ReadonlyMap<string, string | undefined>, end: string): readonly string[] {
  const way: string[] = [];
  for (let at: string | undefined = end; at !== undefined; at = cameFrom.get(at)) way.unshift(at);
  return way;
}
