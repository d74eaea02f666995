/** The made-up ward's devices that answer an unlock. */
import type { OldPasswordView, PresenceView } from '../../tablet/app/port-presence.ts';
import type { Scenario } from './scenario.ts';

const NODES = [
  { id: '9a31c0de', kind: 'archive', name: 'Archive' },
  { id: '41b7e2aa', kind: 'tablet', name: 'Tablet at bay A' },
  { id: 'c88d07f3', kind: 'tablet', name: 'Tablet at bay B' },
] as const;

/** What the page is shown, one after the other, while two of three answer. */
export function answering(presence: Scenario['presence'], isOpen: boolean): readonly PresenceView[] {
  const last = presence === 'too-few' ? ['answered', 'unreachable', 'unreachable'] as const : presence === 'false-node' ? ['answered', 'answered', 'dishonest'] as const : ['answered', 'answered', 'answered'] as const;
  const view = (so: number): PresenceView => ({
    need: 2, nodes: NODES.map((node, at) => ({ ...node, name: isOpen ? node.name : null, outcome: at < so ? last[at] ?? 'asked' : 'asked' })),
  });
  return [view(0), view(1), view(3)];
}

export function oldPassword(presence: Scenario['presence']): OldPasswordView {
  if (presence === 'quick') return { state: 'none' };
  const nodes = NODES.map(({ name }, at) => ({ name, share: at === 0 ? 'destroyed' as const : at === 1 ? 'held' as const : 'unknown' as const }));
  return { state: 'asked', destroyed: 1, needed: 2, nodes };
}
