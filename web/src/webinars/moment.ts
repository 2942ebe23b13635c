import type { Webinar } from '$platform/api/types';
import { clock, dayAndClock, day, dayKey, zoneName } from '$platform/i18n/time';
import { cityOf } from '$platform/i18n/zones';

/** When a webinar is, as people read it: in their own zone, and in the host's where the clocks there differ. */
export interface Moment {
  day: string;
  hours: string;
  zone: string;
}

type Span = Pick<Webinar, 'starts_at' | 'ends_at'>;

export function momentIn({ starts_at, ends_at }: Span, timeZone: string, now = new Date()): Moment {
  const overnight = dayKey(starts_at, timeZone) !== dayKey(ends_at, timeZone);
  const end = overnight ? dayAndClock(ends_at, timeZone) : clock(ends_at, timeZone);
  return {
    day: day(starts_at, now, timeZone),
    hours: `${clock(starts_at, timeZone)}–${end}`,
    zone: `${cityOf(timeZone)}, ${zoneName(starts_at, timeZone)}`,
  };
}

/** Undefined where both clocks show the same: a second line would only make people look for the difference. */
export function otherMoment(span: Span & { time_zone: string }, reader: string, now = new Date()): Moment | undefined {
  const [own, host] = [momentIn(span, reader, now), momentIn(span, span.time_zone, now)];
  return own.day === host.day && own.hours === host.hours ? undefined : host;
}
