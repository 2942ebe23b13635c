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
  switch (webinar.my_registration) {
    case 'registered':
      return { text: texts.registered(), tone: 'accent' };
    case 'offered':
      return { text: texts.offered(), tone: 'warn' };
    case 'waiting':
      return { text: texts.waiting(), tone: 'plain' };
    default:
      return undefined;
  }
}

/** Also while others wait for a seat that is free: it is theirs first. */
export const isFull = (webinar: Webinar): boolean =>
  webinar.capacity !== null && webinar.registered_count + webinar.waiting_count >= webinar.capacity;
