/** The topic `council`, and the review list: what an admin sees of people, teams, proposals and rules, with names. */
import { builtInTeams } from '../../../protocol/membership/glass.ts';
import type { Chart } from '../../../protocol/chart/chart.ts';
import { recordReview } from '../../../protocol/chart/openings.ts';
import { hexOf, type DeviceId, type DocumentId, type Hex, type UserId } from '../../../protocol/codec/ids.ts';
import { eligibleNodes, triesPerDevice, triesPerNode, type UnlockPolicy } from '../../../protocol/membership/dealing.ts';
import type { ProposedAction } from '../../../protocol/membership/ward-state.ts';
import type { Reach } from '../../../protocol/network/reach.ts';
import type { Replica } from '../../../protocol/replica/replica.ts';
import { changesIn, type Change } from '../../../protocol/ward/review.ts';
import type { Session } from '../../../protocol/ward/session.ts';
import type { CouncilView, PolicyChoice, ProposedWhat, WardPerson, WorkRow } from '../port-council.ts';
import { RequestFailed } from './request-failed.ts';

/** Null for whoever has nothing to say there. */
export function councilView(session: Session, replica: Replica, contacts: readonly Reach[]): CouncilView | null {
  const state = replica.state();
  const { council, members } = session;
  const quorum = council.quorum();
  const isHolder = quorum?.holders.some((holder) => hexOf(holder) === hexOf(session.user)) ?? false;
  if (session.role !== 'admin' && !isHolder) return null;
  const builtIn = builtInTeams(state);
  const teams = [...state.teams.values()].filter(({ id }) => !builtIn.has(hexOf(id)))
    .map(({ id, sealedName, members: inside }) => ({ id: hexOf(id), name: members.nameOf(sealedName) ?? hexOf(id).slice(0, 8), members: [...inside] })).sort(byName);
  const nameOf = (user: UserId): string => userName(session, replica, user);
  const connected = new Set(contacts.filter((reach) => reach.connected).map(({ device }) => hexOf(device)));
  return {
    people: [...state.users.values()].filter(({ removal }) => removal === undefined).map((user): WardPerson => ({
      id: hexOf(user.id), handle: user.handle, name: nameOf(user.id), role: user.role, isSelf: hexOf(user.id) === hexOf(session.user),
      teams: teams.filter((team) => team.members.includes(hexOf(user.id))).map(({ name }) => name),
      isTemporary: user.hasTemporaryPassword, byPasswordAlone: user.dealing === undefined,
    })).sort(byName),
    teams,
    proposals: council.proposals().map(({ id, by, time, action }) => ({ id: hexOf(id), by: nameOf(by), at: isoTime(time), isOwn: hexOf(by) === hexOf(session.user), action: proposedWhat(action, nameOf) })),
    quorum: quorum === undefined ? null : { threshold: quorum.threshold, names: quorum.holders.map(nameOf) },
    votes: state.votes.map(({ by, user, time }) => ({ by: nameOf(by), for: nameOf(user), at: isoTime(time) })),
    isHolder,
    held: council.inReview().map(({ id, by, type, time, isRepeatable, declined }) => ({ id: hexOf(id), by: by === undefined ? '' : nameOf(by), at: isoTime(time), type, isRepeatable, declined })),
    policy: state.unlockPolicy === undefined ? null : choiceOf(state.unlockPolicy),
    policies: policiesFor(eligibleNodes(state).length, state.unlockPolicy),
    graceHours: state.graceHours,
    desktopPowers: state.desktopPowers,
    nodesThere: eligibleNodes(state).length,
    doors: eligibleNodes(state).map((id) => {
      const kind = state.devices.get(hexOf(id))?.kind === 'archive' ? 'archive' : 'tablet';
      return { id: hexOf(id), name: deviceName(session, replica, id), kind, connected: connected.has(hexOf(id)) };
    }),
  };
}

/** From so many nodes on one may be stolen and another may be off. */
const ENOUGH_NODES = 3;
/** More choices would help nobody; `wardsync policy set` has them. */
const MOST_NODES = 5;

function policiesFor(there: number, inForce: UnlockPolicy | undefined): readonly PolicyChoice[] {
  const found: UnlockPolicy[] = inForce === undefined ? [] : [inForce];
  for (let nodes = Math.min(there, MOST_NODES); nodes >= 1; nodes--) {
    for (const threshold of nodes < ENOUGH_NODES ? [nodes, 1] : [nodes - 1, Math.ceil((nodes + 1) / 2)]) {
      if (!found.some((known) => known.threshold === threshold && known.nodes === nodes)) found.push({ threshold, nodes });
    }
  }
  return found.map(choiceOf);
}

function choiceOf({ threshold, nodes }: UnlockPolicy): PolicyChoice {
  const policy = { threshold, nodes };
  return { ...policy, tries: Math.floor((triesPerNode(policy) * nodes) / threshold), triesOnOne: triesPerDevice(policy) };
}

export async function workRows(session: Session, chart: Chart, replica: Replica): Promise<readonly WorkRow[]> {
  const rows: WorkRow[] = [];
  for (const disputed of await session.review.list()) {
    const { document, author, seq, id, user, device, items, from, until, declined } = disputed;
    const content = await session.review.content(disputed);
    if (content !== undefined) {
      const recorded = await recordReview(session, chart, document, content.after);
      if (!recorded.ok) throw new RequestFailed(recorded.failure);
    }
    rows.push({
      key: { document: hexOf(document), author: hexOf(author), seq, id: hexOf(id) },
      by: user === undefined ? '' : userName(session, replica, user), device: deviceName(session, replica, device), patient: patientOf(chart, document),
      from: isoTime(from), until: isoTime(until), items, declined,
      changes: content === undefined ? null : entriesOf(changesIn(content)),
    });
  }
  return rows;
}

function proposedWhat(action: ProposedAction, nameOf: (user: UserId) => string): ProposedWhat {
  switch (action.type) {
    case 'remove-user': return { what: 'remove-user', name: nameOf(action.user), role: null };
    case 'set-role': return { what: 'set-role', name: nameOf(action.user), role: action.role };
    case 'set-quorum': return { what: 'set-quorum', threshold: action.threshold, names: action.holders.map(nameOf) };
    case 'checkpoint': return { what: 'checkpoint' };
  }
}

/** The changes of one entry are one line: `note: slept well`. */
function entriesOf(changes: readonly Change[]): NonNullable<WorkRow['changes']> {
  const entries = new Map<string, { collection: string; parts: string[]; isRemoval: boolean }>();
  for (const { path: [collection = '', entry = '', ...rest], after } of changes) {
    const known = entries.get(`${collection}/${entry}`) ?? { collection, parts: [], isRemoval: false };
    entries.set(`${collection}/${entry}`, known);
    if (after === undefined) known.isRemoval = true;
    else if (!isFrame(rest.at(-1))) known.parts.push(...valuesOf(after, rest));
  }
  return [...entries.values()].map(({ collection, parts, isRemoval }) => ({ collection, text: parts.join(', ').slice(0, LONGEST), isRemoval }));
}

const LONGEST = 280;

/** Who and when stand above the line, by the signature and not by what the entry says. */
function isFrame(key: string | undefined): boolean {
  return key === 'author' || key === 'at';
}

function valuesOf(value: unknown, path: readonly string[]): readonly string[] {
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value).filter(([key]) => !isFrame(key)).flatMap(([key, inner]) => valuesOf(inner, [...path, key]));
  }
  const name = path.findLast((part) => !/^\d+$/.test(part));
  return [name === undefined ? String(value) : `${name}: ${String(value)}`];
}

function patientOf(chart: Chart, document: DocumentId): string | null {
  for (const { id, record } of chart.patients()) {
    if (id === hexOf(document) || Object.values(record.stays).some((stay) => stay.document === hexOf(document))) return `${record.name.family}, ${record.name.given}`;
  }
  return null;
}

function userName(session: Session, replica: Replica, user: UserId): string {
  const known = replica.state().users.get(hexOf(user));
  return (known && session.members.nameOf(known.sealedName)) ?? known?.handle ?? hexOf(user).slice(0, 8);
}

export function deviceName(session: Session, replica: Replica, device: DeviceId): string {
  const known = replica.state().devices.get(hexOf(device) satisfies Hex<DeviceId>);
  return (known && session.members.nameOf(known.sealedName)) ?? hexOf(device).slice(0, 8);
}

function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  return a.name.localeCompare(b.name);
}

function isoTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
