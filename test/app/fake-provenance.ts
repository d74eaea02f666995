/** Made up for the app's stories: entries under another's name, changed by others, and brought in. */
import type { Provenance } from '../../protocol/chart/provenance.ts';
import type { Entry } from '../../tablet/app/port.ts';
import type { Scenario } from './scenario.ts';

const CASES: readonly Provenance[] = [{ madeBy: 'Nora Quist', isImported: false }, { changedBy: ['Nora Quist', ''] }, { madeBy: 'Ada Minton', isImported: true }];

/** The last three entries, one of each. */
export function provenanced<T>({ provenance }: Pick<Scenario, 'provenance'>, entries: readonly Entry<T>[]): readonly Entry<T>[] {
  if (provenance === 'as-named') return entries;
  return entries.map((entry, at) => {
    const found = CASES[entries.length - 1 - at];
    return found === undefined ? entry : { ...entry, provenance: found };
  });
}
