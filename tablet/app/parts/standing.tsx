import type { JSX } from 'preact';
import type { Standing } from '../port.ts';
import { words } from '../state/preferences.ts';
import type { IconName } from './icon.tsx';
import { Icon } from './icon.tsx';

const icons: Readonly<Record<Standing, IconName>> = { saving: 'sync', saved: 'device', sent: 'check', 'backed-up': 'checks' };

/** How safe one entry is, in words. */
export function StandingMark({ standing }: { standing: Standing }): JSX.Element {
  return (
    <span class="standing" data-standing={standing}>
      <Icon name={icons[standing]} size={16} /> {words.value.standing[standing]}
    </span>
  );
}
