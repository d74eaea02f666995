/** Which care team new patients belong to. */
import { hexOf, type TeamId, type UserId } from '../codec/ids.ts';
import { builtInTeams } from '../membership/glass.ts';
import type { WardState } from '../membership/ward-state.ts';

/** The first care team (by id) that the user is in; the team of everyone while there is none. */
export function defaultTeam(state: WardState, user: UserId): TeamId {
  const builtIn = builtInTeams(state);
  const own = [...state.teams.values()].filter((team) => team.members.has(hexOf(user)) && !builtIn.has(hexOf(team.id)));
  return own.sort((a, b) => (hexOf(a.id) < hexOf(b.id) ? -1 : 1))[0]?.id ?? state.everyone;
}
