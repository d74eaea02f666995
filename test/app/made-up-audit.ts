/** Who looked at whom, for the made-up ward behind the page. */
import type { AuditLine, AuditQuery, AuditView } from '../../tablet/app/port.ts';
import type { Scenario } from './scenario.ts';

export function madeUpAudit({ now, role }: Pick<Scenario, 'now' | 'role'>, { patient = '', user = '' }: AuditQuery, printed = 0): AuditView {
  const people = [['u1', 'Amara Okafor', 'amara'], ['u2', 'Jonas Lind', 'heron-42'], ['u3', 'Mireille Dubois-Aumont', 'finch-7']] as const;
  const patients = [['p1', 'Okonjo, Ife', 'MRN-100234'], ['p2', 'Bergström-Halvorsen, Maximiliane', 'MRN-100777'], ['p3', 'Lee, Ann', '']] as const;
  const lines = Array.from({ length: 24 }, (_, at): AuditLine & { readonly byGlass: boolean } => {
    const [id = '', name = '', handle = ''] = people[(at * 7) % 3] ?? [];
    const [patientId = '', patientName = '', number = ''] = patients[(at * 5) % 3 === 0 ? 0 : at % 3] ?? [];
    return {
      at: new Date(now - (at + 1) * at * 610_000 - 60_000).toISOString(), how: at < printed ? 'print' : at % 9 === 4 ? 'export' : 'screen', user: { id, name, handle },
      device: { id: 'd1', name: at % 2 === 0 ? 'Tablet at bay A' : 'Desk in the doctors’ room' }, patient: { id: patientId, name: patientName, number },
      documents: [patientId], isDisputed: at === 3, byGlass: at === 2,
    };
  });
  const fits = (wanted: string, ...values: readonly string[]): boolean => values.some((value) => value.toLowerCase().includes(wanted.toLowerCase()));
  const found = lines.filter((line) => fits(patient, line.patient.id, line.patient.name, line.patient.number) && fits(user, line.user.id, line.user.name, line.user.handle));
  return {
    lines: found.slice(0, 20), total: found.length, hasOfficer: role === 'privacy',
    troubles: [
      { kind: 'withheld', items: 2, user: 'Jonas Lind', device: 'Tablet at bay B', session: '0a' },
      { kind: 'end-missing', items: 1, user: undefined, device: undefined, session: '0b' },
      { kind: 'sealed-to-others', items: 14, user: 'Amara Okafor', device: 'Tablet at bay A', session: '0c' },
    ],
  };
}
