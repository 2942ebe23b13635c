import { describe, expect, test } from 'vitest';
import { append, change, countReply, EMPTY, fromPage, MOST, place, prepend } from './window';
import { message } from './samples';

const page = (positions: number[], more: { before?: boolean; after?: boolean } = {}) => ({
  items: positions.map((position) => message({ position })),
  position: 100,
  has_before: more.before ?? false,
  has_after: more.after ?? false,
});
const positions = (window: { items: readonly { position: number }[] }) => window.items.map((one) => one.position);

describe('placing', () => {
  test('a message stands where its position says, in whatever order it came', () => {
    const window = [3, 1, 2].reduce((now, position) => place(now, message({ position })), EMPTY);
    expect(positions(window)).toEqual([1, 2, 3]);
  });

  test('the same message twice is one row, and an older revision never wins', () => {
    const first = place(EMPTY, message({ position: 1, revision: 2, body: 'neu' }));
    const again = place(first, message({ position: 1, revision: 1, body: 'alt' }));
    expect(again.items.map((one) => one.body)).toEqual(['neu']);
  });

  test('a message after the end of a window in the middle is left for later', () => {
    const window = fromPage(page([5, 6], { after: true }));
    expect(place(window, message({ position: 9 }))).toBe(window);
  });

  test('a window never grows over its bound, and knows that there is more before', () => {
    const full = fromPage(page(Array.from({ length: MOST }, (_, index) => index + 1)));
    const window = place(full, message({ position: MOST + 1 }));
    expect(window.items).toHaveLength(MOST);
    expect(window.hasBefore).toBe(true);
    expect(window.items[0]?.position).toBe(2);
  });
});

describe('changing', () => {
  test('an edit of a message before the window changes nothing', () => {
    const window = fromPage(page([5, 6], { before: true }));
    expect(change(window, message({ position: 1, revision: 9 }))).toBe(window);
  });

  test('a deletion empties the row and keeps its place', () => {
    const window = change(fromPage(page([5, 6])), message({ position: 5, revision: 2, deleted: true, body: '' }));
    expect(window.items.map((one) => one.deleted)).toEqual([true, false]);
  });

  test('a reply is counted once at its root, also when the root came counted already', () => {
    const reply = message({ position: 7, reply_to: 'id-5', created_at: '2026-11-19T10:00:00.000Z' });
    const once = countReply(fromPage(page([5, 6])), reply);
    expect(once.items[0]).toMatchObject({ reply_count: 1, last_reply_at: reply.created_at });
    expect(countReply(once, reply)).toBe(once);
  });
});

describe('paging', () => {
  test('pages join without doubles on both sides', () => {
    const window = append(prepend(fromPage(page([5, 6])), page([3, 4, 5])), page([6, 7]));
    expect(positions(window)).toEqual([3, 4, 5, 6, 7]);
  });

  test('going far back lets go of the end and says so', () => {
    const many = (from: number) => Array.from({ length: 400 }, (_, index) => from + index);
    const window = prepend(fromPage(page(many(401))), page(many(1), { before: true }));
    expect(window).toMatchObject({ hasBefore: true, hasAfter: true });
    expect(window.items.at(-1)?.position).toBe(MOST);
  });
});
