import type { Id } from '$platform/api/types';
import { askTicket } from './api';
import { MediaLink } from './link';
import { findingsOf, type Findings, type Report } from './network';

const ANSWERS_WITHIN_MS = 8_000;
const SETTLES_MS = 600;

/** Opens a connection like that of a viewer, looks which way its packets take, and closes it again. */
export function tryNetwork(webinar: Id, servers: RTCIceServer[]): Promise<Findings> {
  return new Promise((resolve, reject) => {
    const finish = (act: () => void) => {
      clearTimeout(late);
      link.close();
      act();
    };
    const link: MediaLink = new MediaLink({
      ticket: () => askTicket(webinar, 'view'),
      servers: () => servers,
      build: (connection) => void connection.addTransceiver('audio', { direction: 'recvonly' }),
      word: () => undefined,
      state: (state, fault) => {
        if (state === 'refused') finish(() => reject(fault as Error));
        if (state === 'up') setTimeout(() => void measure(), SETTLES_MS);
      },
    });
    const measure = async () => {
      const reports: Report[] = [];
      (await link.connection?.getStats())?.forEach((one: Report) => reports.push(one));
      finish(() => resolve(findingsOf(reports)));
    };
    const late = setTimeout(() => finish(() => resolve({ way: undefined, roundTripMs: undefined })), ANSWERS_WITHIN_MS);
    link.open();
  });
}
