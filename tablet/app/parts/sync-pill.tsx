/** Sync in one line of words, always in sight; a tap shows the devices of the ward. */
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { PeerView, SyncView } from '../port.ts';
import { usePort } from '../state/app.ts';
import { now } from '../state/clock.ts';
import { words } from '../state/preferences.ts';
import type { Words } from '../words/en.ts';
import { moment } from '../words/when.ts';
import type { IconName } from './icon.tsx';
import { Icon } from './icon.tsx';
import { PeersPanel } from './peers-panel.tsx';

export function SyncPill(): JSX.Element {
  const [open, setOpen] = useState(false);
  const sync = usePort().topics.sync.value;
  const say = words.value.sync;
  const { tone, icon, main, more } = summary(sync, now.value, words.value);
  return (
    <>
      <button type="button" class="sync-pill" data-tone={tone} aria-haspopup="dialog" onClick={() => setOpen(true)}>
        <Icon name={icon} />
        <span class="sync-words">
          <span class="visually-hidden">{say.label}: </span>
          <span class="sync-main">{main}</span>
          {more !== '' && <span class="sync-more">{more}</span>}
        </span>
      </button>
      {open && <PeersPanel sync={sync} onClose={() => setOpen(false)} />}
    </>
  );
}

interface Summary {
  readonly tone: 'good' | 'busy' | 'alone';
  readonly icon: IconName;
  readonly main: string;
  readonly more: string;
}

/** What matters most comes first: not yet saved, nobody in reach, not yet elsewhere, not yet backed up. */
function summary(sync: SyncView, at: number, all: Words): Summary {
  const say = all.sync;
  const own = sync.peers.find((peer) => peer.own);
  const others = sync.peers.filter((peer) => !peer.own);
  const inReach = others.filter((peer) => peer.connected);
  const archive = archiveText(others, at, all);
  const backedUp = sync.backedUpAt === undefined ? '' : say.backedUp(moment(sync.backedUpAt, at, all));
  const elsewhere = sync.heldBy > 0 ? say.onDevices(sync.heldBy) : '';

  if (own !== undefined && !own.connected) {
    return { tone: 'alone', icon: 'cloudOff', main: say.ownGone, more: sync.saving > 0 ? say.waitingHere(sync.saving) : '' };
  }
  if (sync.saving > 0) return { tone: 'busy', icon: 'sync', main: say.saving, more: '' };
  if (inReach.length === 0) {
    const more = sync.unsent > 0 ? say.savedOnlyHere(sync.unsent) : elsewhere || backedUp || say.savedHere;
    return { tone: 'alone', icon: 'cloudOff', main: say.alone, more };
  }
  if (sync.unsent > 0) {
    return archive === ''
      ? { tone: 'busy', icon: 'sync', main: say.sending(sync.unsent), more: say.notYetBackedUp }
      : { tone: 'busy', icon: 'device', main: say.savedHere, more: archive };
  }
  if (sync.notBackedUp > 0) {
    return { tone: 'busy', icon: 'check', main: elsewhere, more: archive || say.notBackedUp(sync.notBackedUp) };
  }
  const more = archive || elsewhere || say.inReach(inReach.length);
  if (backedUp !== '') return { tone: archive === '' ? 'good' : 'busy', icon: 'checks', main: backedUp, more };
  return inReach.every((peer) => peer.inSync)
    ? { tone: archive === '' ? 'good' : 'busy', icon: 'check', main: say.allHere, more }
    : { tone: 'busy', icon: 'sync', main: say.fetching, more };
}

/** 'Archive not reached since 14:02'; empty while one is in reach, or there is none. */
function archiveText(peers: readonly PeerView[], at: number, all: Words): string {
  const archives = peers.filter((peer) => peer.kind === 'archive');
  if (archives.length === 0 || archives.some((peer) => peer.connected)) return '';
  const seen = archives.map((peer) => peer.lastSeen ?? '').sort().at(-1) ?? '';
  return seen === '' ? all.sync.archiveAway : all.sync.archiveSince(moment(seen, at, all));
}
