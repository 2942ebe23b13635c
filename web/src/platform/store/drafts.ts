/**
 * What is being written, kept on this device at every pause of typing: it survives a switch, a reload, a crash and an
 * expired log-in. Logging out on purpose forgets it.
 */
const PREFIX = 'guildhall.draft.';

let sealed = false;

export function readDraft(place: string): string {
  return localStorage.getItem(PREFIX + place) ?? '';
}

export function writeDraft(place: string, text: string): void {
  if (sealed) return;
  if (text === '') localStorage.removeItem(PREFIX + place);
  else localStorage.setItem(PREFIX + place, text);
}

/** A form of several fields: what was typed, and beside it the fields that nobody has touched. */
export function readForm<Fields extends Record<string, string>>(place: string, untouched: Fields): Fields {
  try {
    const found = JSON.parse(readDraft(place) || '{}') as Partial<Record<string, unknown>>;
    const typed = Object.entries(found).filter(([field, value]) => field in untouched && typeof value === 'string');
    return { ...untouched, ...Object.fromEntries(typed) };
  } catch {
    return untouched;
  }
}

export function writeForm<Fields extends Record<string, string>>(
  place: string,
  fields: Fields,
  untouched: Fields,
): void {
  const typed = Object.entries(fields).filter(([field, value]) => value !== untouched[field]);
  writeDraft(place, typed.length === 0 ? '' : JSON.stringify(Object.fromEntries(typed)));
}

/** Before logging out: what is still on the screen must not be written down again by a closing page. */
export function sealDrafts(): void {
  sealed = true;
}

/** The log-out did not succeed after all. */
export function unsealDrafts(): void {
  sealed = false;
}

export function forgetDrafts(): void {
  const keys = Array.from({ length: localStorage.length }, (_, index) => localStorage.key(index));
  for (const key of keys) if (key?.startsWith(PREFIX)) localStorage.removeItem(key);
}
