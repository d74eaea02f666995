/**
 * The built app, read into memory once: a request is a lookup in a map, so no path of a request ever reaches a file
 * system.
 */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { extname, join, relative, sep } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { fail, succeed, type Result } from '../../protocol/codec/result.ts';

export type ContentEncoding = 'br' | 'gzip' | 'identity';

export interface Representation {
  readonly encoding: ContentEncoding;
  readonly body: Buffer;
  /** Strong, quoted, and different for each encoding (RFC 9110, section 8.8.3.3). */
  readonly etag: string;
}

export interface Asset {
  readonly type: string;
  /** In order of preference; `identity` is the last. */
  readonly representations: readonly Representation[];
}

/** Request path (`/`, `/main.js`) to asset. */
export type Assets = ReadonlyMap<string, Asset>;

export type AssetsFailure = { readonly code: 'no-app' | 'app-too-large'; readonly message: string };

const MAX_FILES = 2000;
const MAX_BYTES = 128 * 1024 * 1024;

/** What the app consists of. A file of another kind is not served. */
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.webmanifest': 'application/manifest+json',
  '.wasm': 'application/wasm',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.txt': 'text/plain; charset=utf-8',
};
const INCOMPRESSIBLE = new Set(['.png', '.woff2']);

/** Reads the regular files of known types under `folder`, which has an `index.html`. Hidden files and links are left out. */
export async function loadAssets(folder: string, options: { readonly compress: boolean }): Promise<Result<Assets, AssetsFailure>> {
  const assets = new Map<string, Asset>();
  let bytes = 0;
  try {
    for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
      const path = join(entry.parentPath, entry.name);
      const parts = relative(folder, path).split(sep);
      const extension = extname(entry.name);
      const type = TYPES[extension];
      if (!entry.isFile() || type === undefined || parts.some((part) => part.startsWith('.'))) continue;
      const body = await readFile(path);
      bytes += body.length;
      if (bytes > MAX_BYTES || assets.size >= MAX_FILES) return fail({ code: 'app-too-large', message: `${folder} holds more than an app` });
      const compress = options.compress && !INCOMPRESSIBLE.has(extension);
      assets.set(`/${parts.map(encodeURIComponent).join('/')}`, { type, representations: await represent(body, compress) });
    }
  } catch (error) {
    return fail({ code: 'no-app', message: `cannot read the app in ${folder}: ${error instanceof Error ? error.message : String(error)}` });
  }
  const index = assets.get('/index.html');
  if (index === undefined) return fail({ code: 'no-app', message: `no index.html in ${folder}: build the app first` });
  return succeed(assets.set('/', index));
}

/** The best representation for an `Accept-Encoding` header. */
export function negotiate(asset: Asset, acceptEncoding: string | undefined): Representation {
  const accepted = new Set((acceptEncoding ?? '').toLowerCase().split(',').filter((part) => !/;\s*q=0(\.0*)?\s*$/.test(part)).map((part) => part.split(';', 1)[0]?.trim()));
  const found = asset.representations.find(({ encoding }) => encoding === 'identity' || accepted.has(encoding));
  if (found === undefined) throw new Error('an asset without an identity representation');
  return found;
}

/** Brotli 5 and gzip 6: a tenth of a second for the 3.6 MB of WASM; the highest levels take ten. */
async function represent(body: Buffer, compress: boolean): Promise<Representation[]> {
  const hash = createHash('sha256').update(body).digest('base64url').slice(0, 22);
  const identity: Representation = { encoding: 'identity', body, etag: `"${hash}"` };
  if (!compress) return [identity];
  const [br, gz] = await Promise.all([
    promisify(brotliCompress)(body, { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } }),
    promisify(gzip)(body, { level: 6 }),
  ]);
  const smaller: Representation[] = [{ encoding: 'br', body: br, etag: `"${hash}-br"` }, { encoding: 'gzip', body: gz, etag: `"${hash}-gz"` }];
  return [...smaller.filter((representation) => representation.body.length < body.length), identity];
}
