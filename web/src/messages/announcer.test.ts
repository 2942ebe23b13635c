import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Announcer } from './announcer.svelte';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('a flood is spoken as its newest message, one in three seconds', () => {
  const announcer = new Announcer();
  announcer.say('a');
  announcer.say('b');
  announcer.say('c');
  expect(announcer.text).toBe('a');
  vi.advanceTimersByTime(2999);
  expect(announcer.text).toBe('a');
  vi.advanceTimersByTime(1);
  expect(announcer.text).toBe('c');
  vi.advanceTimersByTime(3000);
  announcer.say('d');
  expect(announcer.text).toBe('d');
});
