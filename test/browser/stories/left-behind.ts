/** When all is done: what the nodes that open nothing, and the cables between them, have had of it. */
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import type { Said } from '../../multi-host/capture.ts';
import { filesIn, isMemoryReadable, memoryOf } from '../../multi-host/haystacks.ts';
import { StringSearch } from '../../multi-host/string-search.ts';
import type { Scene } from '../scene.ts';
import { NODES } from '../ward.ts';

/** Neither folders, logs nor memory have a name, a password or a word of a record in any form; what has to be there is found. */
export async function nothingIsLeftBehind(scene: Scene, t: TestContext): Promise<void> {
  const { ward } = scene;
  for (const name of NODES) {
    await assertClean(scene, `folder of ${name}`, filesIn(ward.folder(name)), ward.id);
    await assertClean(scene, `log of ${name}`, [Buffer.from(ward.logOf(name))], ward.peerId(name));
    if (await isMemoryReadable(ward.pid(name))) await assertClean(scene, `memory of ${name}`, memoryOf(ward.pid(name)), ward.peerId(name));
    else t.diagnostic(`NOT RUN: memory of ${name}`);
  }
}

/** The pipe of a tablet's page names the tablet in plain HTTP, so that much is to be found; of a desk's all is inside TLS. */
export async function nothingIsOverheard(scene: Scene, { datagrams, streams }: Said): Promise<void> {
  const heard = [...streams, ...datagrams];
  assert.ok(streams.reduce((bytes, { length }) => bytes + length, 0) > 1e6, 'the pages, their programs and the records went by');
  await assertClean(scene, 'traffic', heard, scene.ward.peerId('tablet-1'));
}

/**
 * No name, password or word of a record is in an address that was asked for or shown, nor in a title; a one-time code is in none
 * but the link that somebody opens, as its fragment, which no server is sent and which leaves the bar.
 */
export async function nothingIsInAddresses(scene: Scene): Promise<void> {
  const { browser, desk, one, two } = scene;
  const pages = [desk, one, two].map(({ page }) => page);
  const titles = await Promise.all(pages.map((page) => page.title()));
  await assertClean(scene, 'addresses and titles', [Buffer.from([...browser.addresses, ...titles].join('\n'))], scene.ward.url('desk'));
  for (const address of browser.addresses) {
    assert.equal(new URL(address).search, '', address);
    if (!/^https?:[^#]*#join=WS1-[\w-]+$/.test(address)) assert.doesNotMatch(address, /WS1-/, 'a one-time code, where it is not the fragment of the link');
  }
  for (const page of pages) assert.doesNotMatch(`${page.url()} ${await page.evaluate(() => document.referrer)}`, /WS1-|join=/);
}

async function assertClean({ canaries, typed }: Scene, where: string, haystack: Iterable<Uint8Array> | AsyncIterable<Uint8Array>, present: string): Promise<void> {
  assert.ok(canaries.all.length >= 40 && typed.length > 4);
  const secrets = [...canaries.all, ...typed];
  const found = new Set((await new StringSearch([...secrets, present]).find(haystack)).map(({ text }) => text));
  assert.deepEqual(secrets.filter((text) => found.has(text)), [], where);
  assert.ok(found.has(present), `${present} was to be found in ${where}`);
}
