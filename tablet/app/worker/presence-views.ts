/** Who answers an unlock, and who says that an old share is destroyed, with names for devices where they open. */
import { hexOf, type DeviceId } from '../../../protocol/codec/ids.ts';
import type { Replica } from '../../../protocol/replica/replica.ts';
import type { UnlockProgress } from '../../../protocol/ward/presence.ts';
import type { Session } from '../../../protocol/ward/session.ts';
import type { OldPasswordView, PresenceView } from '../port-presence.ts';
import { deviceName } from './council-view.ts';

/** `session` is undefined while the ward is locked, and names with it sealed. */
export function presenceView({ need, nodes }: UnlockProgress, replica: Replica, session: Session | undefined): PresenceView {
  return {
    need,
    nodes: nodes.map(({ device, outcome }) => ({
      id: hexOf(device).slice(0, 8), kind: replica.state().devices.get(hexOf(device))?.kind ?? 'client', name: session === undefined ? null : deviceName(session, replica, device), outcome,
    })),
  };
}

export async function oldPasswordView(session: Session, replica: Replica): Promise<OldPasswordView> {
  const old = await session.oldPassword();
  if (typeof old === 'string') return { state: old === 'none' ? 'none' : 'for-ever' };
  return { state: 'asked', destroyed: old.destroyed, needed: old.needed, nodes: old.nodes.map(({ device, share }) => ({ name: deviceName(session, replica, device), share })) };
}

/** Nodes that answered falsely. */
export function falseNodes(progress: UnlockProgress | undefined): readonly DeviceId[] {
  return (progress?.nodes ?? []).filter(({ outcome }) => outcome === 'dishonest').map(({ device }) => device);
}
