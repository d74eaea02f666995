/**
 * Which role may sign what (SPEC, table of LOG). This data is the rule: admission and the log read it, and a test
 * compares it with the table in SPEC.md.
 */
import type { OperationType } from './operation.ts';
import type { Role } from './ward-state.ts';

/** What vouches for itself, or is signed by an invitation's key, or by a device's. */
export type NotByUsers = 'genesis' | 'join' | 'ask-recovery';

/** What a session may sign: operations of the log, and the kinds of item outside it. */
export type Signable = Exclude<OperationType, NotByUsers> | 'session' | 'grant' | 'changeset' | 'audit';

export const SIGNERS: Readonly<Record<Signable, readonly Role[]>> = {
  'add-user': ['admin'],
  'set-role': ['admin'],
  'remove-user': ['admin'],
  'set-bundle': ['viewer', 'clinician', 'admin', 'privacy'],
  'add-device': ['admin'],
  'remove-device': ['admin'],
  invite: ['admin'],
  'add-team': ['admin'],
  'add-member': ['admin'],
  'remove-member': ['admin'],
  'set-authority': ['admin'],
  'issue-certificate': ['admin'],
  'set-unlock-policy': ['admin'],
  'set-unlock': ['viewer', 'clinician', 'admin', 'privacy'],
  'reset-tries': ['admin'],
  'set-grace': ['admin'],
  'set-desktop-powers': ['admin'],
  'set-recovery': ['viewer', 'clinician', 'admin', 'privacy'],
  'release-share': ['viewer', 'clinician', 'admin', 'privacy'],
  'renew-user': ['admin'],
  'set-kit': ['viewer', 'clinician', 'admin', 'privacy'],
  propose: ['admin'],
  approve: ['admin'],
  checkpoint: ['admin'],
  settle: ['admin'],
  'set-quorum': ['admin'],
  appoint: ['viewer', 'clinician', 'admin', 'privacy'],
  erase: ['admin', 'privacy'],
  'confirm-erasure': ['admin', 'privacy'],
  'set-glass': ['admin'],
  'break-glass': ['clinician', 'admin'],
  'end-glass': ['clinician', 'admin', 'privacy'],
  'review-glass': ['admin', 'privacy'],
  session: ['viewer', 'clinician', 'admin', 'privacy'],
  grant: ['clinician', 'admin'],
  changeset: ['clinician', 'admin'],
  audit: ['viewer', 'clinician', 'admin', 'privacy'],
};

/**
 * What users do for themselves and their patients. Everything else is refused at a desktop, unless the ward says that it
 * trusts desktops with all that a role may (PAGE-9): its page comes over the network at every start.
 */
const AT_DESKTOP: ReadonlySet<Signable> = new Set<Signable>([
  'set-bundle', 'set-unlock', 'set-recovery', 'release-share', 'set-kit', 'break-glass', 'end-glass', 'session', 'grant', 'changeset', 'audit',
]);

export function maySignAtDesktop(what: Signable): boolean {
  return AT_DESKTOP.has(what);
}

export function maySign(role: Role, what: Signable): boolean {
  return SIGNERS[what].includes(role);
}
