import { get, patch, post, put } from '$platform/api/client';
import type { Channel, Group, Id, Page } from '$platform/api/types';

export interface GroupText {
  name: string;
  description: string;
}
export const createGroup = (brandId: Id, text: GroupText, key: string): Promise<Group> =>
  post<Group>(`/brands/${brandId}/groups`, text, { idempotencyKey: key });
export const changeGroup = (group: Group, change: Partial<GroupText> & { archived?: boolean }): Promise<Group> =>
  patch<Group>(`/groups/${group.id}`, change, group.version);

/** All of the brand's for admins, one's own for everybody else. */
export const readGroups = (brandId: Id, cursor?: string): Promise<Page<Group>> =>
  get<Page<Group>>(`/brands/${brandId}/groups`, { cursor });
export const joinGroup = (group: Id, me: Id): Promise<unknown> =>
  put(`/groups/${group}/members/${me}`, { role: 'member' });

export interface ChannelText {
  name: string;
  topic: string;
}
export const createChannel = (
  group: Id,
  channel: ChannelText & { kind: 'chat' | 'announcements' },
  key: string,
): Promise<Channel> => post<Channel>(`/groups/${group}/channels`, channel, { idempotencyKey: key });
export const changeChannel = (channel: Channel, change: ChannelText): Promise<Channel> =>
  patch<Channel>(`/channels/${channel.id}`, change, channel.version);
