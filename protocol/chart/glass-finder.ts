/** By what a patient can be asked for who is in none of one's care teams: the record's numbers, and the bed of a stay that goes on (GLASS-4). */
import { documentId, hexOf } from '../codec/ids.ts';
import type { Finder } from '../keys/glass.ts';
import type { FinderOf } from '../ward/glass-wraps.ts';
import type { Chart } from './chart.ts';

/** What an app may put there has no bounds; nobody types more than that, and a wrap names no more words. */
const MAX_WORD = 64;
const MAX_WORDS = 4;

export function finderFor(chart: Chart): FinderOf {
  return (document): Finder | undefined => {
    const id = hexOf(document);
    const record = chart.patient(id);
    if (record !== undefined) return { patient: document, words: wordsOf(Object.values(record.identifiers)) };
    const stay = chart.stay(id);
    if (stay === undefined || !/^[0-9a-f]{32}$/.test(stay.patient)) return undefined;
    return { patient: documentId.fromHex(stay.patient), words: stay.status === 'in-progress' ? wordsOf([stay.bed]) : [] };
  };
}

function wordsOf(values: readonly (string | undefined)[]): readonly string[] {
  return values.filter((value): value is string => typeof value === 'string' && value.trim() !== '' && value.length <= MAX_WORD).slice(0, MAX_WORDS);
}
