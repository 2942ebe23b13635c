import { expect, test } from 'vitest';
import { cutHighlights } from './highlight';

const shown = (snippet: string, highlights: [number, number][]) =>
  cutHighlights(snippet, highlights)
    .map((piece) => (piece.hit ? `[${piece.text}]` : piece.text))
    .join('');

test('offsets count UTF-16 units, so an emoji before the hit is two', () => {
  expect(shown('🚀 Getriebe läuft', [[3, 11]])).toBe('🚀 [Getriebe] läuft');
});

test('overlaps, disorder and offsets beyond the text lose nothing and repeat nothing', () => {
  expect(
    shown('abcdef', [
      [3, 5],
      [1, 4],
    ]),
  ).toBe('a[bcd][e]f');
  expect(shown('abc', [[2, 9]])).toBe('ab[c]');
  expect(shown('abc', [[5, 9]])).toBe('abc');
  expect(shown('abc', [])).toBe('abc');
});

test('markup in a snippet stays text', () => {
  expect(cutHighlights('<b>x</b>', [[3, 4]]).map((piece) => piece.text)).toEqual(['<b>', 'x', '</b>']);
});
