import type { Floor, Poll, Question, StageFrame, Stage, StageChange } from './wire';

/**
 * Stage and floor as the stream changes them. What is one's own (vote, choice, role) is not in the stream: it is kept
 * from what is known, and asked for anew where it may have moved.
 */
export const EMPTY_FLOOR: Floor = {
  hands: [],
  questions: [],
  polls: [],
  slides: null,
  chat: { slow_seconds: 0, hosts_only: false },
  asking: { moderated: false, anonymous: false },
};

export function applyToFloor(floor: Floor, change: StageChange): Floor {
  switch (change.kind) {
    case 'hand.changed':
      return { ...floor, hands: change.hands };
    case 'question.changed':
      return { ...floor, questions: withQuestion(floor.questions, change.question) };
    case 'question.held':
    case 'question.deleted':
      return { ...floor, questions: floor.questions.filter(({ id }) => id !== change.question_id) };
    case 'poll.changed':
      return { ...floor, polls: withPoll(floor.polls, change.poll) };
    case 'floor.changed':
      return { ...floor, chat: change.chat, asking: change.asking, slides: change.slides };
    case 'stage.changed':
      return floor;
  }
}

/** An answer to an own act and the stream's word may come in either order: the higher revision stands. */
export function withQuestion(
  all: Question[],
  fresh: Partial<Question> & Omit<Question, 'my_vote' | 'mine'>,
): Question[] {
  const known = all.find(({ id }) => id === fresh.id);
  if (known && known.revision > fresh.revision) return all;
  const now: Question = { my_vote: false, mine: false, ...known, ...fresh };
  return known ? all.map((one) => (one.id === now.id ? now : one)) : [...all, now];
}

export function withPoll(all: Poll[], fresh: Partial<Poll> & Omit<Poll, 'my_vote' | 'voted'>): Poll[] {
  const known = all.find(({ id }) => id === fresh.id);
  if (known && known.revision > fresh.revision) return all;
  // The stream tells nobody the solution before the results; who runs the webinar has read it and keeps it.
  const options = fresh.options.map((option) => ({
    ...option,
    correct: option.correct ?? known?.options.find(({ id }) => id === option.id)?.correct ?? null,
  }));
  const now: Poll = { my_vote: null, voted: false, ...known, ...fresh, options };
  return known ? all.map((one) => (one.id === now.id ? now : one)) : [...all, now];
}

/** True where one's own place may have changed, which only a fresh read tells. */
export function touches(before: Stage, now: StageFrame, me: string): boolean {
  const place = (stage: StageFrame) => stage.people.find(({ person }) => person.id === me)?.role;
  return place(before) !== place(now) || before.state !== now.state;
}

const RANK: Record<Question['state'], number> = { live: 0, waiting: 1, open: 1, answered: 2, dismissed: 3 };

/** Being answered first, then pinned, then by votes, the older first; what is done stands below. */
export function inOrder(questions: readonly Question[]): Question[] {
  return [...questions].sort(
    (a, b) =>
      RANK[a.state] - RANK[b.state] ||
      Number(b.pinned) - Number(a.pinned) ||
      b.votes - a.votes ||
      a.asked_at.localeCompare(b.asked_at),
  );
}
