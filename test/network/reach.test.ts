import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hexOf } from '../../protocol/codec/ids.ts';
import { MalformedError } from '../../protocol/codec/result.ts';
import type { Host } from '../../protocol/network/host.ts';
import { decodeReach, encodeReach, type Reach } from '../../protocol/network/reach.ts';
import { deviceOf, freshKeys, startTestHost, until, WrittenReplica } from './support.ts';

test('NET-4: a page learns from its tablet who is in reach of it, and when somebody no longer is', async (t) => {
  const [page, tablet, archive] = freshKeys(3);
  assert.ok(page && tablet && archive);
  const replica = (): WrittenReplica => new WrittenReplica(page, tablet, archive);
  const away = await startTestHost(archive, replica());
  const home = await startTestHost(tablet, replica(), { addressesOf: ({ id }) => (hexOf(id) === hexOf(away.device) ? away.addresses() : []) });
  const asking = await startTestHost(page, replica(), { addressesOf: ({ id }) => (hexOf(id) === hexOf(home.device) ? home.addresses() : []) });
  t.after(() => Promise.all([home, asking].map((host) => host.stop())));

  const told = follow(asking, home);
  const archiveOf = (reach: readonly Reach[] | undefined): Reach | undefined => reach?.find(({ device }) => hexOf(device) === hexOf(deviceOf(archive)));
  await told.until((reach) => archiveOf(reach)?.connected === true);
  assert.notEqual(archiveOf(told.last())?.lastContact, undefined);

  await away.stop();
  await told.until((reach) => archiveOf(reach)?.connected === false);
  assert.notEqual(archiveOf(told.last())?.lastContact, undefined, 'when it was last there');

  await home.stop();
  await told.until((reach) => reach === undefined);
  await until(asking, () => asking.links().length === 0);
});

test('NET-4: reports are bounded, and what is none is refused', () => {
  const device = deviceOf(freshKeys(1)[0] ?? assert.fail());
  const heartbeat = { count: 2 ** 40, root: new Uint8Array(32).fill(1), time: 2 ** 41, signature: new Uint8Array(64).fill(2) };
  const reach = { device, connected: true, inSync: false, lastContact: 2 ** 41, heartbeat };
  const silent = { device, connected: false, inSync: false, lastContact: undefined, heartbeat: undefined };
  assert.deepEqual(decodeReach(encodeReach([reach, silent])), [reach, silent]);
  assert.equal(decodeReach(encodeReach(Array.from({ length: 300 }, () => reach))).length, 256);
  for (const frame of [new Uint8Array(0), new Uint8Array(40).fill(255), encodeReach([reach]).slice(0, -1)]) assert.throws(() => decodeReach(frame), MalformedError);
});

/** What the host is told, and a promise of the first report that is as wanted. */
function follow(host: Host, whom: Host): { last(): readonly Reach[] | undefined; until(wanted: (reach: readonly Reach[] | undefined) => boolean): Promise<void> } {
  let last: readonly Reach[] | undefined;
  const waiting = new Set<() => void>();
  host.followReach(whom.device, (reach) => {
    last = reach;
    for (const look of waiting) look();
  });
  return {
    last: () => last,
    until: (wanted) => new Promise((resolve) => {
      const look = (): void => {
        if (!wanted(last)) return;
        waiting.delete(look);
        resolve();
      };
      waiting.add(look);
      look();
    }),
  };
}
