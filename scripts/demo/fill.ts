/**
 * Fills the demo's ward: the admin admits the patients, then each nurse and doctor unlocks and writes what is theirs, so
 * that every entry is signed by whom it names. What one person wrote on one patient is one changeset a shift.
 */
import { demoWard, type DemoEntry, type DemoPatient } from '../../protocol/clinical/demo-ward.ts';
import { Chart } from '../../protocol/chart/chart.ts';
import { defaultTeam } from '../../protocol/chart/teams.ts';
import type { Environment } from '../../protocol/codec/environment.ts';
import { hexOf } from '../../protocol/codec/ids.ts';
import type { RunningDevice } from '../../node/device/running-device.ts';
import { ADMIN, STAFF, type DemoPerson } from './people.ts';
import { unlockPerson } from './set-up.ts';

const SEED = 20_261;
const SHIFT = 12 * 60 * 60 * 1000;

/** `onProgress` gets patients and shifts done, of all. */
export async function fillWard(device: RunningDevice, environment: Environment, onProgress: (done: number, total: number) => void): Promise<void> {
  const now = environment.clock.now();
  const ward = demoWard({ seed: SEED, now, offsetMinutes: -new Date(now).getTimezoneOffset() });
  const shifts = STAFF.map((person) => ward.patients.flatMap((patient) => shiftsOf(patient, person)));
  const total = ward.patients.length + shifts.reduce((sum, own) => sum + own.length, 0);
  let done = 0;
  const step = (): void => { onProgress(++done, total); };

  const admin = await unlockPerson(device, ADMIN, environment);
  const chart = new Chart(admin, environment);
  const team = defaultTeam(device.replica.state(), admin.user);
  await chart.addWardIndex(team, ward.index);
  const stays = new Map<string, string>();
  for (const patient of ward.patients) {
    const { stays: listed, ...record } = patient.record;
    const key = Object.entries(listed).find(([, { document }]) => document === patient.stay)?.[0] ?? patient.stay;
    const { patient: _, ...stay } = patient.admitted;
    const id = await chart.addPatient(team, { record, stays: { [key]: stay } });
    const document = chart.patient(id)?.stays[key]?.document;
    if (document !== undefined) stays.set(patient.stay, document);
    step();
  }
  await admin.lock();

  for (const [index, person] of STAFF.entries()) {
    const session = await unlockPerson(device, person, environment);
    const own = new Chart(session, environment);
    for (const { patient, entries } of shifts[index] ?? []) {
      await own.edit(stays.get(patient.stay) ?? '', (draft) => write(draft, entries, hexOf(session.user)));
      step();
    }
    await session.lock();
  }
}

interface Shift {
  readonly patient: DemoPatient;
  readonly entries: readonly DemoEntry[];
}

/** What one person wrote on one patient, cut where half a day lies between. */
function shiftsOf(patient: DemoPatient, person: DemoPerson): Shift[] {
  const shifts: { patient: DemoPatient; entries: DemoEntry[] }[] = [];
  for (const entry of patient.entries.filter(({ author }) => author.name === person.name)) {
    const last = shifts.at(-1);
    const begun = last?.entries[0]?.at;
    if (last === undefined || begun === undefined || entry.at - begun > SHIFT) shifts.push({ patient, entries: [entry] });
    else last.entries.push(entry);
  }
  return shifts;
}

function write(draft: Record<string, unknown>, entries: readonly DemoEntry[], user: string): void {
  for (const { collection, id, value } of entries) {
    const place = (draft[collection] ??= {}) as Record<string, object>;
    // Somebody else may have corrected the entry already: authors take turns here, not hours.
    if (!('enteredInError' in (place[id] ?? {}))) place[id] = 'author' in value ? { ...value, author: { ...value.author, user } } : value;
  }
}
