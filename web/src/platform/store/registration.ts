import type { Webinar } from '$platform/api/types';
import type { Change } from '$platform/live/frames';

type RegistrationChange = Extract<Change, { kind: 'registration.changed' }>;
type Registration = Pick<Webinar, 'my_registration' | 'waiting_place' | 'offer_until'>;

/** The part of somebody who has none. */
export const noRegistration: Registration = { my_registration: 'none', waiting_place: null, offer_until: null };

/** One's own part in a webinar, as a change tells it. */
export function registrationOf(change: RegistrationChange): Registration {
  return { my_registration: change.state, waiting_place: change.waiting_place, offer_until: change.offer_until };
}
