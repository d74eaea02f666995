/** A device that answered an unlock falsely is named for as long as one is unlocked (ATTACK 22). */
import type { JSX } from 'preact';
import { usePort } from '../state/app.ts';
import { words } from '../state/preferences.ts';
import { Icon } from './icon.tsx';

export function FalseNodeNotice(): JSX.Element | null {
  const nodes = usePort().topics.presence.value?.nodes.filter(({ outcome }) => outcome === 'dishonest') ?? [];
  const say = words.value.presence;
  if (nodes.length === 0) return null;
  return (
    <div class="notice lost-notice" data-tone="failed" role="status">
      <Icon name="alert" />
      <div>
        {nodes.map(({ id, kind, name }) => <p key={id}><strong>{say.falseNode(name ?? `${say.kinds[kind]} ${id}`)}</strong></p>)}
        <p>{say.falseNodeText}</p>
      </div>
    </div>
  );
}
