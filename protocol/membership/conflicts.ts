/**
 * Which operations are in conflict: for these alone it matters what else is in the set that is looked at.
 *
 * An operation that conflicts with nothing counts, or does not, by its own past, in every set that has that past. So
 * a place in the log sees the same operations count as the whole log does if it has all of the conflicts in its past,
 * or none; only in between the log is resolved anew for that place.
 */
import { hexOf, type Hex, type UserId } from '../codec/ids.ts';
import { roleGivenBy, targetOf, userAddedBy } from './given.ts';
import { inviteOf, isRevocation, undoes, type Entry, type LogEntries } from './log-entries.ts';

/**
 * The entries that `entry`, the last one added to the log, brings into conflict; itself included if there are any.
 * `known` are those of the entries before.
 */
export function conflictsOf(log: LogEntries, entry: Entry, known: ReadonlySet<number>): readonly number[] {
  const concurrent = log.graph.concurrentWithLast().flatMap((index) => log.all[index] ?? []);
  const closed = [...closedBy(log, entry), ...closing(log, entry)];
  if (concurrent.length === 0 && closed.length === 0) return [];
  const others = [
    ...closed,
    ...concurrent.filter((other) => isUndoneEitherWay(log, entry, other) || areRivals(entry, other)),
    ...contestAmongAdmins(log, entry, concurrent, known),
  ];
  return others.length === 0 ? [] : [entry.index, ...others.map(({ index }) => index)];
}

/** What a checkpoint that `entry` approves might hold back, and itself. */
function closedBy(log: LogEntries, { operation }: Entry): readonly Entry[] {
  if (operation.type !== 'approve') return [];
  const checkpoint = log.entry(operation.proposal);
  if (checkpoint?.operation.type !== 'checkpoint') return [];
  const held = log.all.filter(({ index }) => log.graph.areConcurrent(index, checkpoint.index));
  return held.length === 0 ? [] : [checkpoint, ...log.approvals(checkpoint.id), ...held];
}

/** The approved checkpoints that might hold `entry` back, with what approved them. */
function closing(log: LogEntries, { index }: Entry): readonly Entry[] {
  return log.checkpoints.filter((checkpoint) => log.graph.areConcurrent(checkpoint.index, index)).flatMap((checkpoint) => {
    const approvals = log.approvals(checkpoint.id);
    return approvals.length === 0 ? [] : [checkpoint, ...approvals];
  });
}

function isUndoneEitherWay(log: LogEntries, one: Entry, other: Entry): boolean {
  return (isRevocation(one) && undoes(log.graph, one, other)) || (isRevocation(other) && undoes(log.graph, other, one));
}

/** The same user id, or the same invitation, used at the same time. */
function areRivals(one: Entry, other: Entry): boolean {
  const user = userAddedBy(one);
  if (user !== undefined) return user === userAddedBy(other);
  return one.operation.type === 'join' && other.operation.type === 'join' && inviteOf(one) === inviteOf(other);
}

/** LOG-8 may come in where two admins lose their role at the same time; then it matters too who became one meanwhile. */
function contestAmongAdmins(log: LogEntries, entry: Entry, concurrent: readonly Entry[], known: ReadonlySet<number>): readonly Entry[] {
  if (roleGivenBy(entry) === 'admin') {
    // Who becomes an admin only now may have lost the role before, as others see it.
    const contested = log.user(userOfRole(entry)).revocations.flatMap((loss) => contestOver(log, loss, log.revocations));
    return [...contested, ...concurrent.filter((loss) => isAdminLoss(log, loss) && known.has(loss.index))];
  }
  return isAdminLoss(log, entry) ? contestOver(log, entry, concurrent) : [];
}

/** A loss with those of other admins at the same time, and who became an admin at the same time as any of them. */
function contestOver(log: LogEntries, loss: Entry, among: readonly Entry[]): readonly Entry[] {
  const { graph } = log;
  const others = among.filter((other) => isAdminLoss(log, other) && graph.areConcurrent(loss.index, other.index) && targetOf(loss) !== targetOf(other));
  if (others.length === 0) return [];
  const contested = [loss, ...others];
  const gains = [...log.everAdmins].flatMap((user) => log.user(user).roles.filter((gain) => roleGivenBy(gain) === 'admin'));
  return [...contested, ...gains.filter((gain) => contested.some(({ index }) => graph.areConcurrent(gain.index, index)))];
}

function isAdminLoss(log: LogEntries, entry: Entry): boolean {
  const { effect } = entry;
  return (effect.type === 'remove-user' || effect.type === 'set-role') && isRevocation(entry) && log.everAdmins.has(hexOf(effect.user));
}

function userOfRole(entry: Entry): Hex<UserId> {
  const { effect } = entry;
  const user = effect.type === 'set-role' ? hexOf(effect.user) : userAddedBy(entry);
  if (user === undefined) throw new Error('this operation gives no role');
  return user;
}
