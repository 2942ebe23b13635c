import type { Message } from '$platform/api/types';
import type { Question, RecordingPart } from './wire';

/** Several recorded sources and one clock: where each of them has to stand, and what was said by then. */
export const DRIFT_MS = 250;

/** The length of the whole; a part whose end is not known lasts as long as its player says. */
export function lengthOf(parts: readonly RecordingPart[], known: ReadonlyMap<string, number>): number {
  return Math.max(0, ...parts.map((part) => part.offset_ms + (part.duration_ms ?? known.get(part.id) ?? 0)));
}

export type Cue = { shown: false } | { shown: true; seekTo: number | undefined };

/**
 * What a part's player has to do at a moment of the clock; a small drift is left alone, for a jump is heard. At the very
 * end the last picture stays.
 */
export function cueFor(part: RecordingPart, clockMs: number, playerMs: number, durationMs: number | undefined): Cue {
  const at = clockMs - part.offset_ms;
  const length = part.duration_ms ?? durationMs;
  if (at < 0 || (length !== undefined && at > length)) return { shown: false };
  return { shown: true, seekTo: Math.abs(at - playerMs) > DRIFT_MS ? at : undefined };
}

/** The chat as it stood at that moment. Deleted messages are gone in the replay too. */
export function saidBy(messages: readonly Message[], startedAt: string, clockMs: number): Message[] {
  const until = Date.parse(startedAt) + clockMs;
  return messages.filter((one) => !one.deleted && Date.parse(one.created_at) <= until);
}

export interface Chapter {
  id: string;
  title: string;
  atMs: number;
}

/** Questions that were answered while it was recorded, in the order in which that happened. */
export function chaptersOf(questions: readonly Question[], startedAt: string, lengthMs: number): Chapter[] {
  return questions
    .flatMap(({ id, body, live_at, answered_at }) => {
      const at = live_at ?? answered_at;
      return at ? [{ id, title: body, atMs: Date.parse(at) - Date.parse(startedAt) }] : [];
    })
    .filter(({ atMs }) => atMs >= 0 && atMs <= lengthMs)
    .sort((a, b) => a.atMs - b.atMs);
}

export const momentOf = (message: Message, startedAt: string): number =>
  Math.max(0, Date.parse(message.created_at) - Date.parse(startedAt));
