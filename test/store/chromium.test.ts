import { createServer, type Server } from 'node:http';
import { existsSync } from 'node:fs';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { chromium } from 'playwright-core';

const BROWSER = process.env['WARDSYNC_CHROMIUM'] ?? '/usr/bin/chromium';
const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];
const SEED = 20_260_728;

test('STORE-1: item store in the IndexedDB of a real browser', { timeout: 120_000 }, async (t) => {
  if (!existsSync(BROWSER)) {
    console.error(`NOT TESTED: no browser at ${BROWSER}`);
    t.skip('no browser here');
    return;
  }
  const script = await bundle();
  const server = createServer((request, response) => {
    const isScript = request.url === '/page.js';
    response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html');
    response.end(isScript ? script : '<!doctype html><title>store</title><script src="/page.js"></script>');
  });
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  const browser = await chromium.launch({ executablePath: BROWSER, args: FLAGS });
  try {
    const page = await browser.newPage();
    await page.goto(addressOf(server));
    const results = await page.evaluate((seed) => globalThis.runStoreContract(seed), SEED);
    assert.ok(results.length > 15, 'the whole contract ran');
    for (const { title, failure } of results) await t.test(title, () => assert.equal(failure, '', `seed ${SEED}`));
  } finally {
    await browser.close();
    server.close();
  }
});

function addressOf(server: Server): string {
  const address = server.address();
  assert.ok(typeof address === 'object' && address !== null);
  return `http://127.0.0.1:${address.port}/`;
}

async function bundle(): Promise<string> {
  const result = await build({
    entryPoints: [fileURLToPath(new URL('page.ts', import.meta.url))],
    bundle: true, write: false, format: 'iife', platform: 'browser', conditions: ['browser'], target: 'es2022', logLevel: 'error',
  });
  return result.outputFiles[0]?.text ?? '';
}
