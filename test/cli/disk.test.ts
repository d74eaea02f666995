import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { inOwnMounts } from '../support/own-mounts.ts';
import { buildProgram } from './program.ts';
import { run } from './run.ts';

const program = await buildProgram();

/** `attempt NAME ARGS…` prints the name, the exit code and the last line that was said on standard error. */
const ATTEMPT = `
  export WARDSYNC_PASSWORD='correct horse battery'
  wardsync() { '${process.execPath}' '${program}' "$@"; }
  attempt() { name=$1; shift; wardsync "$@" > "$HERE/out" 2> "$HERE/err"; echo "$name: $? $(tail -n 1 "$HERE/err")"; }
`;

async function inPlace(t: TestContext, script: string): Promise<string | undefined> {
  const here = await mkdtemp(join(tmpdir(), 'wsy-'));
  t.after(() => rm(here, { recursive: true, force: true }));
  await mkdir(join(here, 'disk'));
  const conditions = Array.from({ length: 700 }, (_, at) => ({
    resource: { resourceType: 'Condition', id: `c${at}`, subject: { reference: 'urn:uuid:1' }, code: { text: incompressible(at) } },
  }));
  const patient = { fullUrl: 'urn:uuid:1', resource: { resourceType: 'Patient', id: 'p1', identifier: [{ system: 'http://hospital.example', value: 'MRN-1' }], name: [{ family: 'Large' }] } };
  await writeFile(join(here, 'large.json'), JSON.stringify({ resourceType: 'Bundle', type: 'collection', entry: [patient, ...conditions] }));
  return inOwnMounts(t, `HERE='${here}'; cd "$HERE"; ${ATTEMPT} ${script}`);
}

/** 2,400 characters, the same each time. */
function incompressible(seed: number): string {
  return Array.from({ length: 56 }, (_, at) => createHash('sha256').update(`${seed} ${at}`).digest('base64')).join('');
}

test('CLI-3: a full disk is one clear line; no file and no folder is left, and the store goes on once there is room', { timeout: 180_000 }, async (t) => {
  const output = await inPlace(t, `
    wardsync init --here --folder ward --name W > /dev/null
    wardsync import-fhir large.json --folder ward --user admin-1 --offline > /dev/null
    mount -t tmpfs -o size=1200k none disk
    wardsync init --folder disk/ward --name W > /dev/null
    attempt import import-fhir large.json --folder disk/ward --user admin-1
    rm -f disk/filler; cat /dev/zero > disk/filler 2> /dev/null
    attempt init init --folder disk/new/ward --name W
    attempt export export-fhir MRN-1 --out disk/out.json --folder ward --user admin-1 --offline
    attempt backup backup disk/copy.ward --folder ward
    attempt show show --folder disk/ward --user admin-1
    ls disk
    rm disk/filler
    mount -o remount,size=16m disk
    attempt again import-fhir large.json --folder disk/ward --user admin-1
    attempt unchanged import-fhir large.json --folder disk/ward --user admin-1
    cat out
  `);
  if (output === undefined) return;
  const line = (name: string): string => new RegExp(`^${name}: (.*)$`, 'm').exec(output)?.[1] ?? '';
  for (const name of ['import', 'init', 'export', 'backup']) assert.match(line(name), /^1 wardsync: .*the disk is full/, `${name}\n${output}`);
  assert.match(output, /^filler\nward$/m, 'nothing else is on it');
  assert.match(line('show'), /^1 wardsync: .*the disk is full/);
  assert.match(line('again'), /^0/, output);
  assert.match(output, /documents: 0 new, 0 changed, 1 as they were/, 'the second time all of it went in');
});

test('CLI-3: a folder on a disk that is mounted read-only is one clear line', { timeout: 120_000 }, async (t) => {
  const output = await inPlace(t, `
    mount -t tmpfs none disk
    wardsync init --here --folder disk/ward --name W > /dev/null
    mount -o remount,ro disk
    attempt init init --folder disk/other --name W
    attempt archive archive --folder disk/ward/archive --local
    attempt show show --folder disk/ward --user admin-1
    attempt backup backup disk/copy.ward --folder disk/ward
  `);
  if (output === undefined) return;
  for (const name of ['init', 'archive', 'show', 'backup']) assert.match(output, new RegExp(`^${name}: 1 wardsync: .*cannot be written`, 'm'), output);
});

test('CLI-3: a folder where no folder can be made is one clear line, also where the system calls it missing', { timeout: 60_000 }, async (t) => {
  const env = { PATH: process.env['PATH'] ?? '', HOME: tmpdir(), WARDSYNC_PASSWORD: 'correct horse battery' };
  for (const folder of ['/proc/ward', '/proc/ward/deep', '/dev/null/ward']) {
    const { code, out, err } = await run(t, [process.execPath, program, 'init', '--folder', folder, '--name', 'W'], { cwd: tmpdir(), env });
    assert.deepEqual([code, out], [1, ''], folder);
    assert.match(err, new RegExp(`^wardsync: ${folder} cannot be [^\\n]+\\n$`));
  }
});
