import { get, patch, post, put, remove } from '$platform/api/client';
import type { Id, Page, Reply, Thread } from '$platform/api/types';

export interface ThreadFilter {
  state?: string;
  tag?: string;
}
export const readThreads = (group: Id, filter: ThreadFilter, cursor?: string): Promise<Page<Thread>> =>
  get<Page<Thread>>(`/groups/${group}/threads`, { limit: 30, ...filter, cursor });

export interface ThreadText {
  title: string;
  body: string;
  tags: string[];
}
export const startThread = (
  group: Id,
  thread: ThreadText & { kind: Thread['kind'] },
  client_key: string,
): Promise<Thread> => post<Thread>(`/groups/${group}/threads`, { client_key, ...thread });

export const readThread = (id: Id): Promise<{ thread: Thread; position: number }> =>
  get<{ thread: Thread; position: number }>(`/threads/${id}`);
export const changeThread = (id: Id, change: Partial<ThreadText> & { state?: 'open' | 'closed' }): Promise<Thread> =>
  patch<Thread>(`/threads/${id}`, change);
export const deleteThread = (id: Id): Promise<unknown> => remove(`/threads/${id}`);

export const readReplies = (thread: Id, cursor?: string): Promise<Page<Reply>> =>
  get<Page<Reply>>(`/threads/${thread}/replies`, { limit: 50, cursor });
export const postReply = (thread: Id, body: string, client_key: string): Promise<Reply> =>
  post<Reply>(`/threads/${thread}/replies`, { client_key, body });
export const changeReply = (id: Id, body: string): Promise<Reply> => patch<Reply>(`/replies/${id}`, { body });
export const deleteReply = (id: Id): Promise<unknown> => remove(`/replies/${id}`);
export const acceptReply = (thread: Id, reply: Id | null): Promise<Thread> =>
  put<Thread>(`/threads/${thread}/accepted`, { reply_id: reply });
