/** Who unlocked where, as the sessions document tells, and which desktop nobody has used for so long that it is out of use (PAGE-7). */
import { hexOf, SESSIONS_DOCUMENT, type DeviceId, type Hex } from '../codec/ids.ts';
import type { Certificate } from '../membership/certificate.ts';
import type { Replica } from './replica.ts';

const DAY = 24 * 60 * 60 * 1000;

/** After so many milliseconds without an unlock a desktop has to be let in anew. */
export const DESKTOP_STAYS = 30 * DAY;
/** A session from further ahead than clocks of a ward differ keeps no desktop in use. */
const MOST_AHEAD = DAY;

/** The certificates of all sessions, by device; a device where nobody ever unlocked has no entry. */
export function sessionsByDevice(replica: Replica): ReadonlyMap<Hex<DeviceId>, readonly Certificate[]> {
  const sessions = new Map<Hex<DeviceId>, Certificate[]>();
  for (const { author } of replica.frontier(SESSIONS_DOCUMENT)) {
    const certificate = replica.certificateOf(author);
    if (certificate === undefined) continue;
    const device = hexOf(certificate.device);
    const here = sessions.get(device);
    if (here === undefined) sessions.set(device, [certificate]);
    else here.push(certificate);
  }
  return sessions;
}

/**
 * Whether the device is a desktop where nobody has unlocked for `DESKTOP_STAYS`. Before the first unlock the end of its
 * invitation counts; one that an admin added without an invitation counts from its first. `now` in milliseconds since
 * 1970, by the clock of who asks; sessions bear that of their device.
 */
export function isDisused(replica: Replica, device: DeviceId, now: number): boolean {
  const { devices, invitations } = replica.state();
  const id = hexOf(device);
  if (devices.get(id)?.kind !== 'desktop') return false;
  const unlocked = (sessionsByDevice(replica).get(id) ?? []).map(({ created }) => created).filter((created) => created <= now + MOST_AHEAD);
  const invited = [...invitations.values()].filter(({ usedBy }) => usedBy !== undefined && hexOf(usedBy) === id).map(({ expires }) => expires);
  const times = [...unlocked, ...invited];
  return times.length > 0 && times.every((time) => now - time > DESKTOP_STAYS);
}
