/** The made-up ward's devices, and what its doctor finds. */
import type { DeviceView, Examination } from '../../tablet/app/port.ts';

export function madeUpDevices(hoursAgo: (hours: number) => string): readonly DeviceView[] {
  return [
    { id: 'd1', name: 'Tablet at bay A', kind: 'tablet', own: true, key: 'held', connected: true, lastSeen: hoursAgo(0), users: ['Amara Okafor', 'Jonas Lind'] },
    { id: 'd2', name: 'Tablet at bay B', kind: 'tablet', own: false, connected: true, lastSeen: hoursAgo(0), users: ['Jonas Lind'] },
    { id: 'd3', name: 'Tablet of the night shift', kind: 'tablet', own: false, connected: false, lastSeen: hoursAgo(70), users: ['Jonas Lind', 'Mireille Dubois-Aumont'] },
    { id: 'd4', name: 'Desk in the doctors’ room', kind: 'client', own: false, connected: false, users: [] },
    { id: 'd5', name: 'Archive', kind: 'archive', own: false, connected: true, lastSeen: hoursAgo(0), users: [] },
  ];
}

export const madeUpExamination: Examination = {
  teams: [
    { name: 'everyone', isBuiltIn: 'everyone', canOpen: ['Amara Okafor', 'Jonas Lind'], waiting: [], patients: 0, documents: 1 },
    { name: 'admins', isBuiltIn: 'admins', canOpen: ['Amara Okafor'], waiting: [], patients: 0, documents: 0 },
    { name: 'Larch Ward', isBuiltIn: undefined, canOpen: ['Amara Okafor'], waiting: ['Jonas Lind'], patients: 24, documents: 61 },
  ],
  findings: [
    { code: 'few-openers', needsPerson: true, name: 'Larch Ward', people: ['Amara Okafor'], count: 24 },
    { code: 'key-owed', needsPerson: true, name: 'Larch Ward', people: ['Jonas Lind'] },
    { code: 'one-admin', needsPerson: true },
    { code: 'closed-documents', needsPerson: false, count: 2 },
  ],
};
