/**
 * The doctor: who can open what, and what somebody has to see to before it hurts. It reads what is here and changes
 * nothing. What only a running network knows (peers, clocks) is handed in.
 */
import { documentId, hexOf, type DeviceId, type UserId } from '../codec/ids.ts';
import { eligibleNodes, type Dealing } from '../membership/dealing.ts';
import { isPersonal, type DeviceKind, type TeamState, type WardState } from '../membership/ward-state.ts';
import { devicesInUse, type DeviceUse } from '../ward/devices.ts';
import type { OldPasswordState } from '../ward/old-password.ts';
import { DESKTOP_STAYS } from '../replica/device-sessions.ts';
import type { Replica } from '../replica/replica.ts';
import type { Session } from '../ward/session.ts';
import type { Chart } from './chart.ts';

const DAY = 86_400_000;
/** A keeper of records that was not met for so long, in milliseconds, is probably broken or gone. */
const KEEPER_AWAY = 3 * DAY;
/** A person's own device that nobody unlocked for so long is one that nobody would miss. */
export const UNUSED_AFTER = DESKTOP_STAYS;
const CERTIFICATE_ENDS_WITHIN = 30 * DAY;

export type FindingCode =
  | 'rotation-owed' | 'key-owed' | 'few-openers' | 'one-admin' | 'no-officer' | 'closed-documents' | 'disputed-items' | 'unreadable-items' | 'no-archive'
  | 'no-peer' | 'not-backed-up' | 'keeper-away' | 'unused-device' | 'clock-skew' | 'rolled-back' | 'diverged' | 'forks' | 'certificate-ends'
  | 'no-policy' | 'by-password-alone' | 'nodes-away' | 'nodes-few' | 'shares-few' | 'dishonest-node' | 'old-password'
  | 'no-glass' | 'glass-nodes-away' | 'glass-owed';

/** One thing that was found. Words for it are the app's; names are opened ones. */
export interface Finding {
  readonly code: FindingCode;
  /** Somebody has to do something; else it passes by itself, or is only good to know. */
  readonly needsPerson: boolean;
  /** The team or device that it is about. */
  readonly name?: string;
  /** Of people. */
  readonly people?: readonly string[];
  readonly count?: number;
  /** Days, of time that has passed or is left; minutes for a clock. */
  readonly span?: number;
}

export interface TeamReport {
  readonly name: string;
  readonly isBuiltIn: 'everyone' | 'admins' | undefined;
  /** Names of those who hold the newest key. */
  readonly canOpen: readonly string[];
  /** Members who wait for it. */
  readonly waiting: readonly string[];
  /** Patients and documents of the team that are open here; of other teams nothing is known here. */
  readonly patients: number;
  readonly documents: number;
}

export interface Examination {
  readonly teams: readonly TeamReport[];
  /** What needs a person first. */
  readonly findings: readonly Finding[];
}

/** One other device, as whoever examines sees it. */
export interface PeerSight {
  readonly device: DeviceId;
  readonly connected: boolean;
  /** Milliseconds since 1970. */
  readonly lastContact: number | undefined;
  /** By how many milliseconds its clock was ahead, when that was told. */
  readonly clockSkew?: number | undefined;
  readonly alarms?: readonly ('rolled-back' | 'diverged')[];
}

export interface DoctorOptions {
  readonly session: Session;
  readonly chart: Chart;
  readonly replica: Replica;
  readonly peers: readonly PeerSight[];
  readonly now: number;
  /** When a bridge's certificate (DER) ends, in milliseconds since 1970. */
  readonly certificateEnd: (certificate: Uint8Array) => number;
  /** What the nodes said about the user's old password, if they were asked. */
  readonly oldPassword?: OldPasswordState;
  /** Nodes that answered this user's unlock falsely. */
  readonly dishonest?: readonly DeviceId[];
}

export function examine(options: DoctorOptions): Examination {
  const { session, replica } = options;
  const state = replica.state();
  const nameOf = (user: UserId): string => {
    const known = state.users.get(hexOf(user));
    return (known && session.members.nameOf(known.sealedName)) ?? known?.handle ?? hexOf(user).slice(0, 8);
  };
  const work = patientsByTeam(options);
  const access = session.teamAccess();
  const teams = access.map(({ team, canOpen, waiting }): TeamReport => ({
    name: teamName(session, state, team),
    isBuiltIn: builtIn(state, team),
    canOpen: canOpen.map(nameOf).sort(),
    waiting: waiting.map(nameOf).sort(),
    patients: work.get(hexOf(team.id))?.patients ?? 0,
    documents: work.get(hexOf(team.id))?.documents ?? 0,
  }));
  const findings = [
    ...access.flatMap(({ team, isRotationOwed }): Finding[] => (isRotationOwed ? [{ code: 'rotation-owed', needsPerson: true, name: teamName(session, state, team) }] : [])),
    ...teams.flatMap(({ name, waiting }): Finding[] => (waiting.length > 0 ? [{ code: 'key-owed', needsPerson: true, name, people: waiting }] : [])),
    ...teams.flatMap(({ name, patients, canOpen }): Finding[] =>
      (patients > 0 && canOpen.length < 2 ? [{ code: 'few-openers', needsPerson: true, name, people: canOpen, count: patients }] : [])),
    ...peopleFindings(state),
    ...unlockFindings(options, state, nameOf),
    ...glassFindings(options, state),
    ...documentFindings(options),
    ...deviceFindings(options),
  ];
  return { teams, findings: findings.sort((a, b) => Number(b.needsPerson) - Number(a.needsPerson)) };
}

function peopleFindings(state: WardState): readonly Finding[] {
  const admins = [...state.users.values()].filter(({ role, removal }) => role === 'admin' && removal === undefined);
  const hasOfficer = [...state.users.values()].some(({ role, removal }) => role === 'privacy' && removal === undefined);
  return [
    ...(admins.length === 1 ? [{ code: 'one-admin' as const, needsPerson: true }] : []),
    ...(hasOfficer ? [] : [{ code: 'no-officer' as const, needsPerson: false }]),
  ];
}

function unlockFindings({ session, peers, oldPassword, dishonest = [] }: DoctorOptions, state: WardState, nameOf: (user: UserId) => string): readonly Finding[] {
  const { unlockPolicy } = state;
  const isThere = new Set(peers.filter(({ connected }) => connected).map(({ device }) => hexOf(device)));
  const known = new Set(peers.map(({ device }) => hexOf(device)));
  const away = eligibleNodes(state).filter((node) => known.has(hexOf(node)) && !isThere.has(hexOf(node))).length;
  const spare = eligibleNodes(state).length - (unlockPolicy?.threshold ?? 0);
  const byPassword = [...state.users.values()].filter(({ dealing, removal, bundle }) => removal === undefined && dealing === undefined && bundle.length > 1);
  const few = unlockPolicy === undefined ? [] : [...state.users.values()].filter(({ removal, dealing }) => removal === undefined && dealing !== undefined && sharesToSpare(state, dealing) <= 0);
  return [
    ...(unlockPolicy !== undefined && spare <= 0 && eligibleNodes(state).length > 1
      ? [{ code: 'nodes-few' as const, needsPerson: true, count: eligibleNodes(state).length, span: unlockPolicy.threshold }] : []),
    ...(few.length > 0 ? [{ code: 'shares-few' as const, needsPerson: few.some(({ dealing }) => dealing !== undefined && sharesToSpare(state, dealing) < 0), people: few.map(({ id }) => nameOf(id)).sort() }] : []),
    ...(unlockPolicy === undefined ? [{ code: 'no-policy' as const, needsPerson: true }] : []),
    ...(unlockPolicy !== undefined && byPassword.length > 0 ? [{ code: 'by-password-alone' as const, needsPerson: false, people: byPassword.map(({ id }) => nameOf(id)).sort() }] : []),
    ...(unlockPolicy !== undefined && away > 0 ? [{ code: 'nodes-away' as const, needsPerson: away >= spare, count: away, span: unlockPolicy.threshold }] : []),
    ...dishonest.map((device): Finding => {
      const sealed = state.devices.get(hexOf(device))?.sealedName;
      return { code: 'dishonest-node', needsPerson: true, name: (sealed && session.members.nameOf(sealed)) ?? hexOf(device).slice(0, 8) };
    }),
    ...(typeof oldPassword === 'object' && oldPassword.destroyed < oldPassword.needed
      ? [{ code: 'old-password' as const, needsPerson: false, count: oldPassword.destroyed, span: oldPassword.needed }] : []),
  ];
}

/** How many of the devices that hold shares of a password may be lost yet; less than none: it opens nothing any more. */
function sharesToSpare(state: WardState, { nodes, threshold }: Dealing): number {
  const eligible = new Set(eligibleNodes(state).map(hexOf));
  return nodes.filter((node) => eligible.has(hexOf(node))).length - threshold;
}

/** Whether an emergency could be met: the key is dealt, enough of its nodes are there, and what opens here is wrapped. */
function glassFindings({ session, peers }: DoctorOptions, { unlockPolicy, glass }: WardState): readonly Finding[] {
  if (glass === undefined) return unlockPolicy === undefined ? [] : [{ code: 'no-glass', needsPerson: false }];
  const [{ nodes, threshold }] = glass.dealings;
  const there = new Map(peers.map(({ device, connected }) => [hexOf(device), connected]));
  const away = nodes.filter((node) => there.get(hexOf(node)) === false).length;
  return [
    ...(away > 0 ? [{ code: 'glass-nodes-away' as const, needsPerson: nodes.length - away < threshold, count: away, span: threshold, name: String(nodes.length) }] : []),
    ...counted('glass-owed', false, session.glass.owedWraps().length),
  ];
}

function documentFindings({ session, chart, replica }: DoctorOptions): readonly Finding[] {
  const aside = [...session.documents()].flatMap(({ setAside }) => setAside);
  const disputed = aside.filter(({ reason }) => reason === 'disputed').length;
  const closed = chart.waiting();
  const open = session.standings.notBackedUp();
  let forks = 0;
  for (const document of replica.documents()) for (const { author } of replica.frontier(document)) forks += Number(replica.isForked({ document, author }));
  return [
    ...counted('disputed-items', true, disputed), ...counted('unreadable-items', true, aside.length - disputed), ...counted('forks', true, forks),
    ...counted('closed-documents', false, closed), ...counted('not-backed-up', false, open),
  ];
}

function deviceFindings(options: DoctorOptions): readonly Finding[] {
  const { replica, peers, now, session } = options;
  const devices = devicesInUse(replica);
  const nameOf = ({ device }: DeviceUse): string => session.members.nameOf(device.sealedName) ?? hexOf(device.id).slice(0, 8);
  const sights = new Map(peers.map((sight) => [hexOf(sight.device), sight]));
  const others = devices.flatMap((use) => {
    const sight = sights.get(hexOf(use.device.id));
    return sight === undefined ? [] : [{ use, sight, name: nameOf(use) }];
  });
  return [
    ...(devices.some(({ device }) => device.kind === 'archive') ? [] : [{ code: 'no-archive' as const, needsPerson: true }]),
    ...(peers.length > 0 && peers.every(({ connected }) => !connected) ? [{ code: 'no-peer' as const, needsPerson: true }] : []),
    ...others.flatMap(({ use, sight, name }): Finding[] => {
      const away = sight.connected || sight.lastContact === undefined ? 0 : now - sight.lastContact;
      return isKeeper(use.device.kind) && away > KEEPER_AWAY ? [{ code: 'keeper-away', needsPerson: true, name, span: days(away) }] : [];
    }),
    ...devices.flatMap((use): Finding[] => {
      const unused = use.lastUnlock === undefined ? 0 : now - use.lastUnlock;
      return isPersonal(use.device.kind) && unused > UNUSED_AFTER ? [{ code: 'unused-device', needsPerson: true, name: nameOf(use), span: days(unused) }] : [];
    }),
    ...others.flatMap(({ sight, name }): Finding[] => [
      ...(sight.clockSkew === undefined ? [] : [{ code: 'clock-skew' as const, needsPerson: true, name, span: Math.round(Math.abs(sight.clockSkew) / 60_000) }]),
      ...(sight.alarms ?? []).map((code) => ({ code, needsPerson: true, name })),
    ]),
    ...devices.flatMap((use): Finding[] => {
      const { certificate, kind } = use.device;
      const left = certificate.length === 0 ? undefined : options.certificateEnd(certificate) - now;
      return kind === 'bridge' && left !== undefined && left < CERTIFICATE_ENDS_WITHIN ? [{ code: 'certificate-ends', needsPerson: true, name: nameOf(use), span: Math.max(0, days(left)) }] : [];
    }),
  ];
}

function patientsByTeam({ session, chart }: DoctorOptions): ReadonlyMap<string, { patients: number; documents: number }> {
  const work = new Map<string, { patients: number; documents: number }>();
  const at = (id: ReturnType<typeof documentId.fromHex>): { patients: number; documents: number } | undefined => {
    const team = session.teamOf(id);
    if (team === undefined) return undefined;
    const known = work.get(hexOf(team)) ?? { patients: 0, documents: 0 };
    work.set(hexOf(team), known);
    return known;
  };
  for (const { id } of session.documents()) {
    const known = at(id);
    if (known !== undefined) known.documents += 1;
  }
  for (const { id } of chart.patients()) {
    const known = at(documentId.fromHex(id));
    if (known !== undefined) known.patients += 1;
  }
  return work;
}

function teamName(session: Session, state: WardState, team: TeamState): string {
  return builtIn(state, team) ?? session.members.nameOf(team.sealedName) ?? hexOf(team.id).slice(0, 8);
}

function builtIn(state: WardState, { id }: TeamState): 'everyone' | 'admins' | undefined {
  if (hexOf(id) === hexOf(state.everyone)) return 'everyone';
  return hexOf(id) === hexOf(state.admins) ? 'admins' : undefined;
}

function counted(code: FindingCode, needsPerson: boolean, count: number): readonly Finding[] {
  return count === 0 ? [] : [{ code, needsPerson, count }];
}

function isKeeper(kind: DeviceKind): boolean {
  return !isPersonal(kind);
}

function days(milliseconds: number): number {
  return Math.round(milliseconds / DAY);
}
