/** Forty made-up strings, each in its place of a ward: whoever finds one elsewhere has found a leak. */
import type { NewPatient } from '../../protocol/chart/chart.ts';
import { MRN_SYSTEM } from '../../protocol/clinical/codes.ts';
import { seededRandom, type SeededRandom } from '../../protocol/clinical/seeded-random.ts';

export interface CanaryUser {
  /** Assigned, public, and no canary. */
  readonly handle: string;
  readonly name: string;
  readonly password: string;
}

export interface Canaries {
  readonly ward: string;
  readonly team: string;
  readonly devices: Readonly<Record<'archive' | 'tablet1' | 'tablet2' | 'bridge', string>>;
  readonly users: Readonly<Record<'admin' | 'nurse1' | 'nurse2', CanaryUser>>;
  readonly patients: readonly NewPatient[];
  readonly all: readonly string[];
}

const PATIENTS = 7;
const ONSETS = ['br', 'dr', 'gl', 'kr', 'm', 'n', 'pl', 'qu', 'r', 'sk', 't', 'v', 'x', 'z'] as const;
const VOWELS = ['a', 'e', 'i', 'o', 'u', 'ae', 'ou'] as const;
const CODAS = ['', 'l', 'n', 'r', 'sk', 'th', 'x'] as const;

export function canariesFrom(seed: number): Canaries {
  const random = seededRandom(seed);
  const all: string[] = [];
  const coin = (make: (random: SeededRandom) => string): string => {
    const text = make(random);
    all.push(text);
    return text;
  };
  const user = (handle: string): CanaryUser => ({ handle, name: coin(personName), password: coin(password) });
  const ward = coin((from) => `${word(from)} Ward`);
  const team = coin((from) => `Team ${word(from)}`);
  const devices = { archive: coin(word), tablet1: coin(word), tablet2: coin(word), bridge: coin(word) };
  const users = { admin: user('admin-1'), nurse1: user('heron-11'), nurse2: user('heron-12') };
  const patients = Array.from({ length: PATIENTS }, () => patient({ family: coin(personName), identifier: coin(identifier), drug: coin(word), note: coin(sentence) }));
  return { ward, team, devices, users, patients, all };
}

function patient({ family, identifier: number, drug, note }: Readonly<Record<'family' | 'identifier' | 'drug' | 'note', string>>): NewPatient {
  const at = '2025-01-06T08:00:00Z';
  return {
    record: {
      kind: 'patient', schema: 1, name: { family, given: 'N.' }, birthDate: '1950-01-01', identifiers: { [MRN_SYSTEM]: number },
      allergies: {}, conditions: {}, immunizations: {}, procedures: {}, measurements: {}, encounters: {},
      medications: { m1: { medication: { display: drug }, status: 'active' } },
    },
    stays: {
      s1: {
        kind: 'stay', schema: 1, status: 'in-progress', start: at, observations: {}, measurements: {}, orders: {}, administrations: {},
        notes: { n1: { at, author: { name: 'N.' }, kind: 'nursing', text: note } },
      },
    },
  };
}

/** Ten letters or more, so that none turns up by chance. */
function word(random: SeededRandom): string {
  let text = '';
  while (text.length < 10) text += random.pick(ONSETS) + random.pick(VOWELS) + random.pick(CODAS);
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** With a letter outside Latin-1: engines keep such a text as UTF-16. */
function personName(random: SeededRandom): string {
  return `${word(random)}ž${word(random)}`;
}

function password(random: SeededRandom): string {
  return `${word(random)}-${word(random)}-${random.between(10, 99)}`;
}

function identifier(random: SeededRandom): string {
  return `${random.pick(['QX', 'ZV', 'KW'])}-${random.between(1_000_000, 9_999_999)}-${random.between(1_000, 9_999)}`;
}

function sentence(random: SeededRandom): string {
  return `${word(random)} over the ${word(random)}, then ${word(random)}`;
}
