/**
 * What to do about a media connection that has gone quiet. First nothing, for it may heal by itself; then ICE restarts,
 * which keep the sources where they are; then fresh connections, with waits drawn with full jitter so that a whole hall
 * that lost the server does not come back in one instant.
 */
export type Step = { kind: 'restart'; waitMs: number } | { kind: 'fresh'; waitMs: number };

export const HEALS_WITHIN_MS = 2_000;
export const MOST_RESTARTS = 2;
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 10_000;

export interface Trouble {
  /** `disconnected` may heal; `failed` will not; `gone` says that the server no longer knows the connection. */
  cause: 'disconnected' | 'failed' | 'gone' | 'refused';
  restarts: number;
  fresh: number;
}

export function nextStep({ cause, restarts, fresh }: Trouble, random: () => number): Step {
  const canRestart = cause === 'disconnected' || cause === 'failed';
  if (canRestart && restarts < MOST_RESTARTS) {
    return { kind: 'restart', waitMs: cause === 'disconnected' ? HEALS_WITHIN_MS : 0 };
  }
  const ceiling = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** fresh);
  return { kind: 'fresh', waitMs: random() * ceiling };
}
