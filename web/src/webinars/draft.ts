import * as texts from '$texts/webinars';
import * as problems from '$texts/problems';
import type { Webinar } from '$platform/api/types';
import { required } from '$platform/ui/checks';
import { wallTime } from '$platform/i18n/zones';
import type { WebinarText } from './api';

/** What stands in the form, as typed; date and time apart, as browsers ask for them. */
export type WebinarDraft = Record<
  'group' | 'title' | 'description' | 'date' | 'time' | 'zone' | 'minutes' | 'capacity',
  string
>;

export const LEAST_MINUTES = 5;
export const MOST_MINUTES = 24 * 60;

export const blankDraft = (group: string, zone: string): WebinarDraft => ({
  group,
  title: '',
  description: '',
  date: '',
  time: '10:00',
  zone,
  minutes: '60',
  capacity: '',
});

export const draftOf = (webinar: Webinar): WebinarDraft => ({
  group: webinar.group_id,
  title: webinar.title,
  description: webinar.description,
  date: webinar.local_start.slice(0, 10),
  time: webinar.local_start.slice(11, 16),
  zone: webinar.time_zone,
  minutes: String(webinar.duration_minutes),
  capacity: webinar.capacity === null ? '' : String(webinar.capacity),
});

export const localStart = ({ date, time }: WebinarDraft): string => `${date}T${time}`;

export function checkDraft(draft: WebinarDraft, now: Date): Record<string, string | undefined> {
  const minutes = Number(draft.minutes);
  const capacity = Number(draft.capacity);
  const start = wallTime(localStart(draft), draft.zone);
  const over = start && start.at.getTime() + minutes * 60_000 <= now.getTime();
  const lasts = Number.isInteger(minutes) && minutes >= LEAST_MINUTES && minutes <= MOST_MINUTES;
  return {
    group: required(draft.group),
    title: required(draft.title),
    local_start: start ? (over ? problems.in_the_past() : undefined) : problems.invalid_local_time(),
    duration_minutes: lasts ? undefined : texts.minutesRange({ least: LEAST_MINUTES }),
    capacity: draft.capacity === '' || (Number.isInteger(capacity) && capacity >= 1) ? undefined : texts.seatsRange(),
  };
}

export const toText = (draft: WebinarDraft): WebinarText => ({
  title: draft.title.trim(),
  description: draft.description.trim(),
  local_start: localStart(draft),
  time_zone: draft.zone,
  duration_minutes: Number(draft.minutes),
  capacity: draft.capacity === '' ? null : Number(draft.capacity),
});
