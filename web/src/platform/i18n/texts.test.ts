import { beforeEach, expect, test } from 'vitest';
import * as texts from '$texts/platform';
import { compileRoom } from '../../../scripts/compile-texts.mjs';
import { setReader } from './reader.svelte';

beforeEach(() => setReader('de', 'Europe/Berlin'));

test('a text follows the reader, with no reload', () => {
  expect(texts.search()).toBe('Suchen');
  setReader('en', 'Europe/Dublin');
  expect(texts.search()).toBe('Search');
});

test('a counted text takes the form and the digits of the language', () => {
  expect(texts.unread({ count: 1 })).toBe('1 ungelesene Nachricht');
  expect(texts.unread({ count: 1200 })).toBe('1.200 ungelesene Nachrichten');
  setReader('en', 'UTC');
  expect(texts.unread({ count: 1200 })).toBe('1,200 unread messages');
});

test('a key that one language lacks, or other holes, stop the build', () => {
  expect(compileRoom('x', { a: 'A', b: 'B' }, { a: 'A' }).errors).toEqual(['x.en.json: "b" is missing']);
  expect(compileRoom('x', { a: '{n} A' }, { a: 'A' }).errors).toEqual(['x: "a" has other holes in de than in en']);
  expect(compileRoom('x', { 'a#one': 'A', 'a#other': 'As' }, { 'a#one': 'A', 'a#other': 'As' }).errors).toEqual([]);
});

test('a text cannot break out of its literal', () => {
  const { code } = compileRoom('x', { a: '`$\\ {n}' }, { a: '`$\\ {n}' });
  expect(code).toContain('`\\`\\$\\\\ ${put(p.n)}`');
});
