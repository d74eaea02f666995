/**
 * LOG-4, LOG-5, LOG-8, LOG-14: which operations of a set count. A pure function of the set.
 *
 * What checkpoints hold back is left out. Then revocations are settled, in rounds: one that no open revocation might undo counts; where only circles are
 * left, a circle that nothing outside it might undo counts as a whole ('two who remove each other are both out').
 * Everything else follows by replay.
 */
import { hexOf, type Hex, type UserId } from '../codec/ids.ts';
import { judge, NO_DOUBTS, presenceIn, roleIn, type Doubts, type View } from './authority.ts';
import { roleGivenBy, targetOf, userAddedBy } from './given.ts';
import { checkpointsInForce, isHeld } from './checkpoints.ts';
import { inviteOf, isRevocation, type Entry, type LogEntries } from './log-entries.ts';
import type { Past } from './log-graph.ts';

/**
 * Indices of those of `entries` that count: all operations, in topological order, with a conflict in their past or
 * themselves in one. `settled` says what else there is, and which of that counts.
 */
export function resolve(log: LogEntries, entries: readonly Entry[], settled: View): Set<number> {
  const inForce = checkpointsInForce(log, settled.includes);
  const held = new Set(entries.filter((entry) => isHeld(log, inForce, entry)));
  const voided = new Set([...[...held].map(({ index }) => index), ...spentJoins(log, entries.filter((entry) => !held.has(entry)))]);
  for (;;) {
    const counting = settle(log, entries, settled, voided);
    const exceptions = [...rivalAdditions(entries, counting), ...removalsOfLastAdmin(log, { ...settled, counts: (index) => counting.has(index) || settled.counts(index) })];
    if (exceptions.length === 0) return counting;
    for (const index of exceptions) voided.add(index);
  }
}

function settle(log: LogEntries, entries: readonly Entry[], settled: View, voided: ReadonlySet<number>): Set<number> {
  const counting = new Set<number>();
  /** Entries that count unless some open revocation says otherwise; with those revocations. */
  const doubts = new Map<number, Doubts>();
  /** Revocations still to be decided. */
  const open = new Set(entries.filter((entry) => isRevocation(entry) && !voided.has(entry.index)).map(({ index }) => index));
  const view: View = {
    includes: settled.includes,
    counts: (index) => !open.has(index) && (counting.has(index) || doubts.has(index) || settled.counts(index)),
    isOpen: (index) => open.has(index),
    doubtsOf: (index) => doubts.get(index) ?? NO_DOUBTS,
  };
  let unsettled = entries.filter(({ index }) => !voided.has(index));
  while (unsettled.length > 0) {
    const baseless: number[] = [];
    const left: Entry[] = [];
    for (const entry of unsettled) {
      const { index } = entry;
      const judgement = judge(log, view, pastOfEntry(log, entry), entry);
      doubts.delete(index);
      if (judgement.objection !== undefined) {
        if (open.has(index)) baseless.push(index);
      } else if (judgement.doubts.size > 0 || open.has(index)) {
        doubts.set(index, judgement.doubts);
        left.push(entry);
      } else {
        counting.add(index);
      }
    }
    for (const index of baseless) open.delete(index);
    const decided = unthreatened(new Map([...open].map((index) => [index, doubts.get(index) ?? NO_DOUBTS])));
    for (const index of decided) {
      open.delete(index);
      doubts.delete(index);
      counting.add(index);
    }
    unsettled = left.filter(({ index }) => !counting.has(index));
  }
  return counting;
}

/**
 * Of the open revocations, those that count whatever becomes of the others: what nothing open threatens, else each
 * circle (with all that leads into it) whose members threaten one another and are threatened by nobody else.
 */
function unthreatened(open: ReadonlyMap<number, Doubts>): readonly number[] {
  const free = [...open.keys()].filter((index) => threatsTo(index, open).size === 0);
  if (free.length > 0) return free;
  const reach = new Map([...open.keys()].map((index) => [index, everyThreatTo(index, open)]));
  return [...open.keys()].filter((index) => [...reach.get(index) ?? []].every((threat) => reach.get(threat)?.has(index)));
}

function threatsTo(index: number, open: ReadonlyMap<number, Doubts>): ReadonlySet<number> {
  return new Set([...open.get(index) ?? []].filter((threat) => open.has(threat) && threat !== index));
}

function everyThreatTo(index: number, open: ReadonlyMap<number, Doubts>): ReadonlySet<number> {
  const found = new Set<number>();
  const left = [index];
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    for (const threat of threatsTo(next, open)) {
      if (!found.has(threat)) left.push(threat);
      found.add(threat);
    }
  }
  return found;
}

/** LOG-7: of several joins by one invitation, the one with the smallest id among those that are not after another. */
function spentJoins(log: LogEntries, entries: readonly Entry[]): number[] {
  const byInvitation = grouped(entries.filter(({ operation }) => operation.type === 'join'), inviteOf);
  return [...byInvitation.values()].flatMap((joins) => {
    const first = joins.filter((join) => !joins.some((other) => log.graph.isBefore(other.index, join.index)));
    const [winner] = first.sort((a, b) => (hexOf(a.id) < hexOf(b.id) ? -1 : 1));
    return joins.filter((join) => join !== winner).map(({ index }) => index);
  });
}

/** LOG-9: where one user id was given twice at the same time, neither counts, so nobody can take an identity over. */
function rivalAdditions(entries: readonly Entry[], counting: ReadonlySet<number>): number[] {
  const additions = entries.filter((entry) => counting.has(entry.index) && userAddedBy(entry) !== undefined);
  return [...grouped(additions, userAddedBy).values()].flatMap((rivals) => (new Set(rivals.map(({ effect }) => effect)).size > 1 ? rivals.map(({ index }) => index) : []));
}

/**
 * LOG-8: when revocations that are each allowed would together leave no admin, those of one admin do not count: of the
 * admins whose revocation nobody else's has followed, the one who became admin first.
 */
function removalsOfLastAdmin(log: LogEntries, view: View): readonly number[] {
  const now: Past = { covers: view.includes };
  const isAdmin = (user: Hex<UserId>): boolean => presenceIn(view, now, log.user(user)) === 'present' && roleIn(log, view, now, user) === 'admin';
  if ([...log.everAdmins].some(isAdmin)) return [];
  const counts = ({ index }: Entry): boolean => view.includes(index) && view.counts(index);

  const firstMade = new Map<Hex<UserId>, Entry>();
  for (const user of log.everAdmins) {
    const made = log.user(user).roles.find((entry) => counts(entry) && roleGivenBy(entry) === 'admin');
    if (made !== undefined) firstMade.set(user, made);
  }
  const revocations = log.revocations.filter((entry) => counts(entry) && [...firstMade.keys()].some((user) => user === targetOf(entry)));
  const revocationsOf = (user: Hex<UserId>): Entry[] => revocations.filter((entry) => targetOf(entry) === user);
  const revoked = [...firstMade.keys()].filter((user) => revocationsOf(user).length > 0);
  const isFollowed = (user: Hex<UserId>): boolean => revocationsOf(user).some(({ index }) =>
    revocations.some((other) => targetOf(other) !== user && log.graph.isBefore(index, other.index)));
  const last = revoked.filter((user) => !isFollowed(user));
  const [senior] = (last.length > 0 ? last : revoked).sort((a, b) => {
    const [madeA, madeB] = [firstMade.get(a), firstMade.get(b)];
    return madeA === undefined || madeB === undefined ? 0 : log.graph.compare(madeA.index, madeB.index);
  });
  return senior === undefined ? [] : revocationsOf(senior).map(({ index }) => index);
}

function pastOfEntry(log: LogEntries, { index }: Entry): Past {
  return { covers: (other) => log.graph.isBefore(other, index) };
}

function grouped<K>(entries: readonly Entry[], keyOf: (entry: Entry) => K): ReadonlyMap<K, readonly Entry[]> {
  const groups = new Map<K, Entry[]>();
  for (const entry of entries) {
    const group = groups.get(keyOf(entry));
    if (group === undefined) groups.set(keyOf(entry), [entry]);
    else group.push(entry);
  }
  return groups;
}
