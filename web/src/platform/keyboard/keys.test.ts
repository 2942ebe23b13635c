import { beforeEach, expect, test } from 'vitest';
import { setReader } from '$platform/i18n/reader.svelte';
import { commandOf, keys, spell } from './keys';

beforeEach(() => setReader('de', 'UTC'));
const press = (init: KeyboardEventInit) => new KeyboardEvent('keydown', init);

test('search opens from anywhere, with Ctrl or Cmd, even while writing', () => {
  expect(commandOf(press({ key: 'k', ctrlKey: true }), true)).toBe('search');
  expect(commandOf(press({ key: 'K', metaKey: true }), false)).toBe('search');
});

test('a question mark in a text is a question mark', () => {
  expect(commandOf(press({ key: '?', shiftKey: true }), true)).toBeUndefined();
  expect(commandOf(press({ key: '?', shiftKey: true }), false)).toBe('help');
});

test('regions go forward and, with Shift, back', () => {
  expect(commandOf(press({ key: 'F6' }), true)).toBe('nextRegion');
  expect(commandOf(press({ key: 'F6', shiftKey: true }), true)).toBe('previousRegion');
});

test('arrows without Alt belong to the text', () => {
  expect(commandOf(press({ key: 'ArrowUp' }), true)).toBeUndefined();
});

test('each key is written as it stands on the keyboard', () => {
  expect(keys.map((key) => spell(key, false).join(' '))).toContain('Strg K');
  expect(keys.map((key) => spell(key, true).join(' '))).toContain('⌘ K');
});
