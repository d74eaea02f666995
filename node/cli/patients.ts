/** Finding patients at the command line. */
import type { Chart } from '../../protocol/chart/chart.ts';
import { CommandFailed } from './command.ts';

/** By id, by the beginning of an id (8 digits or more), or by an identifier such as the record number. */
export function patientNamed(chart: Chart, name: string): string {
  const found = [...chart.patients()].filter(({ id, record }) =>
    id === name || (name.length >= 8 && id.startsWith(name)) || Object.values(record.identifiers).includes(name));
  const [patient] = found;
  if (patient === undefined) throw new CommandFailed("no such patient on this device; 'wardsync show' lists them");
  if (found.length > 1) throw new CommandFailed(`${found.length} patients go by that; use the id`);
  return patient.id;
}
