/** What the board shows of all beds: search as one types, and one of three filters. Kept while one visits a patient. */
import { signal } from '@preact/signals';
import type { BedCard } from '../port.ts';

export type BoardFilter = 'all' | 'overdue' | 'news5';

export const boardFilters: readonly BoardFilter[] = ['all', 'overdue', 'news5'];

export const query = signal('');
export const filter = signal<BoardFilter>('all');

export function resetSearch(): void {
  query.value = '';
  filter.value = 'all';
}

/** Whether every word typed is found in name, bed or number; accents and capitals do not matter. */
export function matches(card: BedCard, text: string): boolean {
  const words = plain(text).split(' ').filter((word) => word !== '');
  if (words.length === 0) return true;
  const hay = plain([card.family, card.given, card.bed ?? '', card.identifier ?? '', card.reason ?? ''].join(' '));
  return words.every((word) => hay.includes(word));
}

const plain = (text: string): string => text.normalize('NFD').replaceAll(/\p{M}/gu, '').toLowerCase().replaceAll(/\s+/g, ' ');
