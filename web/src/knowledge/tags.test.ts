import { expect, test } from 'vitest';
import { readTags, writeTags } from './tags';

test.each([
  ['Aluminium, Lieferkette', ['aluminium', 'lieferkette']],
  ['#aluminium #lieferkette', ['aluminium', 'lieferkette']],
  [' EN 1090 ;; en-1090,', ['en-1090']],
  ['', []],
])('%j gives %j', (typed, tags) => {
  expect(readTags(typed)).toEqual(tags);
});

test('what is shown for editing reads back the same', () => {
  expect(readTags(writeTags(['a-b', 'c']))).toEqual(['a-b', 'c']);
});
