/** The worker's part in the read audit: what is opened is recorded first, and officers ask who opened what. */
import { auditBundle, readAudit, type AuditQuery } from '../../../protocol/chart/audit.ts';
import type { Chart } from '../../../protocol/chart/chart.ts';
import { openFile, type OpenedPart } from '../../../protocol/chart/openings.ts';
import type { Replica } from '../../../protocol/replica/replica.ts';
import type { Session } from '../../../protocol/ward/session.ts';
import type { AuditView } from '../port.ts';
import { browserEnvironment } from './browser-environment.ts';
import { isByGlass } from './glass-views.ts';
import { RequestFailed } from './request-failed.ts';

/** More than anybody reads on a screen; the file has them all. */
const SHOWN_AT_MOST = 500;

/** Resolves when it may be shown. Throws `RequestFailed`. */
export async function recordOpening(session: Session, chart: Chart, part: OpenedPart): Promise<void> {
  const opened = await openFile(session, chart, part);
  if (!opened.ok) throw new RequestFailed(opened.failure);
}

export async function auditView(session: Session, replica: Replica, query: AuditQuery): Promise<AuditView> {
  const { lines, ...rest } = await readAudit(session, replica, query);
  const uses = session.glass.uses();
  const shown = lines.slice(0, SHOWN_AT_MOST).map((line) => ({ ...line, byGlass: isByGlass(uses, { user: line.user.id, documents: [line.patient.id, ...line.documents], at: Date.parse(line.at) }) }));
  return { ...rest, lines: shown, total: lines.length };
}

export async function auditFile(session: Session, replica: Replica, query: AuditQuery): Promise<{ readonly fileName: string; readonly json: string }> {
  const { lines } = await readAudit(session, replica, query);
  const now = browserEnvironment.clock.now();
  return { fileName: `audit-${new Date(now).toISOString().slice(0, 10)}.json`, json: `${JSON.stringify(auditBundle(lines, now), null, 2)}\n` };
}
