/** What a search box finds as one types. */
import { plainName } from '../../../protocol/clinical/same-person.ts';

/** Whether every word typed stands in the text; accents and capitals do not matter, and where nothing is typed all is found. */
export function isFound(text: string, typed: string): boolean {
  const hay = plainName(text);
  return plainName(typed).split(' ').every((word) => hay.includes(word));
}
