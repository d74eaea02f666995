/** The import that runs or has run, beyond the screen that started it: one can go on working meanwhile. */
import { signal } from '@preact/signals';
import type { Failure, ImportSummary } from '../port.ts';
import type { PortClient } from '../port-client.ts';

export type ImportState =
  | { readonly state: 'idle' }
  | { readonly state: 'running' }
  | { readonly state: 'done'; readonly summary: ImportSummary }
  | { readonly state: 'failed'; readonly failure: Failure };

export const importState = signal<ImportState>({ state: 'idle' });

/** Starts an import unless one runs. */
export async function importFile(port: PortClient, file: Blob): Promise<void> {
  if (importState.value.state === 'running') return;
  importState.value = { state: 'running' };
  const reply = await port.request('importFhir', { file });
  importState.value = reply.ok ? { state: 'done', summary: reply.result } : { state: 'failed', failure: reply.failure };
}

export function forgetImport(): void {
  importState.value = { state: 'idle' };
}
