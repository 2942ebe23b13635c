/** Live reactions as they come, summed by the server per tick, and what of that is shown. */
export const LIVE_EMOJI = ['👏', '❤️', '👍', '😄', '🎉', '🤔'] as const;

export interface Floating {
  id: number;
  emoji: string;
  count: number;
  /** Where it rises, in percent of the width, and how late within its tick. */
  left: number;
  delayMs: number;
}

const MOST_PER_TICK = 12;
const TICK_MS = 500;

/** A thousand hands clapping are shown as a dozen, in the proportions in which they clap. */
export function floats(counts: Record<string, number>, first: number, random: () => number): Floating[] {
  const all = Object.entries(counts).filter(([, count]) => count > 0);
  const total = all.reduce((sum, [, count]) => sum + count, 0);
  const most = Math.min(MOST_PER_TICK, total);
  return all
    .flatMap(([emoji, count]) => {
      const shown = Math.max(1, Math.round((count / total) * most));
      return Array.from({ length: shown }, () => ({ emoji, count }));
    })
    .map((one, at) => ({ ...one, id: first + at, left: 8 + random() * 84, delayMs: Math.round(random() * TICK_MS) }));
}
