import type { Webinar } from '$platform/api/types';

/** No change is announced when a webinar begins or ends by the clock, so the phase is read from the clock here too. */
export function phaseAt(webinar: Pick<Webinar, 'starts_at' | 'ends_at'>, now: number): Webinar['phase'] {
  if (now < Date.parse(webinar.starts_at)) return 'upcoming';
  return now < Date.parse(webinar.ends_at) ? 'live' : 'over';
}
