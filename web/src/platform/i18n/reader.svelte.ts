/** Who reads: language and time zone decide every text, number and date on the screen. */
export type Language = 'de' | 'en';

const STORED = 'guildhall.language';

class Reader {
  language = $state<Language>('de');
  timeZone = $state('UTC');
}

export const reader = new Reader();

/** Before log-in: the last choice on this device, else what the browser asks for. */
export function guessReader(languages: readonly string[], stored: string | null, timeZone: string): void {
  const wanted = stored ?? languages.find((language) => /^(de|en)\b/.test(language)) ?? 'en';
  setReader(wanted.startsWith('de') ? 'de' : 'en', timeZone);
}

export function storedLanguage(): string | null {
  return localStorage.getItem(STORED);
}

export function setReader(language: Language, timeZone: string): void {
  reader.language = language;
  reader.timeZone = timeZone;
  document.documentElement.lang = language;
  localStorage.setItem(STORED, language);
}

export function isOne(count: number): boolean {
  return new Intl.PluralRules(reader.language).select(count) === 'one';
}

/** What stands in the hole of a text: numbers in the reader's notation, the rest as it is. */
export function put(value: string | number): string {
  return typeof value === 'number' ? new Intl.NumberFormat(reader.language).format(value) : value;
}
