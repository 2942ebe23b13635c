import { expect, test } from 'vitest';
import { rangeOf } from './scroller.svelte';

const rows = (count: number) => Array.from({ length: count }, (_, index) => ({ key: `k${index}` }));

test('pinned to the end, the newest rows are in the document', () => {
  expect(rangeOf(rows(300), { pinned: true, from: undefined })).toEqual({ start: 190, end: 300 });
});

test('scrolled up, rows arriving at the end change nothing in the document', () => {
  const view = { pinned: false, from: 'k100' };
  expect(rangeOf(rows(300), view)).toEqual(rangeOf(rows(350), view));
});

test('rows put in front move the numbers and not the slice', () => {
  const more = [{ key: 'older' }, ...rows(300)];
  expect(rangeOf(more, { pinned: false, from: 'k100' })).toEqual({ start: 101, end: 211 });
});

test('a lost first row falls back to the beginning', () => {
  expect(rangeOf(rows(5), { pinned: false, from: 'gone' })).toEqual({ start: 0, end: 5 });
});
