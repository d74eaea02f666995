import assert from 'node:assert/strict';
import { test } from 'node:test';
import { guess } from '../../scripts/drills/guess.ts';
import { presentWard } from './present-ward.ts';
import { environment, PASSWORD } from './small-ward.ts';

const WORDS = ['letmein', PASSWORD, 'password1'];

test('ATTACK 26: the drill with the disks of the archive and a tablet, and the true password in its list, opens nothing; with a third it does', async () => {
  const ward = await presentWard();
  const { replica } = ward.office;
  const records = await Promise.all(ward.nodes.map(async ({ store }) => (await store.load()).records));
  const opened = async (handle: string, count: number) => (await guess({ replica, nodes: records.slice(0, count) }, handle, WORDS, environment.entropy)).map((attempt) => attempt.opened);
  assert.deepEqual(await opened('heron-42', 1), [false]);
  assert.deepEqual(await opened('heron-42', 2), [false]);
  assert.deepEqual(await opened('heron-42', 3), [true], 'so the drill would have found it');
  assert.deepEqual(await opened('admin-1', 1), [true], 'limit 1: the founder was in the log by password alone');
});
