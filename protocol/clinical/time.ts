/**
 * Arithmetic on the model's times without a clock: text to milliseconds since 1970-01-01T00:00:00Z and back.
 */
import type { IsoDay, IsoTime } from './model.ts';

const TIME =
  /^(\d{4})(?:-(\d{2})(?:-(\d{2})(?:T(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?(Z|[+-]\d{2}:\d{2})?)?)?)?$/;

/** What an ISO text says. `exact` is true when it fixes an instant: time of day and offset are both given. */
export interface Instant {
  readonly milliseconds: number;
  readonly exact: boolean;
}

/**
 * Reads `YYYY`, `YYYY-MM`, `YYYY-MM-DD` and full times. A part that is absent counts as its beginning, an absent offset
 * as UTC. Undefined when the text is none of these or names a day or hour that does not exist.
 */
export function readTime(text: string): Instant | undefined {
  const parts = TIME.exec(text);
  if (parts === null) return undefined;
  const [, year, month = '01', day = '01', hour = '00', minute = '00', second = '00', fraction = '0', zone] = parts;
  const [y = 0, mo = 0, d = 0, h = 0, mi = 0, s = 0] = [year, month, day, hour, minute, second].map(Number);
  if (mo < 1 || mo > 12 || d < 1 || d > daysInMonth(y, mo) || h > 23 || mi > 59 || s > 60) return undefined;
  const offset = zone === undefined || zone === 'Z' ? 0 : offsetMinutes(zone);
  if (offset === undefined) return undefined;
  const days = daysSinceEpoch(y, mo, d);
  const milliseconds = (((days * 24 + h) * 60 + mi - offset) * 60 + s) * 1000 + Math.trunc(Number(`0.${fraction}`) * 1000);
  return { milliseconds, exact: zone !== undefined };
}

/** Milliseconds of a text in the model; for texts that are no time, NaN (which compares as neither before nor after). */
export function millisecondsOf(time: IsoTime): number {
  return readTime(time)?.milliseconds ?? Number.NaN;
}

/** `YYYY-MM-DDTHH:MM:SS.mmmZ`, without the fraction when it is zero. */
export function writeTime(milliseconds: number): IsoTime {
  const whole = Math.floor(milliseconds);
  const days = Math.floor(whole / 86_400_000);
  const rest = whole - days * 86_400_000;
  const two = (value: number): string => String(value).padStart(2, '0');
  const fraction = rest % 1000 === 0 ? '' : `.${String(rest % 1000).padStart(3, '0')}`;
  const clock = `${two(Math.floor(rest / 3_600_000))}:${two(Math.floor(rest / 60_000) % 60)}:${two(Math.floor(rest / 1000) % 60)}`;
  return `${writeDay(days)}T${clock}${fraction}Z`;
}

/** The UTC day that holds an instant. */
export function dayOf(milliseconds: number): IsoDay {
  return writeDay(Math.floor(milliseconds / 86_400_000));
}

/**
 * Whole years at an instant, by the calendar day in UTC. A birth date of which only year or month is known counts from
 * its beginning, so the age may be up to a year too high. Undefined for a text that is no date or lies in the future.
 */
export function ageAt(birthDate: IsoDay, milliseconds: number): number | undefined {
  if (readTime(birthDate) === undefined) return undefined;
  const born = birthDate.length === 4 ? `${birthDate}-01-01` : birthDate.length === 7 ? `${birthDate}-01` : birthDate.slice(0, 10);
  const today = dayOf(milliseconds);
  const years = Number(today.slice(0, 4)) - Number(born.slice(0, 4)) - (today.slice(5) < born.slice(5) ? 1 : 0);
  return years < 0 ? undefined : years;
}

function offsetMinutes(zone: string): number | undefined {
  const hours = Number(zone.slice(1, 3));
  const minutes = Number(zone.slice(4, 6));
  if (hours > 14 || minutes > 59) return undefined;
  return (zone.startsWith('-') ? -1 : 1) * (hours * 60 + minutes);
}

function daysInMonth(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/** Days since 1970-01-01 in the proleptic Gregorian calendar; years are counted from March, so that leap days come last. */
function daysSinceEpoch(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  return era * 146_097 + yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear - 719_468;
}

function writeDay(days: number): IsoDay {
  const shifted = days + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor((dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365);
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shiftedMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  const day = dayOfYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1;
  return `${String(year).padStart(4, '0')}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
}
