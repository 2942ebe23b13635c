import type { Reply, Thread } from '$platform/api/types';

/**
 * Threads and replies arrive twice: as answers to requests, with what this person may do, and as changes of the stream,
 * without it and possibly late. A higher revision wins; what one may do stays known.
 */
export type ThreadChange = Omit<Thread, 'can_edit' | 'can_accept'>;

export function newerThread(known: Thread, change: ThreadChange): Thread {
  return change.revision < known.revision ? known : { ...known, ...change };
}

/** In order of writing; one that is not known yet goes to its place. */
export function withReply(replies: readonly Reply[], reply: Reply): Reply[] {
  const known = replies.find((one) => one.id === reply.id);
  if (known && reply.revision < known.revision) return [...replies];
  const others = replies.filter((one) => one.id !== reply.id);
  return [...others, reply].sort((a, b) => a.created_at.localeCompare(b.created_at) || a.id.localeCompare(b.id));
}

/** Who accepts an answer accepts one only: the mark moves. */
export function withAccepted(replies: readonly Reply[], accepted: string | null): Reply[] {
  return replies.map((reply) =>
    reply.accepted === (reply.id === accepted) ? reply : { ...reply, accepted: reply.id === accepted },
  );
}
