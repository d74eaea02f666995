/** The devices of the ward: who is connected, who was last seen when, and where the user's own changes are. */
import type { JSX } from 'preact';
import type { PeerView, SyncView } from '../port.ts';
import { now } from '../state/clock.ts';
import { words } from '../state/preferences.ts';
import { ago, moment } from '../words/when.ts';
import { Dialog } from './dialog.tsx';
import { Icon } from './icon.tsx';

export function PeersPanel({ sync, onClose }: { sync: SyncView; onClose: () => void }): JSX.Element {
  const say = words.value.sync;
  const peers = sync.peers.toSorted((a, b) => Number(b.own ?? false) - Number(a.own ?? false) || Number(b.connected) - Number(a.connected) || a.name.localeCompare(b.name));
  return (
    <Dialog title={say.peersTitle} placement="side" onClose={onClose}>
      <p class="muted">{peers.some((peer) => peer.connected && !peer.own) ? say.peersText : say.offlineText}</p>
      {peers.length === 0
        ? <p class="empty-line">{say.none}</p>
        : <ul class="peers">{peers.map((peer) => <PeerRow key={peer.peer} peer={peer} />)}</ul>}
      <h3>{say.yourChanges}</h3>
      <dl class="facts">
        <Fact name={say.row.saving} value={String(sync.saving)} />
        <Fact name={say.row.unsent} value={String(sync.unsent)} />
        <Fact name={say.row.notBackedUp} value={String(sync.notBackedUp)} />
        {sync.heldBy > 0 && <Fact name={say.row.heldBy} value={String(sync.heldBy)} />}
        <Fact
          name={say.row.backedUpAt}
          value={sync.backedUpAt === undefined ? say.notYetBackedUp : moment(sync.backedUpAt, now.value, words.value)}
        />
      </dl>
    </Dialog>
  );
}

function PeerRow({ peer }: { peer: PeerView }): JSX.Element {
  const say = words.value.sync;
  const state = peer.connected
    ? `${say.connected}, ${peer.inSync ? say.upToDate : say.catchingUp}`
    : `${say.notConnected}, ${peer.lastSeen === undefined ? say.neverSeen : say.lastSeen(ago(peer.lastSeen, now.value, words.value))}`;
  return (
    <li class="peer" data-connected={peer.connected}>
      <Icon name={peer.connected ? (peer.inSync ? 'check' : 'sync') : 'cloudOff'} />
      <div>
        <p class="peer-name">{peer.name}</p>
        <p class="muted">{peer.own ? say.thisTablet : say.kinds[peer.kind]} · {state}</p>
      </div>
    </li>
  );
}

function Fact({ name, value }: { name: string; value: string }): JSX.Element {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}
