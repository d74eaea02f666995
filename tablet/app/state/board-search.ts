/** What the board shows of all beds: search, a filter, how far down one was. Kept while one visits a patient. */
import { signal } from '@preact/signals';
import type { BedCard, OtherPatient } from '../port.ts';
import { isFound } from './finding.ts';

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
  const inBed = 'stay' in card ? [card.bed, card.reason] : [];
  return isFound([card.family, card.given, card.identifier, card.birthDate, ...inBed].filter((part) => part !== undefined).join(' '), text);
}
