/** Names of people, devices and teams, sealed under a team epoch key so that blind peers see none (LOG-6). */
import { fromUtf8, utf8 } from '../codec/bytes.ts';
import type { Entropy } from '../codec/environment.ts';
import type { TeamId } from '../codec/ids.ts';
import { LABEL } from '../crypto/labels.ts';
import { openCommitted, sealCommitted } from '../crypto/sealing/committed.ts';
import { NO_WARD } from '../items/item.ts';

const NO_FIELDS = new Uint8Array(0);
export const MAX_NAME_LENGTH = 120;

/** At most 512 bytes. The context names no ward, because the ward's own name is sealed before its id exists; the team key is random. */
export function sealName(teamKey: Uint8Array, team: TeamId, name: string, entropy: Entropy): Uint8Array {
  if (name.length === 0 || name.length > MAX_NAME_LENGTH) throw new RangeError(`a name has 1 to ${MAX_NAME_LENGTH} characters`);
  return sealCommitted(teamKey, contextOf(team), NO_FIELDS, utf8(name), entropy);
}

/** Null when none of the keys opens it. */
export function openName(teamKeys: readonly Uint8Array[], team: TeamId, sealed: Uint8Array): string | null {
  for (const key of teamKeys) {
    const name = openCommitted(key, contextOf(team), NO_FIELDS, sealed);
    if (name !== null) return fromUtf8(name, 'name');
  }
  return null;
}

function contextOf(team: TeamId) {
  return { label: LABEL.sealedName, ward: NO_WARD, subject: team };
}
