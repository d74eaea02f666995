/**
 * Stands in for the worker in tests of the page: the contract of `port.ts` over a made-up ward, without keys or sync.
 */
import { kitCode, kitWords, readKitText } from '../../protocol/keys/kit-words.ts';
import { afterEntries, demoWard } from '../../protocol/clinical/demo-ward.ts';
import type { Kept } from '../../protocol/clinical/entries.ts';
import type { Author, PatientRecord, Stay } from '../../protocol/clinical/model.ts';
import { patientParts } from '../../protocol/clinical/patient-page.ts';
import type { Admission } from '../../protocol/clinical/views.ts';
import { bedCards, otherPatients, wardBeds } from '../../protocol/clinical/views.ts';
import type { AccountView, Entry, Failure, FromWorker, NewAdmission, PatientView, RequestName, Requests, Standing, SyncView, ToWorker } from '../../tablet/app/port.ts';
import { smallDatabase } from '../../tablet/app/worker/small-database.ts';
import { fakeCouncil } from './fake-council.ts';
import { madeUpAudit } from './made-up-audit.ts';
import { madeUpDevices, madeUpExamination } from './made-up-devices.ts';
import { answering, oldPassword } from './fake-presence.ts';
import { fakeGlass } from './fake-glass.ts';
import { provenanced } from './fake-provenance.ts';
import { stranger } from './stranger.ts';
import { fakePins } from './fake-pins.ts';
import { fakeErasing } from './fake-erasing.ts';
import type { Scenario } from './scenario.ts';
import { testJoinCode, testLogin } from './scenario.ts';

const scenario = (await (await fetch('scenario.json')).json()) as Scenario;
const me = { user: 'a1', name: 'Amara Okafor' } as const satisfies Author;
const place = { ward: 'Larch Ward', device: 'Tablet at bay A' } as const;

const ward = demoWard({ seed: 7, now: scenario.now, patients: scenario.patients });
const records = new Map<string, PatientRecord>(ward.patients.map(({ patient, record }) => [patient, record]));
const stays = new Map<string, Stay>(ward.patients.map(({ stay, admitted, entries }) => [stay, afterEntries(admitted, entries)]));
discharge(scenario.discharged);
const standings = new Map<string, Standing>();
let opened: { patient: string; stay?: string } | null = null;
let ids = 0;
let printed = 0;
let password: string = testLogin.password;
let temporary = scenario.temporaryPassword;
const minutesAgo = (n: number): string => new Date(scenario.now - n * 60_000).toISOString();
let account: AccountView = {
  holders: null,
  candidates: [{ id: '01', handle: 'heron-42', name: 'Ada Heron' }, { id: '02', handle: 'finch-7', name: 'Bo Finch' }, { id: '03', handle: 'owl-3', name: 'Cy Owl' }],
  requests: scenario.accountNews ? [{ ask: 'aa', person: { id: '02', handle: 'finch-7', name: 'Bo Finch' }, code: '0815 4711 1234 5678 9012', device: 'Desk', at: minutesAgo(4), released: false }] : [],
  events: [
    { id: 'e2', what: 'keys-renewed', by: 'Ward admin', device: 'First admin\'s device', at: minutesAgo(90), isNew: scenario.accountNews },
    { id: 'e1', what: 'password-set', by: null, device: 'Tablet at bay A', at: minutesAgo(60 * 30), isNew: false },
  ],
};
let sync = startingSync();
const council = fakeCouncil(scenario);

/** The real worker keeps them sealed. */
const database = smallDatabase<string>(`made-up-${location.pathname}`, 'drafts');

const hoursAgo = (hours: number): string => new Date(scenario.now - hours * 3_600_000).toISOString();
let devices = madeUpDevices(hoursAgo);

const send = (message: FromWorker): void => postMessage(message);

const erasing = fakeErasing(scenario, (patient) => {
  const documents = [patient, ...[...stays].filter(([, value]) => value.patient === patient).map(([stay]) => stay)];
  const name = records.get(patient)?.name;
  return { name: `${name?.family}, ${name?.given}`, erase: () => {
    for (const document of documents) { records.delete(document); stays.delete(document); }
    send({ topic: 'erased', value: documents });
    showBoard();
  } };
});

const outsider = stranger(scenario.now);
const { begin: showGlass, ...glass } = fakeGlass({
  scenario, send, fail, stranger: outsider.documents,
  ownNumber: () => { const [patient = '', record] = [...records][0] ?? []; return { patient, number: Object.values(record?.identifiers ?? {})[0] ?? '' }; },
  show: (isOpen) => {
    outsider.place(isOpen, records, stays);
    showBoard();
    showPatient();
  },
});

const answers: { readonly [N in RequestName]: (params: Requests[N]['params']) => Promise<Requests[N]['result']> } = {
  async enrol({ code }) {
    if (code !== testJoinCode) throw fail(code.length < 20 ? 'bad-code' : 'code-used');
    showSession('locked');
    return null;
  },
  async startAnew() {
    await database.put('anew', 'yes');
    return null;
  },
  async unlock({ handle, password: typed }) {
    for (const [at, value] of answering(scenario.presence, false).entries()) {
      send({ topic: 'presence', value });
      if (scenario.presence === 'waiting' && at === 1) await pause(60_000);
      await pause(scenario.unlockMs / 3);
    }
    if (scenario.presence === 'too-few') throw fail('too-few-nodes');
    if (scenario.presence === 'disused') throw fail('disused');
    if (handle !== testLogin.handle) throw fail('unknown-user');
    if (typed !== password) throw fail('wrong-password');
    showSession('unlocked');
    send({ topic: 'presence', value: answering(scenario.presence, true).at(-1) ?? null });
    return { handle, name: me.name };
  },
  ...fakePins({ scenario, send, fail, unlocked: () => showSession('unlocked') }),
  async lock() {
    opened = null;
    // The page ends this worker; the next one is locked.
    await database.put('locked', 'yes');
    showSession('locked');
    await pause(scenario.lockMs);
    return null;
  },
  async changePassword({ old, fresh }) {
    await pause(scenario.unlockMs);
    if (old !== password) throw fail('wrong-password');
    if (fresh.length < 10) throw fail('password-too-short');
    password = fresh;
    if (temporary) {
      temporary = false;
      showSession('unlocked');
    }
    return null;
  },
  async makeKit({ password: typed, language }) {
    if (typed !== password) throw fail('wrong-password');
    account = { ...account, kitMade: new Date().toISOString() };
    showAccount();
    return { words: kitWords(new Uint8Array(32).fill(7), language), code: kitCode(new Uint8Array(32).fill(7)) };
  },
  async setHolders({ password: typed, holders, threshold }) {
    if (typed !== password) throw fail('wrong-password');
    const people = account.candidates.filter(({ id }) => holders.includes(id)).map((person) => ({ ...person, canHelp: true }));
    account = { ...account, holders: people.length === 0 ? null : { threshold, people } };
    showAccount();
    return null;
  },
  async releaseShare({ ask }) {
    account = { ...account, requests: account.requests.map((request) => (request.ask === ask ? { ...request, released: true } : request)) };
    showAccount();
    return null;
  },
  async recoverWithKit({ handle, kit, fresh }) {
    const read = readKitText(kit);
    if (!read.ok) throw read.failure.code === 'unknown-word' ? fail('kit-word', String(read.failure.place)) : read.failure.code === 'checksum' ? fail('kit-checksum') : fail('kit-count', String(read.failure.count));
    if (handle !== testLogin.handle) throw fail('wrong-kit');
    if (fresh.length < 10) throw fail('password-too-short');
    password = fresh;
    showSession('unlocked');
    return null;
  },
  async askHolders({ handle }) {
    if (handle !== testLogin.handle) throw fail('no-holders');
    const people = ['heron-42', 'finch-7', 'owl-3'];
    const given = ['none', 'none', 'none'] as ('none' | 'good' | 'bad')[];
    const tell = (): void => send({ topic: 'recovery', value: {
      code: '0815 4711 1234 5678 9012', threshold: 2, isEnough: given.filter((each) => each === 'good').length > 1,
      holders: people.map((name, at) => ({ handle: name, answer: given[at] ?? 'none' })),
    } });
    tell();
    void (async () => {
      for (const [at, what] of [[1, 'bad'], [0, 'good'], [2, 'good']] as const) {
        await pause(300);
        given[at] = what;
        tell();
      }
    })();
    return null;
  },
  async finishRecovery({ fresh }) {
    if (fresh.length < 10) throw fail('password-too-short');
    password = fresh;
    showSession('unlocked');
    return null;
  },
  async giveUpRecovery() {
    send({ topic: 'recovery', value: null });
    return null;
  },
  async devices() {
    return devices;
  },
  async reportLost({ device }) {
    const lost = devices.find(({ id }) => id === device);
    devices = devices.filter(({ id }) => id !== device);
    return { users: lost?.users ?? [] };
  },
  async audit(query) {
    return madeUpAudit(scenario, query, printed);
  },
  async exportAudit() {
    return { fileName: 'audit-2026-03-04.json', json: '{"resourceType":"Bundle"}' };
  },
  ...erasing,
  ...glass,
  async doctor() {
    return madeUpExamination;
  },
  async council(action) {
    await pause(50);
    const acted = council.act(action);
    if (typeof acted === 'string') throw fail(acted);
    send({ topic: 'council', value: council.view() });
    return acted;
  },
  async reviewWork() {
    await pause(50);
    return council.work();
  },
  async oldPassword() {
    await pause(50);
    return oldPassword(scenario.presence);
  },
  async takeDrafts() {
    return await database.get(me.user) ?? null;
  },
  async keepDrafts({ drafts }) {
    if (drafts === '') await database.delete(me.user);
    else await database.put(me.user, drafts);
    return null;
  },
  async openPatient({ patient, stay }) {
    opened = patient === null ? null : { patient, ...(stay !== undefined && { stay }) };
    if (patient !== null && !records.has(patient)) throw fail('not-found');
    if (patient !== null && !scenario.recording) {
      opened = null;
      throw fail('not-recorded');
    }
    showPatient();
    return null;
  },
  async printed() {
    printed += 1;
    return null;
  },
  async admit({ patient, admission }) {
    if (admissions().some((known) => known.patient === patient && known.value.status === 'in-progress')) throw fail('already-admitted');
    return { stay: begin(patient, admission) };
  },
  async addPatient({ person, admission }) {
    const patient = newId();
    const at = new Date().toISOString();
    records.set(patient, {
      kind: 'patient', schema: 1, name: { family: person.family, given: person.given },
      ...(person.birthDate !== undefined && { birthDate: person.birthDate }), ...(person.sex !== undefined && { sex: person.sex }),
      identifiers: {}, conditions: {}, medications: {}, immunizations: {}, procedures: {}, measurements: {}, encounters: {}, stays: {},
      allergies: Object.fromEntries((person.allergies ?? []).map((display) => [newId(), { substance: { display }, status: 'active' as const }])),
      ...(person.allergies?.length === 0 && { noKnownAllergies: { at } }),
    });
    if (admission !== undefined) begin(patient, admission);
    showBoard();
    return { patient };
  },
  async addObservations({ stay, set }) {
    const id = newId();
    change(stay, (value) => ({ ...value, observations: { ...value.observations, [id]: { ...set, author: me } } }));
    travel(id);
    return { id };
  },
  async addNote({ stay, note }) {
    const id = newId();
    change(stay, (value) => ({ ...value, notes: { ...value.notes, [id]: { ...note, author: me } } }));
    travel(id);
    return { id };
  },
  async markEnteredInError({ stay, collection, id, reason }) {
    const amendment = { at: new Date().toISOString(), author: me, reason };
    change(stay, (value) => {
      if (collection === 'notes') {
        const note = value.notes[id];
        return note === undefined ? value : { ...value, notes: { ...value.notes, [id]: { ...note, enteredInError: amendment } } };
      }
      const set = value.observations[id];
      return set === undefined ? value : { ...value, observations: { ...value.observations, [id]: { ...set, enteredInError: amendment } } };
    });
    return null;
  },
  async importFhir({ file }) {
    if (!(await file.text()).trimStart().startsWith('{')) throw fail('invalid', 'It is not JSON.');
    for (let done = 0; done <= 40; done += 1) {
      send({ topic: 'importing', value: { done, total: 40, what: 'Patient 1 of 1' } });
      await pause(10);
    }
    send({ topic: 'importing', value: null });
    return { patients: 1, stays: 12, created: 13, changed: 0, unchanged: 0, unmapped: { Claim: 61, ExplanationOfBenefit: 61, 'Observation without a value': 4 } };
  },
  async exportFhir({ patient }) {
    return { fileName: `patient-${patient.slice(0, 8)}.json`, json: '{"resourceType":"Bundle"}' };
  },
};

addEventListener('message', ({ data }: MessageEvent<ToWorker>) => void answer(data));
if (await database.get('anew') === 'yes') showSession('not-enrolled');
else if (await database.get('locked') === 'yes') showSession('locked');
else if (scenario.session !== 'starting') showSession(scenario.session);

async function answer({ id, name, params }: ToWorker): Promise<void> {
  try {
    // Each name's parameters fit its own answer; the union as a whole cannot say so.
    const act = answers[name] as (params: unknown) => Promise<unknown>;
    const writes = name === 'addObservations' || name === 'addNote' || name === 'markEnteredInError' || name === 'admit' || name === 'addPatient';
    if (writes && scenario.saving === 'fails') throw fail('storage');
    if (writes && scenario.saving === 'dies') return showSession('failed');
    if (writes && scenario.saving === 'revokes') return showSession('revoked');
    send({ id, ok: true, result: await act(params) });
  } catch (thrown) {
    const failure = thrown instanceof Failed ? thrown.failure : { code: 'internal' as const, message: String(thrown) };
    send({ id, ok: false, failure });
  }
}

function showSession(state: Scenario['session']): void {
  switch (state) {
    case 'locked': send({ topic: 'session', value: { state, device: '3fa91c07' } }); break;
    case 'failed': send({ topic: 'session', value: { state, message: 'The store is of a newer version.' } }); break;
    case 'unlocked':
      send({ topic: 'session', value: { state, ...place, user: 'a1', handle: testLogin.handle, name: me.name, role: scenario.role, isHeldShort: scenario.isHeldShort, mayWrite: scenario.role !== 'viewer' && scenario.role !== 'privacy', hasTemporaryPassword: temporary, lostDevices: scenario.lostDevices } });
      if (scenario.role === 'admin' && scenario.council !== 'loading') send({ topic: 'council', value: council.view() });
      showAccount();
      showGlass();
      showBoard();
      send({ topic: 'sync', value: sync });
      break;
    case 'revoked': send({ topic: 'session', value: { state, destroyed: true } }); break;
    default: send({ topic: 'session', value: { state } });
  }
}

function showAccount(): void {
  send({ topic: 'account', value: account });
}

function showBoard(): void {
  if (scenario.board === 'loading') return;
  const empty = scenario.board === 'empty';
  const cards = empty ? [] : bedCards(admissions(), viewing(), ward.index);
  send({
    topic: 'board',
    value: {
      state: 'ready', ward: place.ward, waiting: empty ? 0 : 2,
      beds: empty ? [] : wardBeds(ward.index),
      cards,
      others: empty ? [] : otherPatients([...records].map(([id, record]) => ({ id, record })), cards, (stay) => stays.has(stay), viewing()),
    },
  });
}

function showPatient(): void {
  const record = records.get(opened?.patient ?? '');
  if (opened === null || record === undefined) {
    send({ topic: 'patient', value: null });
    return;
  }
  const { patient, stay } = opened;
  const own = new Map([...stays].filter(([, value]) => value.patient === patient));
  const parts = patientParts({ patient, record, stays: own }, viewing(), ward.index, stay);
  const value: PatientView = {
    ...parts,
    allergies: stand(parts.allergies),
    conditions: stand(parts.conditions),
    medications: stand(parts.medications),
    measurements: stand(parts.measurements),
    orders: stand(parts.orders),
    observations: provenanced(scenario, stand(parts.observations)),
    notes: provenanced(scenario, stand(parts.notes)),
    administrations: stand(parts.administrations),
    notShown: [],
  };
  send({ topic: 'patient', value });
}

function stand<T>(kept: readonly Kept<T>[]): readonly Entry<T>[] {
  return kept.map((entry) => ({ ...entry, standing: standings.get(entry.id) ?? 'backed-up' }));
}

function change(stay: string, edit: (value: Stay) => Stay): void {
  const value = stays.get(stay);
  if (value === undefined) throw fail('not-found');
  stays.set(stay, edit(value));
  showBoard();
  showPatient();
}

/** A new entry goes the way of every edit: saved here, sent, backed up. */
function travel(id: string): void {
  const steps: readonly [Standing, Partial<SyncView>][] = scenario.peers === 'none'
    ? [['saved', { unsent: sync.unsent + 1, heldBy: 0 }]]
    : [['saved', { unsent: 1 }], ['sent', { unsent: 0, notBackedUp: 1 }], ['backed-up', { notBackedUp: 0, backedUpAt: new Date().toISOString() }]];
  void (async () => {
    for (const [standing, part] of steps) {
      await pause(40);
      standings.set(id, standing);
      sync = { ...sync, ...part };
      send({ topic: 'sync', value: sync });
      showPatient();
    }
  })();
}

function startingSync(): SyncView {
  const ago = (minutes: number): string => new Date(scenario.now - minutes * 60_000).toISOString();
  const connected = scenario.peers === 'connected';
  return {
    peers: [
      { peer: 'p0', name: place.device, kind: 'tablet', connected: true, own: true, lastSeen: ago(300), inSync: true },
      { peer: 'p1', name: 'Archive', kind: 'archive', connected, lastSeen: ago(connected ? 0 : 42), inSync: connected },
      { peer: 'p2', name: 'Tablet at bay B', kind: 'tablet', connected, lastSeen: ago(connected ? 0 : 40), inSync: connected },
      { peer: 'p3', name: 'Tablet of the night shift', kind: 'tablet', connected: false, lastSeen: ago(190), inSync: false },
    ],
    saving: 0, unsent: connected ? 0 : 3, notBackedUp: 0, heldBy: connected ? 2 : 0,
    ...(connected ? { backedUpAt: ago(3) } : {}),
  };
}

function admissions(): readonly Admission[] {
  return [...stays].flatMap(([stay, value]) => {
    const record = records.get(value.patient);
    return record === undefined ? [] : [{ patient: value.patient, record, stay, value }];
  });
}

/** Every fourth patient went home: the newest stay is over, and an older one is beside it. */
function discharge(count: number): void {
  for (const { patient, stay } of ward.patients.filter((_, at) => at % 4 === 3).slice(0, count)) {
    const value = stays.get(stay);
    if (value === undefined) continue;
    const end = new Date(scenario.now - 3_600_000).toISOString();
    stays.set(stay, { ...value, status: 'finished', end });
    const older = `${stay.slice(0, -2)}00`;
    stays.set(older, { ...value, status: 'finished', start: '2023-05-02T09:00:00Z', end: '2023-05-06T11:00:00Z', reason: { display: 'Syncope' }, notes: {} });
    const record = records.get(patient);
    if (record !== undefined) records.set(patient, { ...record, stays: { a: { document: stay, start: value.start, end } } });
  }
}

function begin(patient: string, { start, bed, reason }: NewAdmission): string {
  const stay = newId();
  stays.set(stay, {
    kind: 'stay', schema: 1, patient, status: 'in-progress', start, ...(bed !== undefined && { bed }), ...(reason !== undefined && { reason: { display: reason } }),
    observations: {}, measurements: {}, notes: {}, orders: {}, administrations: {},
  });
  showBoard();
  showPatient();
  return stay;
}

function viewing(): { now: number; dayStart: number } {
  const now = Date.now();
  return { now, dayStart: new Date(now).setHours(0, 0, 0, 0) };
}

function newId(): string {
  ids += 1;
  return `new-${ids}`;
}

class Failed extends Error {
  readonly failure: Failure;
  constructor(failure: Failure) {
    super(failure.code);
    this.failure = failure;
  }
}

function fail(code: Failure['code'], message = ''): Failed {
  return new Failed({ code, message });
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
