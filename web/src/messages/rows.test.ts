import { beforeEach, expect, test } from 'vitest';
import { setReader } from '$platform/i18n/reader.svelte';
import type { Pending } from '$platform/live/outbox';
import { member, message, person } from '$platform/store/samples';
import { buildRows, type RowSource } from './rows';

beforeEach(() => setReader('de', 'Europe/Berlin'));

const me = member({ id: 'me', name: 'Selin' });
const source = (over: Partial<RowSource>): RowSource => ({
  items: [],
  pending: [],
  me,
  ruleAfter: undefined,
  hasBefore: true,
  hasAfter: false,
  ...over,
});
const pending = (over: Partial<Pending> = {}): Pending => ({
  client_key: 'k1',
  brand_id: 'b1',
  channel_id: 'c1',
  reply_to: null,
  body: 'Hallo',
  files: [],
  created_at: '2026-11-19T08:30:00.000Z',
  state: 'waiting',
  code: null,
  ...over,
});
const kinds = (over: Partial<RowSource>) => buildRows(source(over)).map((row) => row.kind);

test('messages of one author within five minutes stand under one name', () => {
  const at = ['08:00:00', '08:04:00', '08:10:00'];
  const items = at.map((time, index) => message({ position: index + 1, created_at: `2026-11-19T${time}.000Z` }));
  const leads = buildRows(source({ items })).flatMap((row) => (row.kind === 'message' ? [row.lead] : []));
  expect(leads).toEqual([true, false, true]);
});

test('a day begins at midnight of the reader', () => {
  const items = [
    message({ position: 1, created_at: '2026-11-19T22:59:00.000Z' }),
    message({ position: 2, created_at: '2026-11-19T23:01:00.000Z' }),
  ];
  expect(kinds({ items })).toEqual(['day', 'message', 'day', 'message']);
});

test('one red rule stands before the first message of others that is new', () => {
  const mine = message({ position: 2, author: person({ id: 'me' }) });
  const items = [message({ position: 1 }), mine, message({ position: 3 }), message({ position: 4 })];
  expect(kinds({ items, ruleAfter: 1 })).toEqual(['day', 'message', 'message', 'new', 'message', 'message']);
});

test('an own message keeps its row from the first frame to the echo', () => {
  const before = buildRows(source({ pending: [pending()] }));
  const echo = message({ position: 1, author: person({ id: 'me' }), client_key: 'k1' });
  const after = buildRows(source({ items: [echo], pending: [pending()] }), before);
  expect(before.at(-1)?.key).toBe(after.at(-1)?.key);
  expect(after.filter((row) => row.kind === 'message')).toHaveLength(1);
});

test('the same key of another author is another row', () => {
  const items = [message({ position: 1, client_key: 'k1', author: person({ id: 'x' }) })];
  const keys = buildRows(source({ items, pending: [pending()] })).map((row) => row.key);
  expect(new Set(keys).size).toBe(keys.length);
});

test('replies stand in the panel and not in the channel; new ones are told at their root', () => {
  const items = [message({ position: 1, id: 'r', reply_count: 1 }), message({ position: 2, id: 'a', reply_to: 'r' })];
  const rows = buildRows(source({ items, ruleAfter: 1 }));
  expect(rows.flatMap((row) => (row.kind === 'message' ? [[row.message.id, row.freshReplies]] : []))).toEqual([
    ['r', true],
  ]);
  expect(kinds({ items, root: 'r' })).toEqual(['message', 'replies', 'message']);
});

test('what has not changed is the same object, so that nothing is drawn again', () => {
  const items = [message({ position: 1 }), message({ position: 2 })];
  const first = buildRows(source({ items }));
  const second = buildRows(source({ items: [...items, message({ position: 3 })] }), first);
  expect(second.slice(0, 3).every((row, index) => row === first[index])).toBe(true);
});

test('what is being sent is not shown at the end of a window that is not the end', () => {
  expect(kinds({ items: [message()], pending: [pending()], hasAfter: true })).toEqual(['day', 'message']);
});
