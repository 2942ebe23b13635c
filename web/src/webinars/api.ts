import { get, patch, post, put, remove } from '$platform/api/client';
import type { Channel, Id, Instant, Page, Person, Webinar } from '$platform/api/types';

export const readWebinars = (group: Id, past: boolean, cursor?: string): Promise<Page<Webinar>> =>
  get<Page<Webinar>>(`/groups/${group}/webinars`, { past, limit: 50, cursor });

export interface WebinarOpening {
  webinar: Webinar;
  position: number;
  /** A draft has no chat yet. */
  channel: Channel | null;
}
export const readWebinar = (id: Id): Promise<WebinarOpening> => get<WebinarOpening>(`/webinars/${id}`);

export interface WebinarText {
  title: string;
  description: string;
  local_start: string;
  time_zone: string;
  duration_minutes: number;
  capacity: number | null;
}
export const planWebinar = (group: Id, text: WebinarText, publish: boolean, key: string): Promise<Webinar> =>
  post<Webinar>(`/groups/${group}/webinars`, { ...text, publish }, { idempotencyKey: key });
export const changeWebinar = (
  { id, version }: Webinar,
  change: Partial<WebinarText> & { publish?: true },
): Promise<Webinar> => patch<Webinar>(`/webinars/${id}`, change, version);
export const cancelWebinar = (id: Id): Promise<Webinar> => post<Webinar>(`/webinars/${id}/cancel`);

export const register = (id: Id): Promise<Webinar> => put<Webinar>(`/webinars/${id}/registration`);
export const unregister = (id: Id): Promise<unknown> => remove(`/webinars/${id}/registration`);
export interface Registration {
  person: Person;
  at: Instant;
}
export const readRegistrations = (id: Id): Promise<Page<Registration>> =>
  get<Page<Registration>>(`/webinars/${id}/registrations`, { limit: 200 });

/** A file for any calendar; the browser saves it. */
export const icsAddress = (id: Id): string => `/api/v1/webinars/${id}/calendar.ics`;
