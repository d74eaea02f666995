/** What t of n means for a ward, in words for whoever chooses it: what it withstands, and what it gives up. */
import { triesPerDevice, triesPerNode, type UnlockPolicy } from '../../protocol/membership/dealing.ts';
import type { DesktopPowers } from '../../protocol/membership/ward-state.ts';

export function policyWords(policy: UnlockPolicy | undefined): readonly string[] {
  if (policy === undefined) {
    return [
      'Unlock policy: none. The password alone opens what is on a disk.',
      'Whoever steals a tablet, the archive, the bridge or a backup can try passwords on it, as many as they like.',
      "Once the archive and the tablets have joined: 'wardsync policy set --unlock-threshold 3 --unlock-nodes 4', before you add people:",
      'what was ever in the log by password alone stays in old copies of it.',
    ];
  }
  const { threshold, nodes } = policy;
  const away = nodes - threshold;
  return [
    `Unlock policy: ${threshold} of ${nodes} nodes (archives and tablet nodes) answer, or nobody unlocks.`,
    threshold === 1
      ? 'Whoever steals one node can try passwords on it without end: as without a policy, only that backups and the bridge alone are not enough.'
      : `Whoever steals ${threshold === 2 ? 'one node' : `up to ${threshold - 1} nodes`} and every other disk gets no guess at any password. ${threshold} stolen together can be guessed at without end.`,
    away === 0
      ? 'All nodes have to be there: while one of them is off, broken or lost, nobody can unlock anywhere.'
      : `${away === 1 ? 'One node' : `${away} nodes`} may be off or lost; with ${away + 1} away nobody can unlock anywhere.`,
    `Wrong passwords: each node answers ${triesPerNode(policy)}, of which one device has ${triesPerDevice(policy)}; that is ${Math.floor((triesPerNode(policy) * nodes) / threshold)} in all. Then an admin has to help ('wardsync user reset-tries').`,
    ...(threshold === 1 && nodes > 1 ? ['With a threshold of 1 more nodes do not make it harder to steal one, only easier to find one that is on.'] : []),
  ];
}

/** What a PIN costs in safety, for whoever chooses it. */
export function graceWords(hours: number): readonly string[] {
  if (hours === 0) {
    return [
      'PINs on tablets: none. Every switch of users takes the password, and the nodes that the unlock policy asks for.',
      "With 'wardsync policy set --grace 12' people choose a PIN for their shift, which works without any network too.",
    ];
  }
  return [
    `PINs on tablets: for ${hours === 1 ? 'one hour' : `${hours} hours`} after a password, on that tablet alone, five tries, also without any network.`,
    'What it costs: for so long the tablet holds in memory what opens these users with their PINs. Stolen while it runs it gives a thief five',
    'tries for each of them, and to one who can read its memory as many as it takes. Switched off, or started again, it gives none.',
    'A tablet that is missing: report it at once (wardsync device lost).',
  ];
}

export function desktopWords(powers: DesktopPowers): readonly string[] {
  return powers === 'own'
    ? ["Desktops: nobody acts as an admin or privacy officer there; 'wardsync policy set --desktops role' allows it."]
    : ['Desktops: admins and privacy officers act there too. A bridge that was turned could do so in the name of whoever is unlocked.'];
}
