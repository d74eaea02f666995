/** Made-up erasures: one that waits for this user, one that is done, and whatever the test proposes, which a colleague approves at once. */
import type { ErasureRequests, ErasureView } from '../../tablet/app/port-erasure.ts';
import type { Scenario } from './scenario.ts';

type Answers = { readonly [N in keyof ErasureRequests]: (params: ErasureRequests[N]['params']) => Promise<ErasureRequests[N]['result']> };

export function fakeErasing(scenario: Scenario, find: (patient: string) => { readonly name: string; readonly erase: () => void }): Answers {
  const at = (hoursAgo: number): string => new Date(scenario.now - hoursAgo * 3_600_000).toISOString();
  const devices: ErasureView['devices'] = [
    { id: 'd1', name: 'Tablet at bay A', kind: 'tablet', removed: false, at: at(20) },
    { id: 'd5', name: 'Archive', kind: 'archive', removed: false, at: at(20) },
    { id: 'd3', name: 'Tablet of the night shift', kind: 'tablet', removed: false, at: null },
    { id: 'd9', name: 'Tablet that was lost', kind: 'tablet', removed: true, at: null },
  ];
  let erasures: readonly ErasureView[] = [
    { id: 'e2', reason: 'Asked for in writing on 3 March', documents: 3, patient: null, proposed: { by: 'Ada Heron', own: false, at: at(2) }, confirmed: null, devices: [], backups: [] },
    {
      id: 'e1', reason: 'Entered by mistake, never on this ward', documents: 2, patient: null, proposed: { by: 'Bo Finch', own: false, at: at(30) }, confirmed: { by: 'Ada Heron', at: at(21) }, devices,
      backups: [{ id: '1f3a77c0', made: at(90), destroyed: null }, { id: '9e0210bb', made: at(300), destroyed: at(10) }],
    },
  ];
  return {
    erasures: async () => erasures,
    proposeErasure: async ({ patient, reason }) => {
      const found = find(patient);
      erasures = [{ id: `p-${patient}`, reason, documents: 2, patient: found.name, proposed: { by: 'Amara Okafor', own: true, at: at(0) }, confirmed: null, devices: [], backups: [] }, ...erasures];
      setTimeout(found.erase, 300);
      return null;
    },
    approveErasure: async ({ erasure }) => {
      erasures = erasures.map((each) => (each.id === erasure ? { ...each, confirmed: { by: 'Amara Okafor', at: at(0) }, devices: devices.map((device) => ({ ...device, at: null })) } : each));
      return null;
    },
  };
}
