import { expect, test } from 'vitest';
import type { Reply, Thread } from '$platform/api/types';
import { newerThread, withAccepted, withReply } from './changes';

const reply = (id: string, created_at: string, more: Partial<Reply> = {}) =>
  ({ id, created_at, revision: 1, accepted: false, ...more }) as Reply;

test('a late change never undoes a newer one, and rights survive it', () => {
  const known = { id: 't', revision: 3, title: 'new', can_edit: true, can_accept: true } as Thread;
  expect(newerThread(known, { ...known, revision: 2, title: 'old' }).title).toBe('new');
  const { can_edit: _, can_accept: __, ...change } = { ...known, revision: 4, title: 'newest' };
  expect(newerThread(known, change)).toMatchObject({ title: 'newest', can_edit: true, can_accept: true });
});

test('a reply stands once, in order of writing', () => {
  const list = withReply([reply('b', '2'), reply('c', '3')], reply('a', '1'));
  expect(list.map((one) => one.id)).toEqual(['a', 'b', 'c']);
  expect(withReply(list, reply('b', '2', { revision: 2, body: 'x' }))).toHaveLength(3);
  expect(withReply(withReply(list, reply('b', '2', { revision: 2, body: 'x' })), reply('b', '2'))[1]?.body).toBe('x');
});

test('one answer is accepted at a time', () => {
  const list = [reply('a', '1', { accepted: true }), reply('b', '2')];
  expect(withAccepted(list, 'b').map((one) => one.accepted)).toEqual([false, true]);
  expect(withAccepted(list, null).map((one) => one.accepted)).toEqual([false, false]);
});
