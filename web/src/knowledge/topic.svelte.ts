import type { Id, Reply, Thread } from '$platform/api/types';
import type { Change } from '$platform/live/frames';
import { acceptReply, changeReply, deleteReply, postReply, readReplies, readThread } from './api';
import { newerThread, withAccepted, withReply } from './changes';

/** One thread on the screen, kept true by its group's stream. */
export class Topic {
  thread = $state.raw<Thread | undefined>();
  replies = $state.raw<Reply[]>([]);
  fault: unknown = $state.raw();

  constructor(readonly id: Id) {}

  async load(): Promise<void> {
    this.fault = undefined;
    try {
      const [{ thread }, replies] = await Promise.all([readThread(this.id), this.#allReplies()]);
      this.thread = thread;
      this.replies = replies;
    } catch (reason) {
      this.fault = reason;
    }
  }

  apply(change: Change): void {
    if ((change.kind === 'thread.posted' || change.kind === 'thread.changed') && change.thread.id === this.id) {
      this.put(change.thread);
    } else if (
      (change.kind === 'reply.posted' || change.kind === 'reply.changed') &&
      change.reply.thread_id === this.id
    ) {
      this.replies = withReply(this.replies, change.reply);
    }
  }

  put(thread: Omit<Thread, 'can_edit' | 'can_accept'>): void {
    if (!this.thread) return;
    this.thread = newerThread(this.thread, thread);
    this.replies = withAccepted(this.replies, this.thread.accepted_reply_id);
  }

  async answer(body: string, key: string): Promise<void> {
    this.replies = withReply(this.replies, await postReply(this.id, body, key));
  }

  async edit(reply: Reply, body: string): Promise<void> {
    this.replies = withReply(this.replies, await changeReply(reply.id, body));
  }

  async remove(reply: Reply): Promise<void> {
    await deleteReply(reply.id);
    this.replies = withReply(this.replies, { ...reply, deleted: true, body: '', html: '', accepted: false });
  }

  async accept(reply: Id | null): Promise<void> {
    this.put(await acceptReply(this.id, reply));
  }

  async #allReplies(): Promise<Reply[]> {
    const all: Reply[] = [];
    let next: string | null | undefined;
    do {
      const page = await readReplies(this.id, next ?? undefined);
      all.push(...page.items);
      next = page.next;
    } while (next);
    return all;
  }
}
