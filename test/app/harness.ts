/**
 * The page in real Chromium over a made-up ward: builds it once, serves it on loopback under the content security
 * policy of the product, and opens it in whatever scenario, theme and size a test asks for.
 */
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { chromium } from 'playwright-core';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildApp } from '../../scripts/build-app.ts';
import { chromiumPath } from '../support/trusting-chromium.ts';
import type { Scenario } from './scenario.ts';
import { usualScenario } from './scenario.ts';

export const sizes = {
  portrait: { width: 800, height: 1280 },
  landscape: { width: 1280, height: 800 },
  desktop: { width: 1920, height: 1080 },
  phone: { width: 390, height: 844 },
} as const;

export interface OpenOptions {
  readonly scenario?: Partial<Scenario>;
  readonly theme?: 'day' | 'night';
  readonly size?: keyof typeof sizes;
  readonly language?: 'en' | 'fr';
  /** What follows the address, from `#` on. */
  readonly fragment?: string;
}

export interface Harness {
  readonly folder: string;
  /** A fresh profile with one page in it. What the page logs as an error, and what its policy blocks, is in `complaints`. */
  open(options?: OpenOptions): Promise<{ page: Page; context: BrowserContext; complaints: string[] }>;
  /** Keeps a picture as build output. */
  picture(page: Page, name: string, whole?: boolean): Promise<void>;
  stop(): Promise<void>;
}

export const fakeWorkerPath = fileURLToPath(new URL('fake-worker.ts', import.meta.url));

const pictures = fileURLToPath(new URL('../../test-output/screens/', import.meta.url));
const flags = [
  '--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync',
];
const policy = [
  "default-src 'none'", "script-src 'self' 'wasm-unsafe-eval'", "style-src 'self'", "img-src 'self'", "connect-src 'self'", "worker-src 'self'",
  "manifest-src 'self'", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'",
].join('; ');
const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml', '.wasm': 'application/wasm',
  '.webmanifest': 'application/manifest+json', '.map': 'application/json',
};

export async function startHarness(): Promise<Harness> {
  const folder = await mkdtemp(join(tmpdir(), 'ward-app-'));
  await buildApp({ outDir: folder, minify: false, worker: fakeWorkerPath });
  await mkdir(pictures, { recursive: true });
  const scenarios = new Map<string, Scenario>();
  const server = await serve(folder, scenarios);
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the test server has no port');
  const browser: Browser = await chromium.launch({ executablePath: chromiumPath ?? '', args: flags });
  let opened = 0;

  return {
    folder,
    async open({ scenario = {}, theme = 'day', size = 'portrait', language = 'en', fragment = '' } = {}) {
      opened += 1;
      // Each page has a folder of its own on the server, so that scenarios do not meet.
      const name = `s${opened}`;
      scenarios.set(name, { ...usualScenario, now: Date.now(), ...scenario });
      const context = await browser.newContext({
        viewport: sizes[size], colorScheme: theme === 'day' ? 'light' : 'dark', locale: language === 'en' ? 'en-GB' : 'fr-FR', reducedMotion: 'reduce',
      });
      const page = await context.newPage();
      const complaints: string[] = [];
      page.on('console', (message) => { if (message.type() === 'error') complaints.push(message.text()); });
      page.on('pageerror', (error) => complaints.push(String(error)));
      await page.goto(`http://127.0.0.1:${address.port}/${name}/${fragment}`);
      return { page, context, complaints };
    },
    async picture(page, name, whole = false) {
      await page.screenshot({ path: join(pictures, `${name}.png`), fullPage: whole });
    },
    async stop() {
      await browser.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function serve(folder: string, scenarios: ReadonlyMap<string, Scenario>): Promise<Server> {
  const server = createServer((request, response) => {
    const [, name = '', file = ''] = new URL(request.url ?? '/', 'http://page').pathname.split('/');
    const scenario = scenarios.get(name);
    if (scenario === undefined) {
      response.writeHead(404).end();
      return;
    }
    response.setHeader('content-security-policy', policy);
    if (file === 'scenario.json') {
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(scenario));
      return;
    }
    const path = file === '' ? 'index.html' : file;
    readFile(join(folder, path)).then(
      (body) => response.writeHead(200, { 'content-type': types[extname(path)] ?? 'application/octet-stream' }).end(body),
      () => response.writeHead(404).end(),
    );
  });
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}
