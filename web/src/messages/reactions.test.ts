import { expect, test } from 'vitest';
import { message } from '$platform/store/samples';
import { toggled } from './reactions';

test('a reaction is added once, joined by others, and taken back to nothing', () => {
  const one = toggled(message(), '👍', 'me');
  expect(one.reactions).toEqual([{ emoji: '👍', count: 1, members: ['me'] }]);
  const two = toggled(one, '👍', 'other');
  expect(two.reactions[0]?.count).toBe(2);
  expect(toggled(toggled(two, '👍', 'other'), '👍', 'me').reactions).toEqual([]);
});
