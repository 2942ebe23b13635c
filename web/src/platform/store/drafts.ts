/**
 * What is being written, kept on this device at every pause of typing: it survives a switch, a reload, a crash and an
 * expired log-in. Logging out on purpose forgets it.
 */
const PREFIX = 'guildhall.draft.';

export function readDraft(place: string): string {
  return localStorage.getItem(PREFIX + place) ?? '';
}

export function writeDraft(place: string, text: string): void {
  if (text === '') localStorage.removeItem(PREFIX + place);
  else localStorage.setItem(PREFIX + place, text);
}

export function forgetDrafts(): void {
  const keys = Array.from({ length: localStorage.length }, (_, index) => localStorage.key(index));
  for (const key of keys) if (key?.startsWith(PREFIX)) localStorage.removeItem(key);
}
