import type { JSX } from 'preact';
import type { Standing } from '../port.ts';
import { words } from '../state/preferences.ts';
import type { IconName } from './icon.tsx';
import { Icon } from './icon.tsx';

const icons: Readonly<Record<Standing, IconName>> = { saving: 'sync', saved: 'device', sent: 'check', 'backed-up': 'checks' };

/** How safe one entry is, in words; of the many that are backed up only the mark is seen, the words are read out. */
export function StandingMark({ standing }: { standing: Standing }): JSX.Element {
  return (
    <span class="standing" data-standing={standing} title={words.value.standing[standing]}>
      <Icon name={icons[standing]} size={16} />
      <span class={standing === 'backed-up' ? 'visually-hidden' : undefined}>{words.value.standing[standing]}</span>
    </span>
  );
}
