/**
 * Which operations are in conflict: for these alone it matters what else is in the set that is looked at.
 *
 * An operation that conflicts with nothing counts, or does not, by its own past, in every set that has that past. So
 * a place in the log sees the same operations count as the whole log does if it has all of the conflicts in its past,
 * or none; only in between the log is resolved anew for that place.
 */
import { hexOf, type Hex, type UserId } from '../codec/ids.ts';
import { roleGivenBy, targetOf, userAddedBy } from './authority.ts';
import { inviteOf, isRevocation, undoes, type Entry, type LogEntries } from './log-entries.ts';

/**
 * The entries that `entry`, the last one added to the log, brings into conflict; itself included if there are any.
 * `known` are those of the entries before.
 */
export function conflictsOf(log: LogEntries, entry: Entry, known: ReadonlySet<number>): readonly number[] {
  const others = [
    ...revocationsThatUndo(log, entry),
    ...operationsUndoneBy(log, entry),
    ...rivalsOf(log, entry),
    ...contestAmongAdmins(log, entry, known),
  ];
  return others.length === 0 ? [] : [entry.index, ...others.map(({ index }) => index)];
}

function revocationsThatUndo(log: LogEntries, entry: Entry): Entry[] {
  if (entry.signer === undefined) return [];
  const candidates = [...log.user(entry.signer.user).revocations, ...log.device(entry.signer.device).revocations];
  return candidates.filter((revocation) => log.graph.areConcurrent(revocation.index, entry.index) && undoes(log.graph, revocation, entry));
}

function operationsUndoneBy(log: LogEntries, entry: Entry): Entry[] {
  const { operation } = entry;
  if (!isRevocation(operation)) return [];
  const signed = operation.type === 'remove-device' ? log.device(hexOf(operation.device)).signed
    : operation.type === 'remove-user' || operation.type === 'set-role' ? log.user(hexOf(operation.user)).signed
    : [];
  return signed.filter((other) => log.graph.areConcurrent(other.index, entry.index) && undoes(log.graph, entry, other));
}

/** The same user id, or the same invitation, used at the same time. */
function rivalsOf(log: LogEntries, entry: Entry): Entry[] {
  const user = userAddedBy(entry);
  const rivals = user !== undefined ? log.user(user).additions : entry.operation.type === 'join' ? log.invitation(inviteOf(entry)).joins : [];
  return rivals.filter((other) => log.graph.areConcurrent(other.index, entry.index));
}

/** LOG-8 may come in where two admins lose their role at the same time; then it matters too who became one meanwhile. */
function contestAmongAdmins(log: LogEntries, entry: Entry, known: ReadonlySet<number>): Entry[] {
  const isGain = roleGivenBy(entry) === 'admin';
  if (!isGain && !isAdminLoss(log, entry)) return [];
  const concurrent = (one: Entry, other: Entry): boolean => log.graph.areConcurrent(one.index, other.index);
  const losses = [...log.everAdmins].flatMap((user) => log.user(user).revocations);
  // Who becomes an admin only now may have lost the role before, as others see it.
  const added = isGain ? log.user(userOfRole(entry)).revocations : [entry];
  const contested = new Set<Entry>();
  for (const loss of added) {
    for (const other of losses) {
      if (concurrent(loss, other) && targetOf(loss) !== targetOf(other)) contested.add(loss).add(other);
    }
  }
  const gains = contested.size > 0 ? [...log.everAdmins].flatMap((user) => log.user(user).roles.filter((gain) => roleGivenBy(gain) === 'admin')) : [];
  const meanwhile = gains.filter((gain) => [...contested].some((loss) => concurrent(gain, loss)));
  const earlier = isGain ? losses.filter((loss) => known.has(loss.index) && concurrent(loss, entry)) : [];
  return [...contested, ...meanwhile, ...earlier];
}

function isAdminLoss(log: LogEntries, { operation }: Entry): boolean {
  return (operation.type === 'remove-user' || operation.type === 'set-role') && isRevocation(operation) && log.everAdmins.has(hexOf(operation.user));
}

function userOfRole(entry: Entry): Hex<UserId> {
  const { operation } = entry;
  const user = operation.type === 'set-role' ? hexOf(operation.user) : userAddedBy(entry);
  if (user === undefined) throw new Error('this operation gives no role');
  return user;
}
