import { get, patch, put, remove } from '$platform/api/client';
import type { BrandRole, GroupRole, Id, Member, Page } from '$platform/api/types';

const PAGE = 50;

export const readBrandMembers = (brandId: Id, q: string, cursor?: string): Promise<Page<Member>> =>
  get<Page<Member>>(`/brands/${brandId}/members`, { limit: PAGE, q: q.trim(), cursor });
export const readGroupMembers = (group: Id, q: string, cursor?: string): Promise<Page<Member>> =>
  get<Page<Member>>(`/groups/${group}/members`, { limit: PAGE, q: q.trim(), cursor });

const inBrand = (brandId: Id, member: Id) => `/brands/${brandId}/members/${member}`;

export const setBrandRole = (brandId: Id, member: Id, role: BrandRole): Promise<Member> =>
  patch<Member>(inBrand(brandId, member), { role });
export const setState = (brandId: Id, member: Id, state: 'active' | 'suspended'): Promise<Member> =>
  patch<Member>(inBrand(brandId, member), { state });
export const removeFromBrand = (brandId: Id, member: Id): Promise<unknown> => remove(inBrand(brandId, member));
export const addToGroup = (group: Id, member: Id, role: GroupRole): Promise<Member> =>
  put<Member>(`/groups/${group}/members/${member}`, { role });
export const leaveGroup = (group: Id): Promise<unknown> => remove(`/groups/${group}/members/me`);
