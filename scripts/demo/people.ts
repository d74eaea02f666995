/** The demo's logins. Handles are assigned and name nobody, as on a real ward; the passwords are no secret. */
import { DEMO_STAFF } from '../../protocol/clinical/demo-ward.ts';
import type { Role } from '../../protocol/membership/ward-state.ts';

export interface DemoPerson {
  readonly handle: string;
  readonly name: string;
  readonly role: Role;
  readonly password: string;
}

export const ADMIN: DemoPerson = { handle: 'admin-1', name: 'Robin Delacroix', role: 'admin', password: 'demo-admin-1' };

export const STAFF: readonly DemoPerson[] = DEMO_STAFF.map(({ name, role }, index) => {
  const number = 1 + DEMO_STAFF.slice(0, index).filter((before) => before.role === role).length;
  return { handle: `${role}-${number}`, name, role: 'clinician', password: `demo-${role}-${number}` };
});

export const WARD_NAME = 'Larch Ward';
export const TEAM_NAME = 'Larch Ward team';
