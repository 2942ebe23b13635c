import type { Id } from '$platform/api/types';

/** Where a person was reading in a channel, by message, for this tab: kept over switching and reloading. */
export interface ReadingPlace {
  position: number;
  key: string;
  offset: number;
}
const PREFIX = 'guildhall.place.';

export function savePlace(channel: Id, place: ReadingPlace | undefined): void {
  if (place) sessionStorage.setItem(PREFIX + channel, JSON.stringify(place));
  else sessionStorage.removeItem(PREFIX + channel);
}

export function savedPlace(channel: Id): ReadingPlace | undefined {
  try {
    return JSON.parse(sessionStorage.getItem(PREFIX + channel) ?? 'null') ?? undefined;
  } catch {
    return undefined;
  }
}
