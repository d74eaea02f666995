/** Sync in one line of words, always in sight; a tap shows the devices of the ward. */
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { SyncView } from '../port.ts';
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
  const connected = sync.peers.some((peer) => peer.connected);
  if (sync.saving > 0) return { tone: 'busy', icon: 'sync', main: say.saving, more: connected ? '' : say.alone };
  if (!connected) {
    return { tone: 'alone', icon: 'cloudOff', main: say.alone, more: sync.unsent > 0 ? say.savedOnlyHere(sync.unsent) : say.savedHere };
  }
  if (sync.unsent > 0) return { tone: 'busy', icon: 'sync', main: say.sending(sync.unsent), more: say.notYetBackedUp };
  if (sync.notBackedUp > 0) {
    return { tone: 'busy', icon: 'check', main: say.onDevices(sync.heldBy), more: say.notBackedUp(sync.notBackedUp) };
  }
  if (sync.backedUpAt === undefined) {
    return { tone: 'good', icon: 'check', main: sync.heldBy > 0 ? say.onDevices(sync.heldBy) : say.savedHere, more: say.notYetBackedUp };
  }
  return {
    tone: 'good', icon: 'checks', main: say.backedUp(moment(sync.backedUpAt, at, all)),
    more: sync.heldBy > 0 ? say.onDevices(sync.heldBy) : '',
  };
}
