import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ambientReads, brokenArrows, networkUses, openDoors, openPage, platformOpens, writtenHosts } from './rules.ts';
import { graphOf, packageImports, productSources } from './source-graph.ts';

const sources = await productSources();
const graph = await graphOf(sources, await packageImports());

test('KEYS-6: the search sees the imports that are known to be there', () => {
  const known = [['browser-bridge/pipe.ts', 'ws'], ['protocol/network/libp2p-node.ts', 'libp2p'], ['protocol/ward/session.ts', 'protocol/keys/keyring.ts'],
    ['protocol/crypto/signing/hash.ts', 'protocol/crypto/signing/primitives-noble.ts'], ['protocol/crypto/signing/hash.ts', 'protocol/crypto/signing/primitives-node.ts'],
    ['node/cli/main.ts', 'node/cli/commands/init.ts'], ['protocol/documents/node-engine.ts', 'protocol/documents/node-engine-thread.ts']] as const;
  for (const [importer, target] of known) {
    assert.ok(graph.imports.some((edge) => edge.importer === importer && edge.target === target && !edge.erased), `${importer} → ${target}`);
  }
});

test('KEYS-6: what is blind cannot reach what opens, by any import that runs', () => {
  assert.deepEqual(openDoors(graph), []);
});

test('KEYS-6: each way of importing is seen, and a breach of blindness is told with the way there', async () => {
  const ways = {
    static: "import { openIt } from '../keys/keyring.ts'; openIt();",
    'side effect': "import '../keys/keyring.ts';",
    're-export': "export { openIt } from '../keys/keyring.ts';",
    'export of everything': "export * from '../keys/keyring.ts';",
    dynamic: "export const later = () => import('../keys/keyring.ts');",
    'import map': "import { openIt } from '#opener'; openIt();",
    'worker file': "new Worker(new URL('../keys/keyring.ts', import.meta.url));",
    package: "import { next } from '@automerge/automerge/slim'; next();",
    'with a type beside it': "import { openIt, type Key } from '../keys/keyring.ts'; openIt();",
  };
  for (const [name, line] of Object.entries(ways)) {
    const breach = await made({ 'protocol/replica/replica.ts': "export * from './innocent.ts';", 'protocol/replica/innocent.ts': line });
    const found = openDoors(breach).filter((text) => text.startsWith('protocol/replica/'));
    assert.equal(found.length, 1, name);
    assert.match(found[0] ?? '', /innocent\.ts → (protocol\/keys\/keyring\.ts|@automerge\/automerge)$/, name);
  }
});

test('KEYS-6: an import of a type alone opens nothing; an import of what no line names is refused', async () => {
  const type = await made({ 'protocol/replica/replica.ts': "import type { Key } from '../keys/keyring.ts'; export type K = Key;" });
  assert.deepEqual(openDoors(type).filter((text) => text.startsWith('protocol/replica/')), []);
  const computed = await made({ 'protocol/replica/replica.ts': "const where = '../keys/' + 'keyring.ts'; export const later = () => import(where);" });
  assert.match(openDoors(computed).find((text) => text.startsWith('protocol/replica/')) ?? '', /imports what no line names/);
});

test('KEYS-6: the encryption that the platform brings along is called in the sealing room alone', async () => {
  assert.deepEqual(await platformOpens(sources), []);
  for (const line of [
    "import { createDecipheriv } from 'node:crypto'; createDecipheriv('aes-256-gcm', key, nonce);", "import * as all from 'node:crypto'; all.diffieHellman(pair);",
    "await crypto.subtle.decrypt('AES-GCM', key, box);", 'const { deriveBits } = crypto.subtle; deriveBits();', "crypto.subtle['decrypt']();",
  ]) {
    assert.equal((await platformOpens(new Map([['node/archive/run-archive.ts', line], ['protocol/crypto/sealing/aead.ts', line]]))).length, 1, line);
  }
  assert.deepEqual(await platformOpens(new Map([['node/backup/backup-file.ts', "import { createHash } from 'node:crypto'; createHash('sha256'); crypto.subtle.verify();"]])), []);
});

test('KEYS-6: rooms import along the arrows only, and network alone speaks libp2p', () => {
  assert.deepEqual(brokenArrows(graph), []);
});

test('KEYS-6: an import against the arrows is found, even of a type', async () => {
  const wrong = {
    "import type { Store } from '../store/store.ts'; export type S = Store;": 'protocol/items/item.ts',
    "import '../replica/replica.ts';": 'protocol/store/memory-store.ts',
    "import '../crypto/sealing/hpke.ts';": 'protocol/sync/session.ts',
    "import '../items/item.ts';": 'protocol/clinical/model.ts',
    "import '../../node/cli/main.ts';": 'protocol/codec/bytes.ts',
    "import type { PeerId } from '@libp2p/interface'; export type P = PeerId;": 'protocol/sync/messages.ts',
    "import '../../node/device/control.ts';": 'tablet/app/main.tsx',
    "import '../codec/bytes.ts';": 'protocol/drawer/anything.ts',
  };
  for (const [line, path] of Object.entries(wrong)) {
    assert.equal(brokenArrows(await made({ [path]: line })).length, 1, line);
  }
  assert.deepEqual(brokenArrows(await made({ 'protocol/ward/ward.ts': "import '../codec/bytes.ts'; import '../keys/keyring.ts';" })), []);
});

test('BRIDGE-6: the bridge is small enough to be read in one go', () => {
  const lines = Array.from(sources, ([path, text]) => (path.startsWith('browser-bridge/') ? text.split('\n').length : 0)).reduce((sum, count) => sum + count, 0);
  assert.ok(lines > 100 && lines <= 600, `${lines} lines`);
});

test('PAGE-8: the page loads no key, no cryptography, no replica and no Automerge: they are in its worker', async () => {
  assert.deepEqual(openPage(graph), []);
  const breach = await made({ 'tablet/app/main.tsx': "import './app.ts';", 'tablet/app/app.ts': "import { seal } from '../../protocol/crypto/sealing/hpke.ts'; seal();" });
  assert.deepEqual(openPage(breach), ['tablet/app/main.tsx → tablet/app/app.ts → protocol/crypto/sealing/hpke.ts']);
});

test('SYNC-7: the core takes no clock, timer or randomness by itself', async () => {
  assert.deepEqual(await ambientReads(sources), []);
});

test('SYNC-7: a clock, a timer or randomness taken in the core is found, but not the word in a comment', async () => {
  for (const line of [
    'export const at = Date.now();', 'export const at = new Date();', 'export const at = new Date;', 'export const at = Date();',
    'export const { random } = Math, one = Math.random();', 'setTimeout(() => {}, 1);', 'globalThis.setInterval(() => {}, 1);',
    'crypto.getRandomValues(new Uint8Array(1));', "import { randomBytes } from 'node:crypto'; randomBytes(1);",
  ]) {
    assert.equal((await ambientReads(new Map([['protocol/sync/session.ts', line]]))).length, 1, line);
  }
  const innocent = '/** Never Date.now() nor setTimeout. */ export const at = (clock: { now(): number }) => new Date(clock.now()); // Math.random()';
  assert.deepEqual(await ambientReads(new Map([['protocol/sync/session.ts', innocent], ['node/device/real-environment.ts', 'Date.now();']])), []);
});

test('NET-3: no address of the internet is written into the product, and only the rooms that must can connect', async () => {
  assert.deepEqual(await writtenHosts(sources), []);
  assert.deepEqual(await networkUses(sources), []);
});

test('NET-3: an address of the internet, or a connection from a room that needs none, is found', async () => {
  for (const [path, text] of Object.entries({
    'tablet/app/main.tsx': "fetch('https://fonts.example/x.woff2');",
    'tablet/app/styles/base.css': "@import url('https://fonts.example/css');",
    'tablet/app/index.html': '<script src="https://cdn.example/app.js"></script>',
    'node/archive/run-archive.ts': "connect(`wss://relay.example:443/${'path'}`);",
  })) {
    assert.equal((await writtenHosts(new Map([[path, text]]))).length, 1, path);
  }
  for (const [path, text] of Object.entries({
    'protocol/clinical/codes.ts': "export const codes = await fetch(new URL('codes.json', base));",
    'node/backup/backup-file.ts': "import { request } from 'node:https'; request(there);",
    'tablet/app/main.tsx': 'new WebSocket(there);',
  })) {
    assert.equal((await networkUses(new Map([[path, text]]))).length, 1, path);
  }
  const innocent = "// see https://example.org\nexport const loinc = 'http://loinc.org', here = 'http://127.0.0.1:8080/', peer = `https://${host}`;";
  assert.deepEqual(await writtenHosts(new Map([['protocol/clinical/codes.ts', innocent]])), []);
});

/** A graph of these files and of what they may lead to. */
async function made(files: Readonly<Record<string, string>>) {
  const around = ['protocol/keys/keyring.ts', 'protocol/store/store.ts', 'protocol/replica/replica.ts', 'protocol/crypto/sealing/hpke.ts', 'protocol/items/item.ts', 'node/cli/main.ts', 'node/device/control.ts', 'protocol/codec/bytes.ts'];
  const empty = around.map((path) => [path, 'export {};'] as const);
  return graphOf(new Map([...empty, ...Object.entries(files)]), { '#opener': { browser: './protocol/store/store.ts', default: './protocol/keys/keyring.ts' } });
}
