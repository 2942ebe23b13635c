import { patch, post } from '$platform/api/client';
import type { Channel, Group, Id } from '$platform/api/types';

export interface GroupText {
  name: string;
  description: string;
}
export const createGroup = (brandId: Id, text: GroupText, key: string): Promise<Group> =>
  post<Group>(`/brands/${brandId}/groups`, text, { idempotencyKey: key });
export const changeGroup = (group: Group, change: Partial<GroupText> & { archived?: boolean }): Promise<Group> =>
  patch<Group>(`/groups/${group.id}`, change, group.version);

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
