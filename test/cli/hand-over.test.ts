import assert from 'node:assert/strict';
import { test } from 'node:test';
import { followOwnItems } from '../../node/cli/hand-over.ts';
import { inviteDevice } from '../../node/cli/invite.ts';
import { deviceId, LOG_DOCUMENT, sessionId } from '../../protocol/codec/ids.ts';
import type { Link, LinkEvent } from '../../protocol/sync/link.ts';
import { environment, found, unlock } from '../ward/small-ward.ts';

test('CLI-5: what a command wrote is held by a peer only once that peer has confirmed it, however well in sync it was before', async (t) => {
  const office = await found();
  const archive = new Uint8Array(32).fill(7);
  const listeners: ((event: LinkEvent) => void)[] = [];
  const link: Link = {
    remote: archive,
    inSync: true,
    heartbeat: undefined,
    onEvent(listener) {
      listeners.push(listener);
      return () => undefined;
    },
    end: () => undefined,
  };
  const own = followOwnItems({
    replica: office.replica,
    host: { links: () => [link], onLink: () => () => undefined, peers: () => [] },
    folder: { id: deviceId.from(office.key.publicKey) },
  });
  const peer = deviceId.from(archive);
  const session = await unlock(office, 'admin-1');
  t.after(() => session.lock());

  const invited = await inviteDevice(session, office.replica, environment, { kind: 'client', name: 'Desk', expires: environment.clock.now() + 60_000 });
  assert.ok(invited.ok);
  assert.equal(own.isHeldBy(peer), false, 'nothing was confirmed yet');

  const heads = office.replica.frontier(LOG_DOCUMENT);
  let confirmations = 0;
  own.onHeld(() => { confirmations += 1; });
  const confirm = (below: number): void => {
    for (const { author, seq } of heads) {
      for (const listener of listeners) listener({ type: 'stored-by-peer', chain: { document: LOG_DOCUMENT, author: sessionId.from(author) }, seq: seq - below });
    }
  };
  confirm(1);
  assert.equal(own.isHeldBy(peer), false, 'all but the last of it');
  confirm(0);
  assert.equal(own.isHeldBy(peer), true);
  assert.equal(confirmations, 2 * heads.length);

  const again = await inviteDevice(session, office.replica, environment, { kind: 'client', name: 'Office', expires: environment.clock.now() + 60_000 });
  assert.ok(again.ok);
  assert.equal(own.isHeldBy(peer), false);
  for (const listener of listeners) listener({ type: 'equal', includes: () => true });
  assert.equal(own.isHeldBy(peer), true, 'it has the same, however it came by it');
});
