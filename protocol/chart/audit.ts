/** 'Who looked at this patient', with names: for the screens of privacy officers, the command line, and as FHIR. */
import type { AuditEvent, Bundle } from 'fhir/r4';
import { exportAudit, type AuditRow } from '../clinical/fhir/export-audit.ts';
import type { IsoTime } from '../clinical/model.ts';
import { writeTime } from '../clinical/time.ts';
import { equalBytes } from '../codec/bytes.ts';
import { hexOf, type DeviceId, type UserId } from '../codec/ids.ts';
import type { GlassUse } from '../membership/glass.ts';
import type { Replica } from '../replica/replica.ts';
import type { AuditedOpening, AuditTroubleKind } from '../ward/audit-reader.ts';
import type { Session } from '../ward/session.ts';

/** One opening; ids in hex. */
export interface AuditLine {
  readonly at: IsoTime;
  readonly how: AuditRow['how'];
  readonly user: { readonly id: string; readonly name: string; readonly handle: string };
  readonly device: { readonly id: string; readonly name: string };
  readonly patient: { readonly id: string; readonly name: string; readonly number: string };
  readonly documents: readonly string[];
  readonly isDisputed: boolean;
  /** The use of break-glass under which the same session opened this patient, by the log; absent where there was none. */
  readonly glass?: string;
}

export interface AuditTroubleLine {
  readonly kind: AuditTroubleKind;
  readonly items: number;
  /** Names; undefined for whom nobody here knows. */
  readonly user: string | undefined;
  readonly device: string | undefined;
  readonly session: string;
}

export interface AuditQuery {
  /** Id, number or a part of the name. */
  readonly patient?: string | undefined;
  /** Handle, id or a part of the name. */
  readonly user?: string | undefined;
}

export interface Audit {
  /** Newest first. */
  readonly lines: readonly AuditLine[];
  readonly troubles: readonly AuditTroubleLine[];
  /** Whether the ward has a privacy officer, so that the audit is not sealed to its admins. */
  readonly hasOfficer: boolean;
}

/** What is sealed to this user, as far as the query wants it. What is amiss is told whatever is asked. */
export async function readAudit(session: Session, replica: Replica, query: AuditQuery = {}): Promise<Audit> {
  const { openings, troubles } = await session.auditReader.read();
  const { users, devices } = replica.state();
  const person = (id: UserId) => {
    const known = users.get(hexOf(id));
    return { id: hexOf(id), name: (known && session.members.nameOf(known.sealedName)) ?? known?.handle ?? '', handle: known?.handle ?? '' };
  };
  const deviceName = (id: DeviceId): string => {
    const known = devices.get(hexOf(id));
    return (known && session.members.nameOf(known.sealedName)) ?? hexOf(id).slice(0, 8);
  };
  const lines = openings.map((opening): AuditLine => {
    const { at, how, user, device, patient, name, number, documents, isDisputed } = opening;
    const use = glassUseOf(opening, replica.state().glassUses.values());
    return {
      at: writeTime(at), how, user: person(user), device: { id: hexOf(device), name: deviceName(device) },
      patient: { id: hexOf(patient), name, number }, documents: documents.map(hexOf), isDisputed,
      ...(use !== undefined && { glass: hexOf(use.id) }),
    };
  });
  return {
    lines: lines.filter((line) => isWanted(line, query)),
    troubles: troubles.map(({ kind, items, user, device, session: author }) =>
      ({ kind, items, user: user && person(user).name, device: device && deviceName(device), session: hexOf(author) })),
    hasOfficer: [...users.values()].some(({ role, removal }) => role === 'privacy' && removal === undefined),
  };
}

/** The log says it, and nobody's record of their own reading: that the session used break-glass on the patient, and when. */
function glassUseOf({ session, patient, at }: AuditedOpening, uses: Iterable<GlassUse>): GlassUse | undefined {
  return [...uses].find(({ session: by, documents, time, until, ended }) =>
    equalBytes(by, session) && documents.some((each) => equalBytes(each, patient)) && time <= at && at <= Math.min(until, ended?.time ?? until));
}

/** `now` in milliseconds since 1970. */
export function auditBundle(lines: readonly AuditLine[], now: number): Bundle<AuditEvent> {
  const seen = new Map<string, number>();
  return exportAudit(lines.map((line) => {
    // Two openings of one patient by one person in one millisecond are two.
    const name = [line.at, line.user.id, line.device.id, line.patient.id, line.how].join('/');
    const times = (seen.get(name) ?? 0) + 1;
    seen.set(name, times);
    return { ...line, key: `${name}/${times}` };
  }), writeTime(now));
}

function isWanted({ patient, user }: AuditLine, wanted: AuditQuery): boolean {
  const fits = (asked: string | undefined, exact: readonly string[], name: string): boolean => {
    const text = asked?.trim().toLowerCase() ?? '';
    return text === '' || exact.includes(text) || exact.some((each) => text.length >= 8 && each.startsWith(text)) || name.toLowerCase().includes(text);
  };
  return fits(wanted.patient, [patient.id, patient.number.toLowerCase()], patient.name) && fits(wanted.user, [user.id, user.handle], user.name);
}
