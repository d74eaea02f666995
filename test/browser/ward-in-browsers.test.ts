import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { canariesFrom } from '../multi-host/canaries.ts';
import { Capture } from '../multi-host/capture.ts';
import { chromiumMissing } from '../support/trusting-chromium.ts';
import { WardBrowser } from './chromium.ts';
import { headlessClient } from './headless.ts';
import type { Scene } from './scene.ts';
import { bigRecordComesIn } from './stories/importing.ts';
import { nothingIsInAddresses, nothingIsLeftBehind, nothingIsOverheard } from './stories/left-behind.ts';
import { nothingOpenedStays } from './stories/locked.ts';
import { measureEdits } from './stories/measure.ts';
import { notesReachEverybody, observationsReachEverybody, tabletSaysWhoHoldsIt } from './stories/working.ts';
import { LoopbackWard, type Place } from './ward.ts';
import { WardPage } from './ward-page.ts';
import type { DemoPerson } from '../../scripts/demo/people.ts';

const SEED = Number(process.env['WARDSYNC_TEST_SEED'] ?? Date.now() % 1_000_000);

test('a ward in real browsers', { timeout: 240_000, skip: chromiumMissing }, async (t) => {
  t.diagnostic(`WARDSYNC_TEST_SEED=${SEED}`);
  const canaries = canariesFrom(SEED);
  const ward = await LoopbackWard.start(t, canaries);
  const browser = await WardBrowser.start(t, ward.authority);
  if (browser === undefined) return;
  const { nurse1, nurse2 } = ward.people;
  const deskCode = await ward.invite('archive', 'Desk');

  const capture = await Capture.begin(t, [], 'lo', ward.folder('loopback.pcap'), Object.values(ward.ports).concat(ward.port('archive')).map((port) => `tcp port ${port}`).join(' or '));
  const opened = new Map<Place, WardPage>();
  await step(t, 'PAGE-6: browsers enrol by their links, and people unlock them', async () => {
    const enter = async (place: Place, code: string, person: DemoPerson): Promise<void> => {
      const page = await WardPage.open(browser, place, `${ward.url(place)}#join=${code}`);
      opened.set(place, page);
      await page.enrol();
      await page.picture('unlock');
      await page.unlock(person, canaries.patients.length);
      await page.picture('board');
    };
    await enter('desk', deskCode, nurse1);
    await enter('tablet-1', await ward.tabletCode('tablet-1'), nurse2);
    await enter('tablet-2', await ward.tabletCode('tablet-2'), nurse1);
    assert.deepEqual(browser.takeComplaints(), []);
  });
  const [desk, one, two] = [opened.get('desk'), opened.get('tablet-1'), opened.get('tablet-2')];
  assert.ok(desk !== undefined && one !== undefined && two !== undefined);
  const headless = await headlessClient(t, ward, nurse2);
  const scene: Scene = { t, ward, canaries, browser, desk, one, two, headless, patients: ward.patients(), typed: [] };

  await step(t, 'DOC-7: observations entered on a page reach every other page and a headless client, and come back', () => observationsReachEverybody(scene));
  await step(t, 'SYNC-6: desk, tablets and headless client see each other\'s notes as they are written', () => notesReachEverybody(scene));
  await step(t, 'DOC-7, NET-4: a page on a tablet says on how many other devices its work is, and when it is backed up', () => tabletSaysWhoHoldsIt(scene));
  await step(t, 'how long an edit takes from page to page', () => measureEdits(scene));
  await step(t, 'ATTACK 33: nothing that was typed or read is in the traffic between browsers, bridge, tablets and archive', async (it) => {
    if (capture === undefined) return it.skip('NOT RUN: no traffic was captured');
    await nothingIsOverheard(scene, await capture.end());
  });
  await step(t, 'ATTACK 17: nothing that was typed or read, and no one-time code, is in an address that a browser asks for or shows', () => nothingIsInAddresses(scene));
  await step(t, 'FHIR-1, PAGE-8: a record of tens of megabytes comes in through a page that goes on answering', () => bigRecordComesIn(scene));
  await step(t, 'ATTACK 33: nothing that was typed or read is left in the folders, the logs and the memory of the nodes', (it) => nothingIsLeftBehind(scene, it));
  await step(t, 'LOCK-2: after a lock nothing opened is in any storage of the browser, and the draft comes back to its author', () => nothingOpenedStays(scene));
  await step(t, 'NET-3: nothing asked for anything beyond loopback', () => assert.deepEqual(browser.strayed, []));
});

/** A step of the story: its failure ends the story. */
async function step(t: TestContext, title: string, work: (it: TestContext) => void | Promise<void>): Promise<void> {
  let failure: unknown;
  const begun = performance.now();
  await t.test(title, async (it) => {
    try {
      await work(it);
    } catch (error) {
      failure = error;
      throw error;
    }
  });
  t.diagnostic(`${((performance.now() - begun) / 1000).toFixed(1)} s: ${title}`);
  assert.ifError(failure);
}
