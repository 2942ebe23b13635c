import { expect, test } from 'vitest';
import { person } from '$platform/store/samples';
import { applyToFloor, EMPTY_FLOOR, inOrder, touches, withPoll, withQuestion } from './floor';
import { onStage, poll, question, stage } from './samples';

test('the stream’s word about a question keeps what is one’s own', () => {
  const known = question({ my_vote: true, mine: true, votes: 1 });
  const { my_vote: _, mine: __, ...shared } = question({ votes: 5, revision: 2 });
  const floor = applyToFloor({ ...EMPTY_FLOOR, questions: [known] }, { kind: 'question.changed', question: shared });
  expect(floor.questions).toEqual([question({ my_vote: true, mine: true, votes: 5, revision: 2 })]);
});

test('an older word that comes late changes nothing, a new question is added', () => {
  const known = question({ revision: 4, votes: 9 });
  expect(withQuestion([known], question({ revision: 3, votes: 1 }))).toEqual([known]);
  expect(withQuestion([known], question({ id: 'q2' })).map(({ id }) => id)).toEqual(['q1', 'q2']);
  expect(withPoll([poll({ revision: 4 })], poll({ revision: 3, state: 'closed' }))[0]?.state).toBe('open');
});

test('a poll keeps one’s own choice when its counts move', () => {
  const { my_vote: _, voted: __, ...shared } = poll({ voters: 9, revision: 2 });
  const mine = { options: ['o1'], value: null, text: null };
  const [now] = withPoll([poll({ my_vote: mine, voted: true })], shared);
  expect([now?.voters, now?.my_vote, now?.voted]).toEqual([9, mine, true]);
});

test('who knows the solution of a quiz keeps it when the stream says nothing of it', () => {
  const options = [{ id: 'o1', text: 'Öl', correct: true, votes: null }];
  const [now] = withPoll([poll({ options })], poll({ revision: 2, options: [{ ...options[0]!, correct: null }] }));
  expect(now?.options[0]?.correct).toBe(true);
});

test('hands, modes and slides are replaced as a whole, a deleted question is gone', () => {
  const hands = [{ person: person(), raised_at: '2026-12-03T09:01:00.000Z' }];
  const chat = { slow_seconds: 30, hosts_only: true };
  const asking = { moderated: true, anonymous: true };
  let floor = applyToFloor(
    { ...EMPTY_FLOOR, questions: [question()] },
    { kind: 'hand.changed', webinar_id: 'w1', hands },
  );
  floor = applyToFloor(floor, { kind: 'floor.changed', webinar_id: 'w1', chat, asking, slides: null });
  floor = applyToFloor(floor, { kind: 'question.deleted', question_id: 'q1' });
  expect(floor).toEqual({ ...EMPTY_FLOOR, hands, chat, asking });
});

test('what is being answered stands first, then what is pinned, then by votes and age; what is done last', () => {
  const order = inOrder([
    question({ id: 'done', state: 'answered', votes: 99 }),
    question({ id: 'few', votes: 1 }),
    question({ id: 'young', votes: 7, asked_at: '2026-12-03T09:09:00.000Z' }),
    question({ id: 'old', votes: 7 }),
    question({ id: 'pinned', pinned: true }),
    question({ id: 'live', state: 'live' }),
  ]);
  expect(order.map(({ id }) => id)).toEqual(['live', 'pinned', 'old', 'young', 'few', 'done']);
});

test('a fresh read is needed when one’s own place or the state has moved, and only then', () => {
  const before = stage({ people: [onStage('a'), onStage('me')] });
  expect(touches(before, stage({ people: [onStage('me')], attending: 9 }), 'me')).toBe(false);
  expect(touches(before, stage({ people: [onStage('a')] }), 'me')).toBe(true);
  expect(touches(before, stage({ people: [onStage('me', { role: 'host' })] }), 'me')).toBe(true);
  expect(touches(before, stage({ ...before, state: 'ended' }), 'me')).toBe(true);
});
