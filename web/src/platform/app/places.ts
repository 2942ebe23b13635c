import type { Channel, Start } from '$platform/api/types';

/** Where a person was last, on this device: opening a brand leads back there. */
const key = (brandId: string, what: 'channel' | 'group') => `guildhall.last.${what}.${brandId}`;

export function rememberPlace(brandId: string, group: string, channel?: string): void {
  localStorage.setItem(key(brandId, 'group'), group);
  if (channel) localStorage.setItem(key(brandId, 'channel'), channel);
}

export function lastGroup(start: Start): string | undefined {
  const last = localStorage.getItem(key(start.brand.id, 'group'));
  const groups = start.groups.map(({ group }) => group.id);
  return groups.find((id) => id === last) ?? groups[0];
}

/** The channel to open first: the last one seen, else the first chat. */
export function lastChannel(start: Start): Channel | undefined {
  const last = localStorage.getItem(key(start.brand.id, 'channel'));
  const channels = start.groups.flatMap((one) => one.channels).filter((one) => one.kind !== 'webinar');
  return channels.find(({ id }) => id === last) ?? channels.find(({ kind }) => kind === 'chat') ?? channels[0];
}
