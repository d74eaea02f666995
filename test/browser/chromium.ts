/**
 * A fresh Chromium whose user trusts the ward's own authority and nothing else that is special: certificates are checked
 * as everywhere. What is not for loopback goes to a proxy that answers nothing and remembers who asked.
 */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { chromium, type BrowserContext, type Page } from 'playwright-core';

const FLAGS = [
  '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync',
  '--disable-features=AutofillServerCommunication,OptimizationHints', '--disable-domain-reliability', '--no-pings',
];
/** Chromium asks its maker's hosts by itself (updates, form prediction), whatever page is shown; no page of ours names them. */
const BROWSERS_OWN = /\b(?:[\w-]+\.)+(?:googleapis|google|gvt1|gstatic)\.com\b/;
const LOOPBACK = /^(?:(?:https?|wss?):\/\/(?:localhost|127\.0\.0\.1)(?::\d+)?\/|blob:|data:|about:)/;

export const chromiumPath = [process.env['CHROMIUM'], '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']
  .find((path): path is string => path !== undefined && existsSync(path));

export class WardBrowser {
  readonly context: BrowserContext;
  /** What this browser keeps on disk. */
  readonly profile: string;
  /** What pages and workers logged as an error, policy violations included. */
  readonly complaints: string[] = [];
  /** Whatever was asked of anything but loopback. */
  readonly strayed: string[];

  private constructor(context: BrowserContext, profile: string, strayed: string[]) {
    this.context = context;
    this.profile = profile;
    this.strayed = strayed;
    context.on('page', (page) => this.#watch(page));
    for (const page of context.pages()) this.#watch(page);
  }

  /** Undefined, with the reason said, where Chromium or certutil is missing. */
  static async start(t: TestContext, authority: string): Promise<WardBrowser | undefined> {
    const home = await mkdtemp(join(tmpdir(), 'wardsync-chromium-'));
    t.after(() => rm(home, { recursive: true, force: true, maxRetries: 5 }));
    const store = join(home, '.pki', 'nssdb');
    await mkdir(store, { recursive: true });
    await writeFile(join(home, 'ward.pem'), authority);
    try {
      execFileSync('certutil', ['-d', `sql:${store}`, '-N', '--empty-password'], { stdio: 'pipe' });
      execFileSync('certutil', ['-d', `sql:${store}`, '-A', '-t', 'C,,', '-n', 'ward', '-i', join(home, 'ward.pem')], { stdio: 'pipe' });
    } catch (error) {
      t.diagnostic('NOT RUN: certutil is missing (Debian: libnss3-tools)');
      t.skip(`cannot import a certificate authority: ${error instanceof Error ? error.message : String(error)}`);
      return undefined;
    }
    const strayed: string[] = [];
    const proxy = await watchingProxy(t, strayed);
    const profile = join(home, 'profile');
    const context = await chromium.launchPersistentContext(profile, {
      executablePath: chromiumPath ?? '', headless: true, args: [...FLAGS, `--proxy-server=127.0.0.1:${proxy}`], env: { ...process.env, HOME: home },
      viewport: { width: 1280, height: 800 }, locale: 'en-GB', reducedMotion: 'reduce', acceptDownloads: true,
    });
    t.after(() => context.close());
    // tsx marks the functions it passes on with a helper of its own, which pages do not have.
    await context.addInitScript('globalThis.__name = (named) => named');
    return new WardBrowser(context, profile, strayed);
  }

  /** The complaints so far, which are then forgotten. */
  takeComplaints(): readonly string[] {
    return this.complaints.splice(0);
  }

  #watch(page: Page): void {
    page.setDefaultTimeout(20_000);
    page.on('console', (message) => { if (message.type() === 'error') this.complaints.push(message.text()); });
    page.on('pageerror', (error) => this.complaints.push(String(error)));
    page.on('worker', (worker) => worker.on('console', (message) => { if (message.type() === 'error') this.complaints.push(message.text()); }));
    page.on('request', (request) => { if (!LOOPBACK.test(request.url())) this.strayed.push(request.url()); });
    page.on('websocket', (socket) => { if (!LOOPBACK.test(socket.url())) this.strayed.push(socket.url()); });
  }
}

/** Chromium asks no proxy for loopback, so whoever comes here wanted to go elsewhere. */
async function watchingProxy(t: TestContext, strayed: string[]): Promise<number> {
  const note = (asked: string): void => { if (!BROWSERS_OWN.test(asked)) strayed.push(asked); };
  const proxy = createServer((request, response) => {
    note(`${request.method} ${request.url}`);
    response.writeHead(403).end();
  });
  proxy.on('connect', (request, socket) => {
    socket.on('error', () => socket.destroy());
    note(`CONNECT ${request.url}`);
    socket.end('HTTP/1.1 403 Forbidden\r\n\r\n', () => socket.destroy());
  });
  await new Promise<void>((resolve) => { proxy.listen(0, '127.0.0.1', resolve); });
  t.after(() => {
    proxy.closeAllConnections();
    proxy.close();
  });
  const address = proxy.address();
  if (address === null || typeof address === 'string') throw new Error('the proxy has no port');
  return address.port;
}
