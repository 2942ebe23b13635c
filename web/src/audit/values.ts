import * as texts from '$texts/audit';
import { dayAndClock } from '$platform/i18n/time';

const LONGEST = 120;
const words = texts as unknown as Record<string, (() => string) | undefined>;

/** A value as it is read; empty for nothing. `groupName` knows the groups of the reader. */
export function spell(value: unknown, groupName: (id: string) => string | undefined): string {
  if (value === null || value === undefined || value === '') return '';
  if (Array.isArray(value)) return value.map((one) => spell(one, groupName)).join(', ');
  if (typeof value === 'boolean') return value ? texts.yes() : texts.no();
  if (typeof value === 'object') return String((value as { name?: unknown }).name ?? '');
  return shortened(spellText(String(value), groupName));
}

function spellText(text: string, groupName: (id: string) => string | undefined): string {
  if (/^\d{4}-\d\d-\d\dT\d\d:\d\d$/.test(text)) return dayAndClock(`${text}Z`, 'UTC');
  if (/^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(text)) return dayAndClock(text);
  return groupName(text) ?? words[`value_${text}`]?.() ?? text;
}

function shortened(text: string): string {
  const letters = [...text];
  return letters.length > LONGEST ? `${letters.slice(0, LONGEST).join('')}…` : text;
}
