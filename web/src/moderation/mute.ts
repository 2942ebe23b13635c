/** How long somebody may be muted, as choices that need no thinking. */
export type MuteSpan = 'hour' | 'day' | 'week' | 'month';

export const MUTE_SPANS: readonly MuteSpan[] = ['hour', 'day', 'week', 'month'];
const HOUR_MS = 3_600_000;
const HOURS: Record<MuteSpan, number> = { hour: 1, day: 24, week: 168, month: 720 };

export function muteEnd(span: MuteSpan, now: Date): string {
  return new Date(now.getTime() + HOURS[span] * HOUR_MS).toISOString();
}

export function isMuted(until: string | null, now: Date): boolean {
  return until !== null && Date.parse(until) > now.getTime();
}
