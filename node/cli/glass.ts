/** What the commands share that are about break-glass. */
import { hexOf } from '../../protocol/codec/ids.ts';
import type { GlassFinding, GlassUse } from '../../protocol/membership/glass.ts';
import type { Replica } from '../../protocol/replica/replica.ts';
import type { GlassFailure } from '../../protocol/ward/glass.ts';
import type { Session } from '../../protocol/ward/session.ts';
import { handleOf, timeText } from './council.ts';
import { AT_A_DESKTOP } from './members.ts';

export function glassFailure(failure: GlassFailure): string {
  return MESSAGES[failure];
}

export interface GlassLine {
  readonly id: string;
  readonly user: string;
  /** Milliseconds since 1970, as every time here. */
  readonly time: number;
  readonly until: number;
  /** `over`: its time has passed, and nobody has said so in the log yet. `undone`: a removal took it back. */
  readonly state: 'open' | 'over' | 'ended' | 'undone';
  readonly ended: { readonly by: string; readonly time: number } | null;
  /** Null where the key is not here. */
  readonly reason: string | null;
  readonly documents: readonly string[];
  readonly reviews: readonly { readonly by: string; readonly time: number; readonly finding: GlassFinding }[];
}

export function lineOf(use: GlassUse, { session, replica, now }: { readonly session: Session; readonly replica: Replica; readonly now: number }): GlassLine {
  const { id, user, time, until, counts, ended, documents, reviews } = use;
  return {
    id: hexOf(id), user: handleOf(replica, user), time, until,
    state: ended !== undefined ? 'ended' : !counts ? 'undone' : until <= now ? 'over' : 'open',
    ended: ended === undefined ? null : { by: handleOf(replica, ended.by), time: ended.time },
    reason: session.glass.reasonOf(use) ?? null,
    documents: documents.map(hexOf),
    reviews: reviews.map(({ by, time: at, finding }) => ({ by: handleOf(replica, by), time: at, finding })),
  };
}

export function textOf({ id, user, time, until, state, ended, reason, documents, reviews }: GlassLine): string {
  const standing = {
    open: `open until ${timeText(until)}`,
    over: `its time was over ${timeText(until)}`,
    ended: `ended by ${ended?.by ?? ''}, ${timeText(ended?.time ?? 0)}`,
    undone: 'undone by a removal',
  }[state];
  return [
    `${id.slice(0, 8)}  ${timeText(time)}  ${user}: ${reason ?? 'the reason is closed to you'}`,
    `  ${documents.length === 1 ? '1 document' : `${documents.length} documents`} of a patient; ${standing}`,
    ...(reviews.length === 0 ? ['  not reviewed yet'] : reviews.map(({ by, time: at, finding }) => `  ${FINDINGS[finding]}: ${by}, ${timeText(at)}`)),
  ].join('\n');
}

const FINDINGS: Readonly<Record<GlassFinding, string>> = { 'in-order': 'in order', 'follow-up': 'to be followed up' };

const MESSAGES: Readonly<Record<GlassFailure, string>> = {
  'not-set': "this ward has no break-glass key yet, or it has not reached you: with an unlock policy ('wardsync policy set') an admin's next unlock makes it, and the one after that passes it on to new people",
  'not-a-clinician': 'only clinicians and admins may break the glass',
  'bad-reason': 'say why, in at most 200 characters, without a name',
  'bad-hours': '--hours takes more than 0 and at most 12',
  'no-documents': 'nothing of this patient is here',
  'too-few-nodes': "not enough of the ward's archives and tablets answered; your request stands in the log, and was ended",
  'too-many-uses': 'you broke the glass too often today: ask an admin to add you to a care team of the patient',
  'not-wrapped': 'nobody who can open this patient has prepared it for break-glass yet',
  spoiled: 'the nodes answered, and what was prepared for break-glass does not open: tell ward IT',
  'unknown-use': "no such use; 'wardsync glass' lists them",
  'own-use': 'this was yourself: somebody else has to review it',
  'at-a-desktop': AT_A_DESKTOP,
  'not-a-reviewer': 'the privacy officers review; admins only while the ward has none',
};
