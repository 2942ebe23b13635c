import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { people } from './people.svelte';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  people.forget();
  vi.useRealTimers();
});

test('a person is here as long as one group says so', () => {
  people.present('g1', ['a']);
  people.present('g2', ['a', 'b']);
  people.changed('g1', 'a', false);
  expect([people.isOnline('a'), people.onlineIn('g1'), people.onlineIn('g2')]).toEqual([true, 0, 2]);
  people.changed('g2', 'a', false);
  expect(people.isOnline('a')).toBe(false);
});

test('writing shows for five seconds from the last sign of it, and ends with the message', () => {
  const anja = { id: 'a', name: 'Anja', thread: null };
  people.typing('c1', anja);
  vi.advanceTimersByTime(4000);
  people.typing('c1', anja);
  vi.advanceTimersByTime(4999);
  expect(people.typingIn('c1', null)).toHaveLength(1);
  vi.advanceTimersByTime(1);
  expect(people.typingIn('c1', null)).toHaveLength(0);
  people.typing('c1', anja);
  people.stopped('c1', 'a');
  expect(people.typingIn('c1', null)).toHaveLength(0);
});

test('writing in a panel of replies is not writing in the channel', () => {
  people.typing('c1', { id: 'a', name: 'Anja', thread: 'r1' });
  expect([people.typingIn('c1', null).length, people.typingIn('c1', 'r1').length]).toEqual([0, 1]);
});
