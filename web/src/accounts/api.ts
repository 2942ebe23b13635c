import { get, patch, post, remove } from '$platform/api/client';
import type { Language } from '$platform/i18n/reader.svelte';
import type { Login, Me, Member, Page } from '$platform/api/types';

export const logIn = (email: string, password: string): Promise<Me> => post<Me>('/logins', { email, password });

export const askForReset = (email: string): Promise<unknown> => post('/password-resets', { email });
export const redeemReset = (token: string, password: string): Promise<unknown> =>
  post('/password-resets/redeem', { token, password });

export const changeMe = (change: { language?: Language; time_zone?: string }): Promise<Me> => patch<Me>('/me', change);
export const changePassword = (current: string, fresh: string): Promise<unknown> =>
  post('/me/password', { current_password: current, new_password: fresh });

export const readLogins = (cursor?: string): Promise<Page<Login>> => get<Page<Login>>('/logins', { cursor });
export const endLogin = (id: string): Promise<unknown> => remove(`/logins/${id}`);

export interface Profile {
  name: string;
  company: string;
  job_title: string;
}
export const changeProfile = (brandId: string, profile: Profile): Promise<Member> =>
  patch<Member>(`/brands/${brandId}/members/me`, profile);
