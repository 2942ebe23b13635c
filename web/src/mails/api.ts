import { get, post } from '$platform/api/client';
import type { Id, Mail, MailContent, Page } from '$platform/api/types';

export const readMails = (brandId: Id, cursor?: string): Promise<Page<Mail>> =>
  get<Page<Mail>>(`/brands/${brandId}/mails`, { cursor });
export const readMail = (id: Id): Promise<MailContent> => get<MailContent>(`/mails/${id}`);
export const retryMail = (id: Id): Promise<unknown> => post(`/mails/${id}/retry`);
