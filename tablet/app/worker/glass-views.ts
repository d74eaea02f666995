/** What the page is shown of break-glass: what is open, and who used it on whom. */
import { hexOf } from '../../../protocol/codec/ids.ts';
import type { Chart } from '../../../protocol/chart/chart.ts';
import type { GlassUse } from '../../../protocol/membership/glass.ts';
import { maySign } from '../../../protocol/membership/roles.ts';
import type { OpenGlass } from '../../../protocol/ward/glass.ts';
import type { AuditedOpening } from '../../../protocol/ward/audit-reader.ts';
import type { Session } from '../../../protocol/ward/session.ts';
import type { GlassUseView, GlassView, OpenGlassView } from '../port-glass.ts';
import { deviceName } from './council-view.ts';
import { personName } from './device-views.ts';
import type { PageWard } from './page-ward.ts';

export function glassStanding({ glass, role }: Session): GlassView['standing'] {
  return role === undefined || !maySign(role, 'break-glass') ? 'not-allowed' : glass.standing;
}

/** `asked`: how many documents of the patient were to be opened. */
export function openGlassView({ use, documents, until }: OpenGlass, asked: number): OpenGlassView {
  return { use: hexOf(use), documents: documents.map(hexOf), missing: Math.max(0, asked - documents.length), until: iso(until) };
}

/** Uses that this user may review and that nobody has reviewed. */
export function unreviewed({ glass, user }: Session): number {
  if (!glass.mayReview()) return 0;
  return glass.uses().filter((use) => use.reviews.length === 0 && hexOf(use.user) !== hexOf(user)).length;
}

/** A record that is open here names its patient; to reviewers, who treat nobody, the read audit does. */
export async function glassUseViews(session: Session, chart: Chart, ward: PageWard): Promise<readonly GlassUseView[]> {
  const openings = session.glass.mayReview() ? (await session.auditReader.read()).openings : [];
  const isOwn = (user: GlassUse['user']): boolean => hexOf(user) === hexOf(session.user);
  return session.glass.uses().map((use): GlassUseView => ({
    id: hexOf(use.id),
    by: personName(session, ward, use.user),
    own: isOwn(use.user),
    device: deviceName(session, ward.replica, use.device),
    at: iso(use.time),
    until: iso(use.until),
    documents: use.documents.length,
    patient: patientOf(use, chart, openings),
    reason: session.glass.reasonOf(use) ?? null,
    ended: use.ended === undefined ? null : { by: personName(session, ward, use.ended.by), own: hexOf(use.ended.by) === hexOf(use.user), at: iso(use.ended.time) },
    counts: use.counts,
    reviews: use.reviews.map(({ by, time, finding }) => ({ by: personName(session, ward, by), at: iso(time), finding })),
  }));
}

/** Whether somebody opened these documents while such a use of theirs went on. `at` in milliseconds since 1970. */
export function isByGlass(uses: readonly GlassUse[], { user, documents, at }: { readonly user: string; readonly documents: readonly string[]; readonly at: number }): boolean {
  return uses.some((use) => hexOf(use.user) === user && use.time <= at && at <= (use.ended?.time ?? use.until)
    && use.documents.some((document) => documents.includes(hexOf(document))));
}

function patientOf({ documents }: GlassUse, chart: Chart, openings: readonly AuditedOpening[]): GlassUseView['patient'] {
  const asked = new Set<string>(documents.map(hexOf));
  for (const document of asked) {
    const record = chart.patient(document);
    if (record !== undefined) return { name: `${record.name.family}, ${record.name.given}`, number: Object.values(record.identifiers)[0] ?? '' };
  }
  const opening = openings.find(({ patient, name }) => name !== '' && asked.has(hexOf(patient)));
  return opening === undefined ? null : { name: opening.name, number: opening.number };
}

function iso(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
