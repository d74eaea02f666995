import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { afterEntries, demoWard } from '../../protocol/clinical/demo-ward.ts';
import { exportPatient } from '../../protocol/clinical/fhir/export.ts';
import { importBundle, importFhir, type ImportFailure, type Imported } from '../../protocol/clinical/fhir/import.ts';
import { readJson } from '../../protocol/clinical/fhir/read-json.ts';

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

async function failureOf(bytes: Parameters<typeof importFhir>[0], options?: Parameters<typeof importFhir>[1]): Promise<ImportFailure['code'] | 'none'> {
  const imported = await importFhir(bytes, options);
  if (imported.ok) return 'none';
  assert.match(imported.failure.message, /^[A-Z][^\n]{5,100}$/, 'one clear line');
  return imported.failure.code;
}

const WARD = demoWard({ seed: 5, now: Date.UTC(2025, 10, 20, 14, 37), patients: 1 });
const [DEMO] = WARD.patients;
assert.ok(DEMO);
const TEXT = JSON.stringify(exportPatient(DEMO.patient, DEMO.record, [{ document: DEMO.stay, stay: afterEntries(DEMO.admitted, DEMO.entries) }]));

test('FHIR-2: hostile file, size: 200 MB of zeros are refused by their length before a byte is looked at', async () => {
  const zeros = new Uint8Array(200 * 1024 * 1024);
  const begun = performance.now();
  assert.equal(await failureOf(zeros), 'too-large');
  assert.ok(performance.now() - begun < 500);
  assert.deepEqual(await importFhir(zeros), { ok: false, failure: { code: 'too-large', message: 'The file is larger than 100 MiB' } });
});

test('FHIR-2: hostile file: zeros below the limit of size, all of it or after a good bundle, are refused by what they are', async () => {
  const refusal = { ok: false, failure: { code: 'not-json', message: 'The file is not JSON' } };
  assert.deepEqual(await importFhir(new Uint8Array(50 * 1024 * 1024)), refusal);
  assert.deepEqual(await importFhir(new Uint8Array(1)), refusal);
  assert.equal((await importFhir(utf8(TEXT))).ok, true);
  for (const zeros of [1, 100, 2 * 1024 * 1024]) assert.deepEqual(await importFhir([utf8(TEXT), new Uint8Array(zeros)]), refusal, `${zeros} zeros`);
  assert.deepEqual(await importFhir(new Uint8Array(200 * 1024 * 1024), { maxBytes: 300 * 1024 * 1024 }), refusal, 'also where more is let in');
  let read = 0;
  function* mebibytes(): Iterable<Uint8Array> {
    for (; read < 50; read++) yield new Uint8Array(1024 * 1024);
  }
  assert.deepEqual(await importFhir(mebibytes()), refusal);
  assert.equal(read, 0, 'the first of them is enough');
});

test('FHIR-2: hostile file, size: a stream is refused by its announced size unread, and without one as soon as it is over', async () => {
  let read = 0;
  function* chunks(): Iterable<Uint8Array> {
    for (;;) {
      read += 1;
      yield new Uint8Array(1000).fill(0x20);
    }
  }
  assert.equal(await failureOf(chunks(), { size: 10_001, maxBytes: 10_000 }), 'too-large');
  assert.equal(read, 0);
  assert.equal(await failureOf(chunks(), { maxBytes: 10_000 }), 'too-large');
  assert.equal(read, 11);
});

test('FHIR-2: a bundle that was cut off anywhere is called incomplete or not JSON, never half imported', async () => {
  const bytes = utf8(TEXT);
  for (let i = 0; i < 60; i++) {
    const cut = Math.floor((bytes.length * i) / 60);
    assert.match(await failureOf(bytes.subarray(0, cut)), cut === 0 ? /^not-json$/ : /^truncated$/);
  }
});

test('FHIR-2: what is not UTF-8, not JSON, not FHIR, not a bundle, or without a patient is one clear failure', async () => {
  assert.equal(await failureOf(new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x7d])), 'not-utf8');
  assert.equal(await failureOf(new Uint8Array([0x22, 0xc3])), 'truncated');
  assert.equal(await failureOf(utf8('')), 'not-json');
  assert.equal(await failureOf(utf8('<Bundle xmlns="http://hl7.org/fhir"/>')), 'not-json');
  assert.equal(await failureOf(utf8('{"a":1}}')), 'not-json');
  assert.equal(await failureOf(utf8('{"a":1} {"b":2}')), 'not-json');
  for (const json of ['null', '7', '"Bundle"', '[]', '{}', '{"resourceType":7}', '{"name":"package","version":"1.0.0"}']) assert.equal(await failureOf(utf8(json)), 'not-fhir', json);
  assert.equal(await failureOf(utf8('{"resourceType":"Patient","id":"1"}')), 'not-a-bundle');
  for (const json of ['{"resourceType":"Bundle"}', '{"resourceType":"Bundle","entry":{}}', '{"resourceType":"Bundle","entry":[null,7,{},{"resource":[]},{"resource":{"resourceType":"Observation"}}]}']) {
    assert.equal(await failureOf(utf8(json)), 'no-patient', json);
  }
});

test('FHIR-2: the failure never quotes the file', async () => {
  const imported = await importFhir(utf8('{"name": Almaz Haile}'));
  assert.ok(!imported.ok);
  assert.ok(!imported.failure.message.includes('Almaz'));
});

test('FHIR-2: hostile file, nesting: brackets a million deep are refused before anything is built, and so are too many values', async () => {
  assert.equal(await failureOf(utf8('['.repeat(1_000_000))), 'too-deep');
  assert.equal(await failureOf(utf8('{"a":'.repeat(1_000_000))), 'too-deep');
  assert.equal(await failureOf(utf8(`{"a":"${'['.repeat(100_000)}"}`)), 'not-fhir', 'brackets in a text are text');
  assert.equal(await failureOf(utf8(`[${'0,'.repeat(2000)}0]`), { maxValues: 1000 }), 'too-many-values');
});

test('FHIR-2: a byte order mark is skipped, and characters cut by the edge of a chunk are whole', async () => {
  const bytes = utf8('\uFEFF{"a":"Zöë 💉"}');
  for (let size = 1; size < 8; size++) {
    function* chunks(): Iterable<Uint8Array> {
      for (let i = 0; i < bytes.length; i += size) yield bytes.subarray(i, i + size);
    }
    assert.deepEqual(await readJson(chunks()), { ok: true, value: { a: 'Zöë 💉' } });
  }
});

test('FHIR-2: hostile file, prototype: __proto__, constructor and prototype as keys change nothing but the report', async () => {
  const hostile = TEXT
    .replace('"resourceType":"Patient"', '"resourceType":"Patient","__proto__":{"polluted":1,"gender":"male"},"constructor":{"prototype":{"polluted":1}}')
    .replaceAll('"identifier":[', '"identifier":[{"system":"__proto__","value":"x"},{"system":"urn:wardsync:key:stay.notes","value":"__proto__"},');
  const imported = await importBundle(JSON.parse(hostile));
  assert.ok(imported.ok);
  assert.equal(({} as Record<string, unknown>)['polluted'], undefined);
  assert.equal(imported.value.report.dropped['Patient.__proto__'], 1);
  assert.ok(!Object.hasOwn(imported.value.patients[0]?.record.identifiers ?? {}, '__proto__'));
});

test('FHIR-2: huge texts are not taken over, and are counted', async () => {
  const huge = 'x'.repeat(5_000_000);
  const imported = await importBundle({
    resourceType: 'Bundle',
    entry: [
      { resource: { resourceType: 'Patient', id: 'p', name: [{ family: huge, given: [huge, 'Ann'] }], gender: huge, birthDate: huge, identifier: [{ system: huge, value: huge }] } },
      { resource: { resourceType: 'Condition', id: 'c', code: { text: 'Gout', coding: [{ code: huge, display: huge }] }, subject: { reference: 'Patient/p' } } },
      { resource: { resourceType: 'Condition', id: huge, code: { text: huge }, subject: { reference: 'Patient/p' } } },
      { resource: { resourceType: huge } },
    ],
  });
  assert.ok(imported.ok);
  assert.ok(JSON.stringify(imported.value).length < 5000);
  assert.ok(Object.keys(imported.value.report.invalid).length >= 6);
});

test('FHIR-2: a bundle with a hundred thousand different fields has a report that can still be read', async () => {
  const fields = Object.fromEntries(Array.from({ length: 100_000 }, (_, i) => [`field${i}`, 1]));
  const imported = await importBundle({ resourceType: 'Bundle', entry: [{ resource: { resourceType: 'Patient', id: 'p', ...fields } }] });
  assert.ok(imported.ok);
  const { dropped } = imported.value.report;
  assert.ok(Object.keys(dropped).length <= 1001);
  assert.equal(Object.values(dropped).reduce((sum, count) => sum + count, 0), 100_000);
});

/** All places of a JSON value, as paths. */
function placesOf(value: unknown, path: readonly (string | number)[] = []): (readonly (string | number)[])[] {
  if (typeof value !== 'object' || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([key, inner]) => placesOf(inner, [...path, Array.isArray(value) ? Number(key) : key]))];
}

function withValueAt(root: unknown, path: readonly (string | number)[], change: (old: unknown) => unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return change(root);
  if (Array.isArray(root)) return root.map((inner: unknown, i) => (i === key ? withValueAt(inner, rest, change) : inner));
  const object = root as Record<string, unknown>;
  return { ...object, [key]: withValueAt(object[key], rest, change) };
}

const BUNDLE: unknown = JSON.parse(TEXT);
const PLACES = placesOf(BUNDLE);

/** Every entry is in the report, mapped or not; whatever the entry is. */
function assertAccounted(json: unknown, { report }: Imported): void {
  const entries = (json as { entry: readonly unknown[] }).entry;
  const sum = (section: Readonly<Record<string, number>>): number => Object.values(section).reduce((total, count) => total + count, 0);
  const counted = sum(report.mapped) + sum(report.unmapped) + (report.invalid['Bundle.entry (not an object)'] ?? 0) + entries.filter((entry) => entry === null).length;
  assert.equal(counted, entries.length);
}

test('FHIR-2: any value of a bundle replaced by any other: no crash, and every entry is accounted for', async () => {
  const junk = fc.oneof(
    fc.constantFrom<unknown>(null, 0, -1, 1e308, true, false, '', ' ', 'x', [], {}, [null], [[]], [{}], { reference: 'Patient/none' }, { coding: 7 }, '2025-13-99', 'urn:uuid:nope', '#nothing', '__proto__'),
    fc.jsonValue({ maxDepth: 3 }),
  );
  await fc.assert(fc.asyncProperty(fc.array(fc.tuple(fc.constantFrom(...PLACES), junk), { minLength: 1, maxLength: 4 }), async (changes) => {
    let json = BUNDLE;
    for (const [path, value] of changes) if (path.length > 1 && placeExists(json, path)) json = withValueAt(json, path, () => value);
    const imported = await importBundle(json);
    if (imported.ok) {
      assertAccounted(json, imported.value);
      assert.deepEqual(JSON.parse(JSON.stringify(imported.value)), imported.value, 'the result is plain JSON');
    } else {
      assert.equal(imported.failure.code, 'no-patient');
    }
  }), { numRuns: 200 });
});

function placeExists(root: unknown, path: readonly (string | number)[]): boolean {
  let value = root;
  for (const key of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return false;
    value = (value as Record<string | number, unknown>)[key];
  }
  return true;
}

test('FHIR-1: nothing is lost silently: a field added anywhere inside a resource shows up in the report', async () => {
  const objects = PLACES.filter((path) => path[0] === 'entry' && path[2] === 'resource' && isObjectAt(path));
  const seen = new Set<string>();
  for (const path of objects) {
    // One place of each kind: the type, and the fields that lead there.
    const type = typeAt(path);
    const kind = [type, ...path.slice(3).filter((key) => typeof key === 'string')].join('.');
    if (seen.has(kind) || SETTLED.has(kind)) continue;
    seen.add(kind);
    const imported = await importBundle(withValueAt(BUNDLE, path, (old) => ({ ...(old as object), surplus: 'kept' })));
    assert.ok(imported.ok);
    const lines = Object.keys(imported.value.report.dropped);
    assert.ok(lines.some((line) => line.endsWith('.surplus')), `${kind}: ${JSON.stringify(lines)}`);
  }
  assert.ok(seen.size > 60);
});

/** What our own export says twice, and the panel of a set only because R4 wants it. */
const SETTLED = new Set([
  'Observation.hasMember', 'Observation.category', 'Observation.category.coding', 'Observation.performer', 'Observation.code', 'Observation.code.coding', 'Observation.derivedFrom',
]);

function valueAt(path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>((value, key) => (value as Record<string | number, unknown>)[key], BUNDLE);
}

function isObjectAt(path: readonly (string | number)[]): boolean {
  const value = valueAt(path);
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function typeAt(path: readonly (string | number)[]): string {
  return String((valueAt(path.slice(0, 3)) as { resourceType: unknown }).resourceType);
}
