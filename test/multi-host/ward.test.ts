import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { canariesFrom } from './canaries.ts';
import { converged, WardOnALan, type Client } from './ward-on-a-lan.ts';

const SEED = Number(process.env['WARDSYNC_TEST_SEED'] ?? Date.now() % 1_000_000);

test('a ward of four machines without a default route', { timeout: 900_000 }, async (t) => {
  t.diagnostic(`WARDSYNC_TEST_SEED=${SEED}`);
  const ward = await WardOnALan.open(t, canariesFrom(SEED));
  if (ward === undefined) return;
  const { users } = ward.canaries;
  const stranger = await ward.stranger();
  await stranger.ask('listen', ward.sites.stranger.address);

  await step(t, 'JOIN-1: every machine joins by a one-time code', async () => {
    await ward.found();
    await ward.join('archive');
    await ward.start('archive');
    await ward.join('tablet1');
    await ward.start('tablet1');
    await ward.join('tablet2');
    await ward.start('tablet2');
    await ward.join('bridge');
    await ward.start('bridge');
    for (const user of [users.nurse1, users.nurse2]) {
      await ward.asAdmin(['user', 'add', user.handle, '--name', user.name, '--team', ward.canaries.team], { WARDSYNC_NEW_PASSWORD: user.password });
    }
  });

  let one: Client;
  let two: Client;
  await step(t, 'NET-2: an edit on one tablet is seen on the other', async () => {
    [one, two] = await Promise.all([ward.tabletClient('tablet1', users.nurse1), ward.tabletClient('tablet2', users.nurse2)]);
    await one.ask('admit', ward.canaries.patients);
    const note = Object.values(ward.canaries.patients.at(-1)?.stays['s1']?.notes ?? {})[0]?.text ?? '';
    await two.ask('see', note);
    await converged(one, two);
  });
});

/** A step of the story: its failure ends the story. */
async function step(t: TestContext, title: string, work: () => Promise<void>): Promise<void> {
  let failure: unknown;
  await t.test(title, async () => {
    await work().catch((error: unknown) => {
      failure = error;
      throw error;
    });
  });
  assert.ifError(failure);
}
