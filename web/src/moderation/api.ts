import { patch, remove } from '$platform/api/client';
import type { GroupRole, Id, Member } from '$platform/api/types';

/** What moderators do inside one group. */
const inGroup = (group: Id, member: Id) => `/groups/${group}/members/${member}`;

export const setGroupRole = (group: Id, member: Id, role: GroupRole): Promise<Member> =>
  patch<Member>(inGroup(group, member), { role });
export const setMute = (group: Id, member: Id, until: string | null): Promise<Member> =>
  patch<Member>(inGroup(group, member), { muted_until: until });
export const removeFromGroup = (group: Id, member: Id): Promise<unknown> => remove(inGroup(group, member));
