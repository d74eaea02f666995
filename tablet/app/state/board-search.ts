/** What the board shows of all beds: search, one of three filters, how far down one was. Kept while one visits a patient. */
import { signal } from '@preact/signals';
import type { BedCard } from '../port.ts';

export type BoardFilter = 'all' | 'overdue' | 'news5';

export const boardFilters: readonly BoardFilter[] = ['all', 'overdue', 'news5'];

export const query = signal('');
export const filter = signal<BoardFilter>('all');
/** Pixels from the top; read when the board is drawn again, so nothing follows it. */
export const scrolled = { pixels: 0 };

export function resetSearch(): void {
  query.value = '';
  filter.value = 'all';
  scrolled.pixels = 0;
}

/** Whether every word typed is found in name, bed or number; accents and capitals do not matter. */
export function matches(card: BedCard, text: string): boolean {
  const words = plain(text).split(' ').filter((word) => word !== '');
  if (words.length === 0) return true;
  const hay = plain([card.family, card.given, card.bed ?? '', card.identifier ?? '', card.reason ?? ''].join(' '));
  return words.every((word) => hay.includes(word));
}

const plain = (text: string): string => text.normalize('NFD').replaceAll(/\p{M}/gu, '').toLowerCase().replaceAll(/\s+/g, ' ');
