/**
 * LOG-14: checkpoints close the past. What is neither before nor after one that is in force is held back, until an admin
 * accepts it: so nobody can write into a past that two admins have vouched for.
 *
 * Which are in force follows from the shape of the log alone, before anything is asked about who counts: nothing that a
 * checkpoint holds back can undo it.
 */
import type { Entry, LogEntries } from './log-entries.ts';

/**
 * The checkpoints among what is included that a second admin has approved. Of two that are not one after the other the
 * deeper is in force (the one with the longer history), and holds the other back.
 */
export function checkpointsInForce(log: LogEntries, includes: (index: number) => boolean): readonly Entry[] {
  const approved = log.checkpoints.filter(({ id, index }) => includes(index) && log.approvals(id).some((approval) => includes(approval.index)));
  const inForce: Entry[] = [];
  for (const checkpoint of approved.sort((a, b) => log.graph.compare(b.index, a.index))) if (!isHeld(log, inForce, checkpoint)) inForce.push(checkpoint);
  return inForce;
}

export function isHeld({ graph }: LogEntries, inForce: readonly Entry[], { index }: Entry): boolean {
  return inForce.some((checkpoint) => graph.areConcurrent(checkpoint.index, index));
}
