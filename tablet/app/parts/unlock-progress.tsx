/** While the password is being checked: which of the ward's devices have answered, and how many it takes (UNLOCK-1). */
import type { JSX } from 'preact';
import type { AskedNode } from '../port-presence.ts';
import { usePort } from '../state/app.ts';
import { words } from '../state/preferences.ts';
import { Icon, type IconName } from './icon.tsx';

/** `working`: an unlock is going on; else what the last one came to, if that was for want of devices. */
export function UnlockProgress({ working, failed }: { working: boolean; failed: boolean }): JSX.Element | null {
  const view = usePort().topics.presence.value;
  if (view === null || (!working && !failed)) return null;
  const say = words.value.presence;
  const { need, nodes } = view;
  const answered = nodes.filter(({ outcome }) => outcome === 'answered').length;
  const text = !working ? say.tooFew(answered, need) : answered >= need ? say.enough : say.progress(answered, need);
  return (
    <div class="unlock-progress">
      <p role="status">{text}</p>
      <AskedNodes nodes={nodes} outcomes={say.outcomes} />
    </div>
  );
}

/** The devices that were asked, each with its answer; by name where names are open. */
export function AskedNodes({ nodes, outcomes }: { nodes: readonly AskedNode[]; outcomes: Readonly<Record<AskedNode['outcome'], string>> }): JSX.Element {
  return <ul aria-label={words.value.presence.list}>{nodes.map((node) => <Node key={node.id} node={node} text={outcomes[node.outcome]} />)}</ul>;
}

function Node({ node: { id, kind, name, outcome }, text }: { node: AskedNode; text: string }): JSX.Element {
  const say = words.value.presence;
  return (
    <li data-outcome={outcome}>
      <Icon name={ICONS[outcome]} size={18} /> {name ?? <>{say.kinds[kind]} <small class="code">{id}</small></>} <span class="muted">{text}</span>
    </li>
  );
}

const ICONS: Readonly<Record<AskedNode['outcome'], IconName>> = {
  asked: 'clock', answered: 'check', dishonest: 'alert', unreachable: 'cloudOff', 'device-tries': 'lock', tries: 'lock', disused: 'lock', 'no-share': 'help',
};
