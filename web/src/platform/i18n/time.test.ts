import { beforeEach, expect, test } from 'vitest';
import { bytes, clock, day, dayKey, daysAway } from './time';
import { setReader } from './reader.svelte';

beforeEach(() => setReader('de', 'Europe/Berlin'));

test('a moment is shown in the zone of the reader, not of the machine', () => {
  expect(clock('2026-11-19T08:12:00.000Z')).toBe('09:12');
  setReader('en', 'Europe/Dublin');
  expect(clock('2026-11-19T08:12:00.000Z')).toBe('08:12');
});

test('the day is the one of the reader, across midnight and the change of clocks', () => {
  expect(dayKey('2026-11-19T23:30:00.000Z')).toBe('2026-11-20');
  expect(dayKey('2026-10-24T22:30:00.000Z')).toBe('2026-10-25');
  expect(clock('2026-10-25T00:30:00.000Z')).toBe('02:30');
  expect(clock('2026-10-25T01:30:00.000Z')).toBe('02:30');
  expect(daysAway('2026-10-26T00:30:00.000Z', new Date('2026-10-24T23:00:00.000Z'))).toBe(1);
});

test('the year is named only where it is another one', () => {
  const now = new Date('2026-11-20T12:00:00.000Z');
  expect(day('2026-11-19T08:12:00.000Z', now)).toBe('Donnerstag, 19. November');
  expect(day('2025-11-19T08:12:00.000Z', now)).toBe('Mittwoch, 19. November 2025');
});

test('sizes are written as the language writes them', () => {
  expect(bytes(1_800_000)).toBe('1,8 MB');
  expect(bytes(0)).toBe('0 Byte');
});
