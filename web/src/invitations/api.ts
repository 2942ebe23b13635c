import { get, post, remove } from '$platform/api/client';
import type { BrandRole, GroupRole, Id, Invitation, InvitationPreview, Me, Page } from '$platform/api/types';
import type { Language } from '$platform/i18n/reader.svelte';

export const previewInvitation = (token: string): Promise<InvitationPreview> =>
  post<InvitationPreview>('/invitations/preview', { token });
export const askForCode = (token: string, email?: string): Promise<unknown> =>
  post('/invitations/code', { token, email });

export interface Newcomer {
  email?: string;
  code: string;
  password: string;
  name: string;
  company: string;
  job_title: string;
  language: Language;
  time_zone: string;
}
export interface Redeemed {
  me: Me;
  brand_id: Id;
  group_ids: Id[];
}
/** Without a newcomer's details it is the signed-in account that joins. */
export const redeemInvitation = (token: string, newcomer?: Newcomer): Promise<Redeemed> =>
  post<Redeemed>('/invitations/redeem', { token, ...newcomer });

export interface NewInvitation {
  kind: 'email' | 'link';
  email?: string;
  domain?: string;
  groups: Id[];
  group_role: GroupRole;
  brand_role: Exclude<BrandRole, 'owner'>;
  max_uses?: number;
  expires_in_days: number;
  message?: string;
}
export const readInvitations = (brandId: Id, cursor?: string): Promise<Page<Invitation>> =>
  get<Page<Invitation>>(`/brands/${brandId}/invitations`, { cursor });
export const createInvitation = (brandId: Id, invitation: NewInvitation, key: string): Promise<Invitation> =>
  post<Invitation>(`/brands/${brandId}/invitations`, invitation, { idempotencyKey: key });
export const revokeInvitation = (id: Id): Promise<unknown> => remove(`/invitations/${id}`);
export const resendInvitation = (id: Id): Promise<unknown> => post(`/invitations/${id}/resend`);

/** Ends the log-in of this device without leaving the page of the invitation. */
export const logOutHere = (): Promise<unknown> => remove('/logins/current');
