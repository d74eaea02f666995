/** Somebody whom no care team of the made-up user's looks after. */
import { afterEntries, demoWard } from '../../protocol/clinical/demo-ward.ts';
import type { PatientRecord, Stay } from '../../protocol/clinical/model.ts';

export interface Stranger {
  /** The record, then the stay. */
  readonly documents: readonly string[];
  /** Puts record and stay among the others, or takes them away. */
  readonly place: (isHere: boolean, records: Map<string, PatientRecord>, stays: Map<string, Stay>) => void;
}

export function stranger(now: number): Stranger {
  const [person] = demoWard({ seed: 41, now, patients: 1 }).patients;
  if (person === undefined) throw new Error('the made-up ward is empty');
  const { record, admitted, entries } = person;
  const [patient, staying] = ['e1'.repeat(16), 'e2'.repeat(16)];
  return {
    documents: [patient, staying],
    place(isHere, records, stays) {
      if (isHere) {
        records.set(patient, { ...record, name: { family: 'Vandersteen', given: 'Odile' } });
        stays.set(staying, { ...afterEntries(admitted, entries), patient, bed: 'C7' });
      } else {
        records.delete(patient);
        stays.delete(staying);
      }
    },
  };
}
