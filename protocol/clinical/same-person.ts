/** Whether two records may be of one person: what is asked before a new patient is written down. */

export interface Likeness {
  readonly family: string;
  readonly given: string;
  readonly birthDate?: string;
  readonly identifier?: string;
}

/**
 * True for the same record number, and for the same name and birth date. Accents, capitals, hyphens and further given
 * names do not matter; a birth date that is missing on one side, or known less precisely, counts as the same.
 */
export function mayBeSamePerson(a: Likeness, b: Likeness): boolean {
  if (a.identifier !== undefined && a.identifier === b.identifier) return true;
  return plainName(a.family) !== '' && plainName(a.family) === plainName(b.family) && firstName(a.given) === firstName(b.given) && sameDay(a.birthDate, b.birthDate);
}

/** Letters without accents, in lower case; everything else is one space. */
export function plainName(name: string): string {
  return name.normalize('NFD').replaceAll(/\p{M}/gu, '').toLowerCase().replaceAll(/[^\p{L}\p{N}]+/gu, ' ').trim();
}

function firstName(given: string): string {
  return plainName(given).split(' ')[0] ?? '';
}

function sameDay(a: string | undefined, b: string | undefined): boolean {
  if (a === undefined || b === undefined) return true;
  return a.startsWith(b) || b.startsWith(a);
}
