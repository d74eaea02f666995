/** Keeps the worker's open patient in step with the address bar, and says when that patient cannot be opened. */
import { effect, signal } from '@preact/signals';
import type { Failure } from '../port.ts';
import type { PortClient } from '../port-client.ts';
import { route } from './route.ts';

/** Why the patient of the route could not be opened; null while there is no such trouble. */
export const patientFailure = signal<Failure | null>(null);

/** Call once. A browser cannot be made to wait: that the patient was opened is recorded already, and this besides. */
export function notePrinting(port: PortClient): void {
  addEventListener('beforeprint', () => {
    if (port.topics.patient.value !== null && 'patient' in route.value) void port.request('printed', {});
  });
}

/** Call once. Does nothing while the ward is locked. */
export function followPatient(port: PortClient): void {
  let asked = '';
  effect(() => {
    const unlocked = port.topics.session.value.state === 'unlocked';
    const at = route.value;
    const patient = unlocked && 'patient' in at ? at.patient : null;
    const stay = 'stay' in at ? at.stay : undefined;
    const wanted = patient === null ? '' : `${patient}/${stay ?? ''}`;
    if (wanted === asked) return;
    asked = wanted;
    patientFailure.value = null;
    // A locked worker has closed everything already.
    if (!unlocked) return;
    void port.request('openPatient', { patient, ...(stay !== undefined && { stay }) }).then((reply) => {
      if (!reply.ok && asked === wanted) patientFailure.value = reply.failure;
    });
  });
}
