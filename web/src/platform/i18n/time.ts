import { reader } from './reader.svelte';

/**
 * Every date and time on the screen goes through here: always in the reader's zone, never in the machine's by accident.
 * Formatters are kept, because making one costs more than using it a thousand times.
 */
const formatters = new Map<string, Intl.DateTimeFormat>();

function format(at: string | Date, options: Intl.DateTimeFormatOptions, timeZone = reader.timeZone): string {
  const key = `${reader.language}|${timeZone}|${JSON.stringify(options)}`;
  let formatter = formatters.get(key);
  if (!formatter) {
    const locale = reader.language === 'de' ? 'de-DE' : 'en-GB';
    formatter = new Intl.DateTimeFormat(locale, { timeZone, ...options });
    formatters.set(key, formatter);
  }
  return formatter.format(typeof at === 'string' ? new Date(at) : at);
}

/** 09:12 */
export function clock(at: string | Date, timeZone?: string): string {
  return format(at, { hour: '2-digit', minute: '2-digit' }, timeZone);
}

/** Donnerstag, 19. November; the year only where it is another one. */
export function day(at: string | Date, now = new Date(), timeZone?: string): string {
  const sameYear = format(at, { year: 'numeric' }, timeZone) === format(now, { year: 'numeric' }, timeZone);
  const options: Intl.DateTimeFormatOptions = { weekday: 'long', day: 'numeric', month: 'long' };
  return format(at, sameYear ? options : { ...options, year: 'numeric' }, timeZone);
}

/** 19. Nov. 2026 */
export function shortDay(at: string | Date, timeZone?: string): string {
  return format(at, { day: 'numeric', month: 'short', year: 'numeric' }, timeZone);
}

/** Donnerstag, 19. November 2026 um 09:12 */
export function dayAndClock(at: string | Date, timeZone?: string): string {
  return format(at, { dateStyle: 'full', timeStyle: 'short' }, timeZone);
}

/** The calendar day in a zone as a comparable key. */
export function dayKey(at: string | Date, timeZone = reader.timeZone): string {
  const key = `key|${timeZone}`;
  let formatter = formatters.get(key);
  if (!formatter) {
    formatter = new Intl.DateTimeFormat('en-CA', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' });
    formatters.set(key, formatter);
  }
  return formatter.format(typeof at === 'string' ? new Date(at) : at);
}

/** The name of a zone as people say it at that moment: MEZ, GMT+1. */
export function zoneName(at: string | Date, timeZone = reader.timeZone): string {
  const parts = new Intl.DateTimeFormat(reader.language === 'de' ? 'de-DE' : 'en-GB', {
    timeZone,
    timeZoneName: 'short',
  }).formatToParts(typeof at === 'string' ? new Date(at) : at);
  return parts.find((part) => part.type === 'timeZoneName')?.value ?? timeZone;
}

/** Days from `now` to `at` by the reader's calendar: 0 today, -1 yesterday. */
export function daysAway(at: string | Date, now = new Date()): number {
  return Math.round((Date.parse(dayKey(at)) - Date.parse(dayKey(now))) / 86_400_000);
}

/** 1,8 MB */
export function bytes(size: number): string {
  const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const;
  const step = Math.min(units.length - 1, size < 1 ? 0 : Math.floor(Math.log10(size) / 3));
  return new Intl.NumberFormat(reader.language, {
    style: 'unit',
    unit: units[step],
    unitDisplay: 'short',
    maximumFractionDigits: step === 0 ? 0 : 1,
  }).format(size / 1000 ** step);
}
