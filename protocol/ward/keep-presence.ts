/**
 * After an unlock: a user whose bundle does not open as the ward's policy says, or whose nodes have changed, is dealt a
 * fresh key (UNLOCK-3, UNLOCK-4). Needs nobody's help, and is tried again at the next unlock when too few nodes are there.
 */
import type { Environment } from '../codec/environment.ts';
import { hexOf, type DeviceId } from '../codec/ids.ts';
import { sealBundle } from '../keys/bundle.ts';
import type { IdentitySeeds } from '../keys/identity.ts';
import type { Replica } from '../replica/replica.ts';
import type { UnlockNodes } from '../unlock/messages.ts';
import { dealAnew, isDealingDue, leastNodes } from './presence.ts';
import type { Session } from './session.ts';

export interface KeepPresence {
  readonly replica: Replica;
  readonly session: Session;
  readonly seeds: IdentitySeeds;
  readonly password: string;
  readonly nodes: UnlockNodes;
  /** Nodes of the user's dealing that have no share of it. */
  readonly lacking: readonly DeviceId[];
  readonly environment: Environment;
}

/** Resolves whether or not it could be done; what stands in the way is logged by its code. */
export async function keepPresence({ replica, session, seeds, password, nodes, lacking, environment: { entropy, log } }: KeepPresence): Promise<void> {
  const state = replica.state();
  const user = state.users.get(hexOf(session.user));
  const policy = state.unlockPolicy;
  if (user === undefined || policy === undefined || !isDealingDue(state, user.dealing, lacking)) return;
  const dealt = await dealAnew({ state, user: user.id, password, policy, before: user.dealing, least: leastNodes(state, policy, user.dealing, lacking), nodes, entropy });
  if (!dealt.ok) return log.event('unlock-not-dealt', { have: dealt.failure.have, need: dealt.failure.need });
  const { dealing, presence } = dealt.value;
  const bundle = await sealBundle(seeds, password, replica.ward, user.id, entropy, presence);
  presence.output.fill(0);
  await session.setUnlock(bundle, dealing);
}
