/**
 * A fresh Chromium whose user trusts the ward's own authority and nothing else that is special: certificates are checked
 * as everywhere. What is not for loopback goes to a proxy that answers nothing and remembers who asked.
 */
import { createServer } from 'node:http';
import type { TestContext } from 'node:test';
import type { BrowserContext, Page } from 'playwright-core';
import { trustingChromium } from '../support/trusting-chromium.ts';

const QUIET_FLAGS = ['--disable-features=AutofillServerCommunication,OptimizationHints', '--disable-domain-reliability', '--no-pings',];
/** Chromium asks its maker's hosts by itself (updates, form prediction), whatever page is shown; no page of ours names them. */
const BROWSERS_OWN = /\b(?:[\w-]+\.)+(?:googleapis|google|gvt1|gstatic)\.com\b/;
const LOOPBACK = /^(?:(?:https?|wss?):\/\/(?:localhost|127\.0\.0\.1)(?::\d+)?\/|blob:|data:|about:)/;

export class WardBrowser {
  readonly context: BrowserContext;
  /** What this browser keeps on disk. */
  readonly profile: string;
  /** What pages and workers logged as an error, policy violations included. */
  readonly complaints: string[] = [];
  /** Whatever was asked of anything but loopback. */
  readonly strayed: string[];
  /** Every address that was asked for, or stood in the bar once the page had begun. */
  readonly addresses = new Set<string>();

  private constructor(context: BrowserContext, profile: string, strayed: string[]) {
    this.context = context;
    this.profile = profile;
    this.strayed = strayed;
    context.on('page', (page) => this.#watch(page));
    for (const page of context.pages()) this.#watch(page);
  }

  /** Undefined, with the reason said, where Chromium or certutil is missing. */
  static async start(t: TestContext, authority: string): Promise<WardBrowser | undefined> {
    const strayed: string[] = [];
    const proxy = await watchingProxy(t, strayed);
    const trusting = await trustingChromium(t, authority, {
      args: [...QUIET_FLAGS, `--proxy-server=127.0.0.1:${proxy}`],
      viewport: { width: 1280, height: 800 }, locale: 'en-GB', reducedMotion: 'reduce', acceptDownloads: true,
    });
    if (trusting === undefined) return undefined;
    const { context, profile } = trusting;
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
    page.on('framenavigated', (frame) => this.addresses.add(frame.url()));
    page.on('request', (request) => this.addresses.add(request.url()));
    page.on('websocket', (socket) => this.addresses.add(socket.url()));
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
