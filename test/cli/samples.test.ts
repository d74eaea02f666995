import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { digestOf } from './digest.ts';
import { buildProgram } from './program.ts';
import { run } from './run.ts';

const SAMPLES = fileURLToPath(new URL('../../../shared/fhir/', import.meta.url));
const program = await buildProgram();

interface Imported {
  readonly summary: { readonly patients: number; readonly created: number; readonly changed: number; readonly unchanged: number };
}

test('CLI-1: real sample bundles go in, come out, and go in again without changing anything', { timeout: 300_000 }, async (t) => {
  const names = (await readdir(SAMPLES).catch(() => [])).filter((name) => name.endsWith('.json'));
  if (names.length === 0) {
    console.error('NOT TESTED: the sample bundles are not here');
    return t.skip('no sample bundles');
  }
  const sizes = await Promise.all(names.map(async (name) => ({ name, size: (await stat(join(SAMPLES, name))).size })));
  const [one, two] = sizes.sort((a, b) => a.size - b.size).map(({ name }) => join(SAMPLES, name));
  assert.ok(one !== undefined && two !== undefined);

  const cwd = await mkdtemp(join(tmpdir(), 'wsy-'));
  t.after(() => rm(cwd, { recursive: true, force: true }));
  const place = { cwd, env: { PATH: process.env['PATH'] ?? '', HOME: cwd, WARDSYNC_PASSWORD: 'correct horse battery' } };
  const wardsync = async <T>(...args: readonly string[]): Promise<T> => {
    const { code, out, err } = await run(t, [process.execPath, program, ...args, '--json', '--folder', 'ward'], place);
    assert.equal(code, 0, err);
    return JSON.parse(out) as T;
  };
  const who = ['--user', 'admin-1', '--offline'];

  await wardsync('init', '--name', 'Larch Ward');
  const imported = await wardsync<readonly Imported[]>('import-fhir', one, two, ...who);
  const created = imported.reduce((sum, { summary }) => sum + summary.created, 0);
  assert.deepEqual(imported.map(({ summary: { patients, changed, unchanged } }) => [patients, changed, unchanged]), [[1, 0, 0], [1, 0, 0]]);
  const before = await digestOf(join(cwd, 'ward'));

  const { others } = await wardsync<{ readonly others: readonly { readonly patient: string }[] }>('show', ...who);
  const files = others.map(({ patient }) => join(cwd, `${patient}.json`));
  for (const [at, { patient }] of others.entries()) await wardsync('export-fhir', patient, '--out', files[at] ?? '', ...who);
  const again = await wardsync<readonly Imported[]>('import-fhir', one, two, ...files, ...who);
  assert.equal(again.reduce((sum, { summary }) => sum + summary.created + summary.changed, 0), 0);
  assert.equal(again.reduce((sum, { summary }) => sum + summary.unchanged, 0), 2 * created);
  assert.equal(await digestOf(join(cwd, 'ward')), before);
});
