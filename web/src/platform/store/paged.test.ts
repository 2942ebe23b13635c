import { expect, test } from 'vitest';
import type { Page } from '$platform/api/types';
import { Paged } from './paged.svelte';

const page = (ids: string[], next: string | null = null): Page<{ id: string }> => ({
  items: ids.map((id) => ({ id })),
  next,
});
const ids = (list: Paged<{ id: string }>) => list.items.map((one) => one.id).join();

test('pages are joined, and a row that moved between two reads stands once', async () => {
  const list = new Paged((cursor) => Promise.resolve(cursor ? page(['b', 'c']) : page(['a', 'b'], 'x')));
  await list.load();
  expect(list.hasMore).toBe(true);
  await list.more();
  expect(ids(list)).toBe('a,b,c');
  expect(list.hasMore).toBe(false);
});

test('an answer that was outrun by a newer question is dropped', async () => {
  const answers: ((one: Page<{ id: string }>) => void)[] = [];
  const list = new Paged<{ id: string }>(() => new Promise((resolve) => answers.push(resolve)));
  const [old, fresh] = [list.load(), list.load()];
  answers[1]?.(page(['new']));
  await fresh;
  answers[0]?.(page(['old']));
  await old;
  expect(ids(list)).toBe('new');
});

test('a failed page keeps what is there and says why', async () => {
  let works = true;
  const list = new Paged(() => (works ? Promise.resolve(page(['a'], 'x')) : Promise.reject(new Error('gone'))));
  await list.load();
  works = false;
  await list.more();
  expect(ids(list)).toBe('a');
  expect(list.fault).toBeInstanceOf(Error);
  expect(list.loading).toBe(false);
});
