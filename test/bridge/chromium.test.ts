/** The certificate, the policy and the pipe as a real Chromium sees them; nothing leaves loopback. */
import { strict as assert } from 'node:assert';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { test, type TestContext } from 'node:test';
import type { BrowserContext } from 'playwright-core';
import { startPageServer } from '../../node/page/page-server.ts';
import { rogueCredentials, testCredentials } from '../authority/support.ts';
import { trustingChromium } from '../support/trusting-chromium.ts';
import { appFolder, authority, authorityPem, bridgeTo, peer, PEER, portOf, STRANGER } from './support.ts';

test('PAGE-3: Chromium that trusts the ward\'s authority shows the page, keeps its policy and reaches a peer through the pipe', async (t) => {
  const browser = await wardBrowser(t);
  if (browser === undefined) return;
  const target = await peer(t, (socket) => { socket.pipe(socket); });
  const { bridge } = await bridgeTo(t, target);
  const page = await browser.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => { if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text()); });
  const own = `bridge.ward.local:${bridge.port}`;
  await page.goto(`https://${own}/`);
  await page.waitForFunction(() => document.title === 'script ran');
  assert.deepEqual(complaints, [], 'the page\'s own files need nothing that the policy forbids');
  assert.equal(await page.evaluate(() => getComputedStyle(document.body).color), 'rgb(1, 2, 3)');
  assert.equal(await page.evaluate(() => `${isSecureContext} ${crossOriginIsolated} ${document.cookie}`), 'true true ');

  const echoed = (url: string): Promise<string> => page.evaluate((address) => new Promise<string>((resolve) => {
    const websocket = new WebSocket(address);
    websocket.binaryType = 'arraybuffer';
    websocket.addEventListener('open', () => websocket.send(new TextEncoder().encode('through the pipe')));
    websocket.addEventListener('message', ({ data }) => { resolve(data instanceof ArrayBuffer ? new TextDecoder().decode(data) : 'text'); });
    websocket.addEventListener('error', () => resolve('refused'));
  }), url);
  assert.equal(await echoed(`wss://${own}/pipe/${PEER}`), 'through the pipe');
  assert.equal(await echoed(`wss://${own}/pipe/${STRANGER}`), 'refused');

  const forbidden = await page.evaluate(async (elsewhere) => {
    const broken: string[] = [];
    document.addEventListener('securitypolicyviolation', (event) => { broken.push(event.effectiveDirective); });
    const script = document.createElement('script');
    script.textContent = "document.title = 'injected'";
    document.body.append(script);
    const frame = document.createElement('iframe');
    frame.src = elsewhere;
    document.body.append(frame);
    const base = document.createElement('base');
    base.href = elsewhere;
    document.head.append(base);
    document.body.setAttribute('style', 'color: red');
    const fetched = await fetch(elsewhere).then(() => 'fetched', () => 'refused');
    const wasm = await WebAssembly.instantiate(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0)).then(() => 'wasm runs', () => 'refused');
    // Reports come in tasks of their own.
    for (let turn = 0; broken.length < 5 && turn < 200; turn++) await new Promise((resolve) => { setTimeout(resolve, 5); });
    return { broken: broken.sort(), fetched, wasm, title: document.title };
  }, `https://elsewhere.ward.local:${bridge.port}/`);
  assert.deepEqual(forbidden, {
    broken: ['base-uri', 'connect-src', 'frame-src', 'script-src-elem', 'style-src-attr'], fetched: 'refused', wasm: 'wasm runs', title: 'script ran',
  });
});

test('CA-1: Chromium refuses what a stolen authority key signs outside the constraints', async (t) => {
  const browser = await wardBrowser(t);
  if (browser === undefined) return;
  const folder = await appFolder(t);
  const opened = async (name: string, credentials: Awaited<ReturnType<typeof rogueCredentials>>): Promise<string> => {
    const server = await startPageServer({ folder, address: '127.0.0.1', port: 0, hosts: [name], credentials, log: { event: () => undefined } });
    assert(server.ok);
    t.after(() => server.value.stop());
    const page = await browser.newPage();
    return page.goto(server.value.url).then(() => 'opened', (error: Error) => /net::\w+/.exec(error.message)?.[0] ?? error.message);
  };
  assert.equal(await opened('ward.internal', await rogueCredentials(authority, { dns: ['ward.internal'], ips: [] })), 'opened', 'the probe itself is sound');
  assert.equal(await opened('10.1.2.3', await testCredentials(authority, { dns: [], ips: ['10.1.2.3'] })), 'opened');
  assert.equal(await opened('example.org', await rogueCredentials(authority, { dns: ['example.org'], ips: [] })), 'net::ERR_CERT_INVALID');
  assert.equal(await opened('notward.local', await rogueCredentials(authority, { dns: ['notward.local'], ips: [] })), 'net::ERR_CERT_INVALID');
  assert.equal(await opened('203.0.113.9', await rogueCredentials(authority, { dns: [], ips: ['203.0.113.9'] })), 'net::ERR_CERT_INVALID');
});

test('PAGE-1: a page of another site gets neither a WebSocket nor a file from the bridge', async (t) => {
  const browser = await wardBrowser(t);
  if (browser === undefined) return;
  const target = await peer(t, (socket) => { socket.pipe(socket); });
  const { bridge, events } = await bridgeTo(t, target);
  const page = await browser.newPage();
  const evil = createServer((_request, response) => { response.setHeader('Content-Type', 'text/html').end('<!doctype html><link rel="icon" href="data:,"><title>evil</title>'); });
  evil.listen(0, '127.0.0.1');
  await once(evil, 'listening');
  t.after(() => { evil.closeAllConnections(); evil.close(); });
  // On loopback too, by another name: from a public address Chromium itself would stop it.
  await page.goto(`http://evil.example:${portOf(evil)}/`);
  const tried = await page.evaluate(async ({ own, id }) => {
    const websocket = await new Promise<string>((resolve) => {
      const opened = new WebSocket(`wss://${own}/pipe/${id}`);
      opened.addEventListener('open', () => resolve('open'));
      opened.addEventListener('error', () => resolve('refused'));
    });
    const script = await new Promise<string>((resolve) => {
      const element = document.createElement('script');
      element.src = `https://${own}/main.js`;
      element.addEventListener('load', () => resolve('loaded'));
      element.addEventListener('error', () => resolve('refused'));
      document.head.append(element);
    });
    const fetched = await fetch(`https://${own}/`, { mode: 'no-cors' }).then(() => 'fetched', () => 'refused');
    return [websocket, script, fetched];
  }, { own: `localhost:${bridge.port}`, id: PEER });
  assert.deepEqual(tried, ['refused', 'refused', 'refused']);
  assert.deepEqual(events.map((event) => event.replace('page-refused ', '')), [
    '{"status":403,"reason":"origin"}', '{"status":403,"reason":"site"}', '{"status":403,"reason":"site"}',
  ], 'by the bridge itself, each');
});

async function wardBrowser(t: TestContext): Promise<BrowserContext | undefined> {
  // Whatever name is asked for, the answer is here.
  return (await trustingChromium(t, authorityPem, { args: ['--host-resolver-rules=MAP * 127.0.0.1'] }))?.context;
}
