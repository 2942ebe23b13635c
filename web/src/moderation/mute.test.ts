import { expect, test } from 'vitest';
import { isMuted, muteEnd } from './mute';

const now = new Date('2026-11-22T19:00:00.000Z');

test('a span ends that long from now, in the server’s form', () => {
  expect(muteEnd('hour', now)).toBe('2026-11-22T20:00:00.000Z');
  expect(muteEnd('week', now)).toBe('2026-11-29T19:00:00.000Z');
});

test('a mute that has run out mutes nobody', () => {
  expect(isMuted(null, now)).toBe(false);
  expect(isMuted('2026-11-22T19:00:00.000Z', now)).toBe(false);
  expect(isMuted('2026-11-22T19:00:00.001Z', now)).toBe(true);
});
