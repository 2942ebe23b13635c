import { get, patch, put, remove } from '$platform/api/client';
import type { Id, Message, Page } from '$platform/api/types';

export const editMessage = (id: Id, body: string) => patch<Message>(`/messages/${id}`, { body });
export const deleteMessage = (id: Id) => remove(`/messages/${id}`);
export const readMessage = (id: Id) => get<Message>(`/messages/${id}`);
export const readReplies = (id: Id, cursor?: string) =>
  get<Page<Message>>(`/messages/${id}/replies`, { limit: 200, cursor });

export const react = (id: Id, emoji: string) => put(`/messages/${id}/reactions/${encodeURIComponent(emoji)}`);
export const unreact = (id: Id, emoji: string) => remove(`/messages/${id}/reactions/${encodeURIComponent(emoji)}`);
