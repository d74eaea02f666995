/** Forms about who comes to the ward, while they are being typed: a new patient, an admission. */
import { ageAt } from '../../../protocol/clinical/time.ts';
import type { PatientRecord } from '../../../protocol/clinical/model.ts';
import type { Likeness } from '../../../protocol/clinical/same-person.ts';
import type { NewAdmission, NewPerson } from '../port.ts';

export interface AdmissionDraft {
  /** Empty for no bed yet. */
  readonly bed: string;
  readonly reason: string;
  /** `YYYY-MM-DDTHH:MM` local; empty for the time of saving. */
  readonly at: string;
}

export type AllergyAnswer = 'not-asked' | 'none' | 'some';

export interface PersonDraft {
  readonly family: string;
  readonly given: string;
  /** `YYYY-MM-DD`, or empty. */
  readonly birthDate: string;
  readonly sex: NonNullable<PatientRecord['sex']> | null;
  readonly identifier: string;
  readonly allergies: AllergyAnswer;
  readonly substances: readonly string[];
  readonly admit: boolean;
  readonly admission: AdmissionDraft;
  /** The records that looked alike and were said to be of other people, as `likeKey` names them. */
  readonly others: string;
}

export const emptyAdmission: AdmissionDraft = { bed: '', reason: '', at: '' };

export const emptyPerson: PersonDraft = {
  family: '', given: '', birthDate: '', sex: null, identifier: '', allergies: 'not-asked', substances: [''], admit: true, admission: emptyAdmission, others: '',
};

/** A tablet's clock and a wrist watch differ a little. */
const FUTURE_ALLOWED_MS = 5 * 60_000;
const OLDEST_YEARS = 130;

/** Null when the time lies in the future. `now` in milliseconds; it is the time unless another was given. */
export function readAdmission({ bed, reason, at }: AdmissionDraft, now: number): NewAdmission | null {
  const start = at === '' ? now : Date.parse(at);
  if (!(start <= now + FUTURE_ALLOWED_MS)) return null;
  return {
    start: new Date(start).toISOString(),
    ...(bed.trim() !== '' && { bed: bed.trim() }),
    ...(reason.trim() !== '' && { reason: reason.trim() }),
  };
}

export type PersonProblem = 'family' | 'given' | 'birthDate' | 'substances';

/** What the draft says, and what stands in the way of saving it, in the order of the form. */
export function readPerson(draft: PersonDraft, now: number): { readonly person: NewPerson; readonly problems: readonly PersonProblem[] } {
  const text = (value: string): string => value.trim().replaceAll(/\s+/g, ' ');
  const substances = draft.substances.map(text).filter((name) => name !== '');
  const age = draft.birthDate === '' ? 0 : ageAt(draft.birthDate, now);
  const problems: PersonProblem[] = [
    ...(text(draft.family) === '' ? ['family' as const] : []),
    ...(text(draft.given) === '' ? ['given' as const] : []),
    ...(age === undefined || age > OLDEST_YEARS ? ['birthDate' as const] : []),
    ...(draft.allergies === 'some' && substances.length === 0 ? ['substances' as const] : []),
  ];
  return {
    person: {
      ...likenessOf(draft),
      ...(draft.sex !== null && { sex: draft.sex }),
      ...(draft.allergies !== 'not-asked' && { allergies: draft.allergies === 'none' ? [] : substances }),
    },
    problems,
  };

  function likenessOf({ family, given, birthDate, identifier }: PersonDraft): Likeness {
    return {
      family: text(family), given: text(given),
      ...(birthDate !== '' && { birthDate }),
      ...(text(identifier) !== '' && { identifier: text(identifier) }),
    };
  }
}

/** Names a set of records: an answer about them holds until others look alike. */
export function likeKey(people: readonly { readonly patient: string }[]): string {
  return people.map(({ patient }) => patient).sort().join(' ');
}
