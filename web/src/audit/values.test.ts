import { beforeEach, expect, test } from 'vitest';
import { setReader } from '$platform/i18n/reader.svelte';
import { spell } from './values';

beforeEach(() => setReader('de', 'Europe/Berlin'));
const read = (value: unknown) => spell(value, (id) => (id === 'g1' ? 'Getriebe' : undefined));

test('words of the wire are told in the reader’s language', () => {
  expect(read('host')).toBe('Leitung');
  expect(read(true)).toBe('ja');
  expect(read(['g1', 'elsewhere'])).toBe('Getriebe, elsewhere');
});

test('moments are told in the reader’s zone, local times as they are', () => {
  expect(read('2026-12-13T10:00:00.000Z')).toBe('Sonntag, 13. Dezember 2026 um 11:00');
  expect(read('2026-12-13T10:00')).toBe('Sonntag, 13. Dezember 2026 um 10:00');
});

test('long texts are cut between letters, nothing is nothing', () => {
  expect(read('😀'.repeat(200))).toBe(`${'😀'.repeat(120)}…`);
  expect([read(null), read('')]).toEqual(['', '']);
});
