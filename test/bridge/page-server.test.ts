import { strict as assert } from 'node:assert';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { test } from 'node:test';
import { connect as connectTls } from 'node:tls';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { startPageServer } from '../../node/page/page-server.ts';
import { testCredentials } from '../authority/support.ts';
import { appFolder, authority, authorityPem, bridgeTo, credentials, get, PEER, portOf, say, SECRET_FILE } from './support.ts';

const quiet = { event: () => undefined };

test('PAGE-3: the page comes with a strict policy and every protective header', async (t) => {
  const { bridge } = await bridgeTo(t, undefined);
  const { status, headers, body } = await get(bridge.port, '/');
  assert.equal(status, 200);
  assert.match(body.toString(), /^<!doctype html>/);
  assert.equal(headers['content-type'], 'text/html; charset=utf-8');
  assert.equal(headers['content-security-policy'], "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data: blob:; "
    + `connect-src 'self' wss://localhost:${bridge.port}; font-src 'self'; worker-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`);
  assert.equal(headers['x-content-type-options'], 'nosniff');
  assert.equal(headers['x-frame-options'], 'DENY');
  assert.equal(headers['referrer-policy'], 'no-referrer');
  assert.equal(headers['cross-origin-opener-policy'], 'same-origin');
  assert.equal(headers['cross-origin-resource-policy'], 'same-origin');
  assert.equal(headers['cross-origin-embedder-policy'], 'require-corp');
  assert.match(String(headers['permissions-policy']), /camera=\(\), .*microphone=\(\)/);
  assert.equal(headers['cache-control'], 'no-cache');
  assert.equal(headers['set-cookie'], undefined);
  assert.equal(headers['strict-transport-security'], undefined, 'not for localhost, where it would bind every other server');
  const named = await get(bridge.port, '/', { headers: { Host: `bridge.ward.local:${bridge.port}` } });
  assert.match(String(named.headers['strict-transport-security']), /^max-age=\d{7,}$/);
});

test('PAGE-3: files are served compressed, typed and revalidated; HEAD has no body', async (t) => {
  const { bridge } = await bridgeTo(t, undefined);
  const plain = await get(bridge.port, '/main.js');
  const brotli = await get(bridge.port, '/main.js', { headers: { 'Accept-Encoding': 'gzip, br' } });
  const gzip = await get(bridge.port, '/main.js', { headers: { 'Accept-Encoding': 'gzip, br;q=0' } });
  assert.equal(brotli.headers['content-encoding'], 'br');
  assert.equal(gzip.headers['content-encoding'], 'gzip');
  assert.deepEqual(brotliDecompressSync(brotli.body), plain.body);
  assert.deepEqual(gunzipSync(gzip.body), plain.body);
  assert.equal(new Set([plain, brotli, gzip].map(({ headers }) => headers.etag)).size, 3);
  assert.equal((await get(bridge.port, '/assets/automerge.wasm')).headers['content-type'], 'application/wasm');

  const again = await get(bridge.port, '/main.js', { headers: { 'If-None-Match': `"other", W/${plain.headers.etag ?? ''}` } });
  assert.deepEqual([again.status, again.body.length], [304, 0]);
  const head = await get(bridge.port, '/main.js', { method: 'HEAD' });
  assert.deepEqual([head.status, head.body.length, head.headers['content-length']], [200, 0, String(plain.body.length)]);
});

test('PAGE-3: no path leads out of the app, and hidden files, links and other kinds of file are not part of it', async (t) => {
  const { bridge } = await bridgeTo(t, undefined);
  const paths = [
    '/../secret.txt', '/%2e%2e/secret.txt', '/..%2fsecret.txt', '/assets/../../secret.txt', '/assets/..%5c..%5csecret.txt', '//secret.txt', '/./main.js',
    '/.env', '/%2eenv', '/key.pem', '/link.txt', '/main.js%00.txt', '/assets', '/assets/', '/MAIN.JS', '/%', '/__proto__', '/constructor',
  ];
  for (const path of paths) {
    const { status, body } = await get(bridge.port, path);
    assert.equal(status, 404, path);
    assert(!body.includes(SECRET_FILE));
  }
  assert.equal((await get(bridge.port, '/?secret=1&path=/../secret.txt')).status, 200, 'a query is not read');
});

test('PAGE-3: only GET and HEAD, without a body, of a path', async (t) => {
  const { bridge } = await bridgeTo(t, undefined);
  for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS', 'TRACE', 'PATCH']) {
    const { status, headers } = await get(bridge.port, '/', { method });
    assert.deepEqual([status, headers.allow], [405, 'GET, HEAD'], method);
  }
  assert.equal((await get(bridge.port, '/', { headers: { 'Content-Length': '3' }, body: 'abc' })).status, 400);
  const host = `Host: localhost:${bridge.port}\r\n`;
  assert.match(await say(bridge.port, `GET http://localhost:${bridge.port}/ HTTP/1.1\r\n${host}\r\n`), /^HTTP\/1\.1 400 /, 'the form for a proxy');
  assert.match(await say(bridge.port, `GET http://10.0.0.1/ HTTP/1.1\r\nHost: 10.0.0.1\r\n\r\n`), /^HTTP\/1\.1 400 /);
  assert.equal(await say(bridge.port, `CONNECT 127.0.0.1:22 HTTP/1.1\r\n${host}\r\n`), '', 'not a word to CONNECT');
  assert.match(await say(bridge.port, `GET / HTTP/1.1\r\n${host}X: ${'a'.repeat(9000)}\r\n\r\n`), /^HTTP\/1\.1 400 /, 'an endless head');
  assert.match(await say(bridge.port, 'GET / HTTP/1.1\r\n\r\n'), /^HTTP\/1\.1 400 /, 'no host');
  assert.match(await say(bridge.port, `GET / HTTP/1.1\r\n${host}${host}\r\n`), /^HTTP\/1\.1 400 /, 'two hosts');
});

test('PAGE-3: every refusal carries the policy too, whoever makes it', async (t) => {
  const { bridge } = await bridgeTo(t, undefined);
  const own = `Host: localhost:${bridge.port}\r\n`;
  const socket = `Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n`;
  const refusals: readonly (readonly [number, string])[] = [
    [400, 'GET / HTTP/1.1\r\n\r\n'], [400, `GET / HTTP/1.1\r\n${own}${own}\r\n`], [400, `GET http://localhost/ HTTP/1.1\r\n${own}\r\n`],
    [400, 'no HTTP at all\r\n\r\n'], [400, `GET / HTTP/1.1\r\n${own}X: ${'a'.repeat(9000)}\r\n\r\n`], [400, `GET / HTTP/1.1\r\n${own}Content-Length: 3\r\n\r\nabc`],
    [403, `GET / HTTP/1.1\r\n${own}Origin: https://evil.example\r\n\r\n`], [421, 'GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n'],
    [404, `GET /nothing HTTP/1.1\r\n${own}Connection: close\r\n\r\n`], [405, `POST / HTTP/1.1\r\n${own}\r\n`], [417, `GET / HTTP/1.1\r\n${own}Expect: miracles\r\n\r\n`],
    [403, `GET /pipe/${PEER} HTTP/1.1\r\n${own}${socket}\r\n`], [404, `GET /pipe/${PEER} HTTP/1.1\r\n${own}Origin: https://localhost:${bridge.port}\r\n${socket}\r\n`],
  ];
  for (const [status, request] of refusals) {
    const answer = await say(bridge.port, request);
    assert.match(answer, new RegExp(`^HTTP/1.1 ${status} `), request.slice(0, 200));
    assert.match(answer, /\r\nContent-Security-Policy: default-src 'none'/i, request.slice(0, 200));
    assert.match(answer, /\r\nX-Frame-Options: DENY\r\n/i);
  }
});

test('PAGE-1: DNS rebinding and other sites are refused by Host, Origin and fetch metadata', async (t) => {
  const { bridge, events } = await bridgeTo(t, undefined);
  const own = `localhost:${bridge.port}`;
  for (const host of ['evil.example', `evil.example:${bridge.port}`, 'localhost', 'localhost:1', `localhost.evil.example:${bridge.port}`, `${own}.`, `0x7f.1:${bridge.port}`]) {
    assert.equal((await get(bridge.port, '/', { headers: { Host: host } })).status, 421, host);
  }
  for (const origin of ['https://evil.example', `http://${own}`, 'https://localhost', 'null', `https://127.0.0.1:${bridge.port}`, '']) {
    assert.equal((await get(bridge.port, '/main.js', { headers: { Origin: origin } })).status, 403, origin);
  }
  assert.equal((await get(bridge.port, '/main.js', { headers: { Origin: `https://${own}` } })).status, 200);
  const fetched = (site: string, mode: string, dest: string): Promise<number> => get(bridge.port, '/main.js', {
    headers: { 'Sec-Fetch-Site': site, 'Sec-Fetch-Mode': mode, 'Sec-Fetch-Dest': dest },
  }).then(({ status }) => status);
  assert.equal(await fetched('cross-site', 'no-cors', 'script'), 403);
  assert.equal(await fetched('same-site', 'cors', 'empty'), 403);
  assert.equal(await fetched('cross-site', 'navigate', 'iframe'), 403);
  assert.equal(await fetched('cross-site', 'navigate', 'document'), 200, 'a link may be followed');
  assert.equal(await fetched('same-origin', 'cors', 'script'), 200);
  assert(events.every((event) => !event.includes('evil')), 'what strangers say is not logged');
});

test('PAGE-2: plain HTTP is spoken on loopback, to its own names, and refused anywhere else', async (t) => {
  const folder = await appFolder(t);
  for (const [address, hosts] of [['0.0.0.0', undefined], ['::', undefined], ['192.168.1.1', undefined], ['127.0.0.1', ['bridge.ward.local']], ['127.0.0.1', ['10.0.0.1']]] as const) {
    const refused = await startPageServer({ folder, address, port: 0, log: quiet, ...(hosts === undefined ? {} : { hosts }) });
    assert(!refused.ok && refused.failure.code === 'plain-http-off-loopback', address);
  }
  const started = await startPageServer({ folder, address: '127.0.0.1', port: 0, log: quiet });
  assert(started.ok);
  t.after(() => started.value.stop());
  const { port, url } = started.value;
  assert.equal(url, `http://localhost:${port}/`);
  const answer = await get(port, '/', { plain: true });
  assert.equal(answer.status, 200);
  assert.match(String(answer.headers['content-security-policy']), new RegExp(`connect-src 'self' ws://localhost:${port};`));
  assert.equal(answer.headers['strict-transport-security'], undefined);
  assert.equal((await get(port, '/', { plain: true, headers: { Host: `rebound.example:${port}` } })).status, 421);
});

test('PAGE-5: a port that is taken, a folder without an app, a wrong address or a wrong key is one clear error', async (t) => {
  const folder = await appFolder(t);
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  t.after(() => taken.close());
  const port = portOf(taken);
  const base = { folder, address: '127.0.0.1', port: 0, hosts: ['localhost'], credentials, log: quiet };
  assert.deepEqual(await startPageServer({ ...base, port }), { ok: false, failure: { code: 'port-taken', message: `port ${port} on 127.0.0.1 is taken by another program: stop that one, or choose another port` } });
  const codes = await Promise.all([
    startPageServer({ ...base, folder: `${folder}/assets` }), startPageServer({ ...base, folder: `${folder}/none` }),
    startPageServer({ ...base, address: '203.0.113.7' }), startPageServer({ ...base, address: 'localhost' }),
    startPageServer({ ...base, credentials: { ...credentials, key: (await testCredentials(authority, { dns: ['localhost'], ips: [] })).key } }),
  ]);
  assert.deepEqual(codes.map((started) => (started.ok ? 'started' : started.failure.code)), ['no-app', 'no-app', 'address-not-here', 'address-not-here', 'bad-certificate']);
});

test('PAGE-5: a new certificate serves new connections, a wrong one changes nothing', async (t) => {
  const { bridge } = await bridgeTo(t, undefined);
  const serial = async (): Promise<string> => {
    const socket = connectTls({ host: '127.0.0.1', port: bridge.port, ca: authorityPem, servername: 'localhost' });
    await once(socket, 'secureConnect');
    const { serialNumber } = socket.getPeerCertificate();
    socket.destroy();
    return serialNumber;
  };
  const before = await serial();
  const wrong = bridge.setCredentials({ key: credentials.key, certificate: (await testCredentials(authority, { dns: ['localhost'], ips: [] })).certificate });
  assert(!wrong.ok && wrong.failure.code === 'bad-certificate');
  assert.equal(await serial(), before);
  assert.deepEqual(bridge.setCredentials(await testCredentials(authority, { dns: ['localhost'], ips: [] })), { ok: true, value: undefined });
  assert.notEqual(await serial(), before);
});

test('PAGE-4: a client that dawdles is cut off while others are served', async (t) => {
  const started = await startPageServer({ folder: await appFolder(t), address: '127.0.0.1', port: 0, log: quiet, limits: { headTimeout: 300 } });
  assert(started.ok);
  t.after(() => started.value.stop());
  const { port } = started.value;
  const dawdler = connect(port, '127.0.0.1');
  dawdler.write('GET / HTTP/1.1\r\n');
  await once(dawdler, 'connect');
  assert.equal((await get(port, '/', { plain: true })).status, 200);
  await once(dawdler.resume(), 'close');
});

test('PAGE-4: one address holds so many connections and no more', async (t) => {
  const { bridge } = await bridgeTo(t, undefined, { limits: { pages: { connectionsPerAddress: 4 } } });
  const held = await Promise.all([1, 2, 3, 4].map(async () => {
    const socket = connect(bridge.port, '127.0.0.1');
    t.after(() => socket.destroy());
    await once(socket, 'connect');
    return socket;
  }));
  const fifth = connect(bridge.port, '127.0.0.1');
  fifth.on('error', () => undefined);
  await once(fifth.resume(), 'close');
  assert(held.every((socket) => !socket.destroyed));
});
