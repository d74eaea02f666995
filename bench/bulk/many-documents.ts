/** The documents that the bulk benchmarks share: made once, served from an archive's folder and from a file for others. */
import { writeFileSync } from 'node:fs';
import { serialize } from 'node:v8';
import { hexOf } from '../../protocol/codec/ids.ts';
import { progress } from '../harness/report.ts';
import { BenchWard } from '../ward/bench-ward.ts';
import { addPatients, type MadeDocument, type PatientsPlan } from '../ward/patients.ts';

export interface ManyDocuments {
  readonly ward: BenchWard;
  readonly plan: PatientsPlan;
  readonly made: readonly MadeDocument[];
  /** Lists of changes, one for each document: for automerge-repo. */
  readonly file: string;
  /** What a client has to show in the end. */
  readonly fingerprints: ReadonlyMap<string, string>;
}

/** Devices: `archive`, filled; `fresh-…`, which hold the log alone; and `copy`, filled. */
export async function makeManyDocuments(plan: PatientsPlan, fresh: number): Promise<ManyDocuments> {
  const freshNames = Array.from({ length: fresh }, (_, index) => freshDevice(index));
  const ward = await BenchWard.found([
    { kind: 'client', name: 'office' },
    { kind: 'archive', name: 'archive' },
    { kind: 'tablet', name: 'copy' },
    ...freshNames.map((name) => ({ kind: 'tablet' as const, name })),
  ]);
  progress(`writing ${plan.documents} documents of ${plan.changesets} changesets`);
  const made = await addPatients(ward, plan);
  await ward.fill('archive', 'everything');
  await ward.fill('copy', 'everything');
  for (const name of freshNames) await ward.fill(name, 'log');
  const file = ward.file('changes.bin');
  writeFileSync(file, serialize(made.map(({ changes }) => changes)));
  return { ward, plan, made, file, fingerprints: new Map(made.map(({ id, fingerprint }) => [hexOf(id), fingerprint])) };
}

export function freshDevice(index: number): string {
  return `fresh-${index}`;
}
