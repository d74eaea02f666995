/** Times and spans in words, in the local time of the device. */
import type { Words } from './en.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** '5 min', '1 h 20 min', '3 days'. */
export function span(ms: number, words: Words): string {
  const minutes = Math.max(0, Math.floor(ms / MINUTE));
  if (minutes < 60) return words.time.minutes(minutes);
  if (ms < 2 * DAY) return words.time.hours(Math.floor(minutes / 60), ms < 6 * HOUR ? minutes % 60 : 0);
  return words.time.days(Math.floor(ms / DAY));
}

/** 'just now', '5 min ago', '3 days ago'. */
export function ago(iso: string, now: number, words: Words): string {
  const passed = now - Date.parse(iso);
  return passed < MINUTE ? words.time.justNow : words.time.ago(span(passed, words));
}

/** '14:32' */
export function clock(iso: string, words: Words): string {
  return format(words, 'clock', { hour: '2-digit', minute: '2-digit' }).format(Date.parse(iso));
}

/** '14:32' today, 'yesterday 14:32', '3 Nov 14:32', '3 Nov 2024 14:32' in another year. */
export function moment(iso: string, now: number, words: Words): string {
  const time = clock(iso, words);
  const days = dayNumber(now) - dayNumber(Date.parse(iso));
  if (days === 0) return time;
  if (days === 1) return words.time.yesterday(time);
  return words.time.dayAt(day(iso, now, words), time);
}

/** '3 Nov', with the year when it is not this one; '1998' and 'Mar 1998' when no more is known. */
export function day(iso: string, now: number, words: Words): string {
  if (/^\d{4}$/.test(iso)) return iso;
  if (/^\d{4}-\d{2}$/.test(iso)) return format(words, 'month', { month: 'short', year: 'numeric' }).format(localDate(`${iso}-01`));
  const at = localDate(iso);
  const sameYear = at.getFullYear() === new Date(now).getFullYear();
  const formatter = sameYear
    ? format(words, 'day', { day: 'numeric', month: 'short' })
    : format(words, 'dayYear', { day: 'numeric', month: 'short', year: 'numeric' });
  return formatter.format(at);
}

/** '4 March 1951' */
export function longDay(iso: string, words: Words): string {
  return format(words, 'longDay', { day: 'numeric', month: 'long', year: 'numeric' }).format(localDate(iso));
}

/** A birth date has no time zone: read as UTC it would be the day before west of Greenwich. */
function localDate(iso: string): Date {
  const plain = /^(\d{4})-(\d{2})-(\d{2})$/.exec(iso);
  return plain === null ? new Date(iso) : new Date(Number(plain[1]), Number(plain[2]) - 1, Number(plain[3]));
}

function dayNumber(ms: number): number {
  const at = new Date(ms);
  return Math.round(Date.UTC(at.getFullYear(), at.getMonth(), at.getDate()) / DAY);
}

/** Making a formatter costs more than using it a hundred times. */
const formatters = new Map<string, Intl.DateTimeFormat>();

function format(words: Words, name: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${words.locale} ${name}`;
  const known = formatters.get(key);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat(words.locale, options);
  formatters.set(key, made);
  return made;
}
