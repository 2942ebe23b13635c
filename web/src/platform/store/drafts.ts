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
