/** What the board shows of all beds: search, a filter, how far down one was. Kept while one visits a patient. */
import { signal } from '@preact/signals';
import { plainName } from '../../../protocol/clinical/same-person.ts';
import type { BedCard, OtherPatient } from '../port.ts';

export type BoardFilter = 'all' | 'overdue' | 'news5' | 'others';

export const boardFilters: readonly BoardFilter[] = ['all', 'overdue', 'news5', 'others'];

export const query = signal('');
export const filter = signal<BoardFilter>('all');
/** Pixels from the top; read when the board is drawn again, so nothing follows it. */
export const scrolled = { pixels: 0 };

export function resetSearch(): void {
  query.value = '';
  filter.value = 'all';
  scrolled.pixels = 0;
}

/** Whether every word typed is found in name, bed, number, birth date or reason; accents and capitals do not matter. */
export function matches(card: BedCard | OtherPatient, text: string): boolean {
  const words = plainName(text).split(' ').filter((word) => word !== '');
  if (words.length === 0) return true;
  const inBed = 'stay' in card ? [card.bed, card.reason] : [];
  const hay = plainName([card.family, card.given, card.identifier, card.birthDate, ...inBed].filter((part) => part !== undefined).join(' '));
  return words.every((word) => hay.includes(word));
}
