import * as texts from '$texts/webinars';
import type { Webinar } from '$platform/api/types';
import { phaseAt } from '$platform/store/webinars';

/** One word for where a webinar stands. */
export interface Standing {
  text: string;
  tone: 'plain' | 'accent' | 'warn' | 'danger' | 'live';
}

export function standing(webinar: Webinar, now: number): Standing | undefined {
  if (webinar.state === 'cancelled') return { text: texts.cancelled(), tone: 'danger' };
  if (webinar.state === 'draft') return { text: texts.draft(), tone: 'warn' };
  const phase = phaseAt(webinar, now);
  if (phase === 'live') return { text: texts.live(), tone: 'live' };
  if (phase === 'over') return { text: texts.over(), tone: 'plain' };
  return webinar.my_registration === 'registered' ? { text: texts.registered(), tone: 'accent' } : undefined;
}

export const isFull = (webinar: Webinar): boolean =>
  webinar.capacity !== null && webinar.registered_count >= webinar.capacity;
