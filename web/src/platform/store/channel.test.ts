import { beforeEach, expect, test, vi } from 'vitest';
import type { Message } from '$platform/api/types';
import { ChannelMessages } from './channel.svelte';
import { message } from './samples';

type Answer = (body: object) => void;
let answers: Answer[];
let asked: string[];

beforeEach(() => {
  answers = [];
  asked = [];
  vi.stubGlobal('fetch', (url: string) => {
    asked.push(url);
    return new Promise<Response>((resolve) => {
      answers.push((body) => resolve(new Response(JSON.stringify(body), { status: 200 })));
    });
  });
});

const page = (items: Message[], position: number, more: { before?: boolean; after?: boolean } = {}) => ({
  items,
  position,
  has_before: more.before ?? false,
  has_after: more.after ?? false,
});
const settle = () => new Promise<void>((done) => setTimeout(done));
const positions = (channel: ChannelMessages) => channel.window.items.map((one) => one.position);

test('what is posted while the first page is on its way is not lost, and not doubled', async () => {
  const channel = new ChannelMessages('c1');
  const opening = channel.open();
  channel.take(2, { kind: 'message.posted', message: message({ position: 2 }) });
  channel.take(3, { kind: 'message.posted', message: message({ position: 3 }) });
  answers[0]!(page([message({ position: 1 }), message({ position: 2 })], 2));
  await opening;
  expect(positions(channel)).toEqual([1, 2, 3]);
});

test('an edit that overtook an older page wins', async () => {
  const channel = new ChannelMessages('c1');
  const opening = channel.open();
  channel.take(9, { kind: 'message.changed', message: message({ position: 1, revision: 2, body: 'neu' }) });
  answers[0]!(page([message({ position: 1 })], 8));
  await opening;
  expect(channel.window.items[0]?.body).toBe('neu');
});

test('older messages are asked for once at a time, from the first known one', async () => {
  const channel = new ChannelMessages('c1');
  const opening = channel.open();
  answers[0]!(page([message({ position: 51 })], 60, { before: true }));
  await opening;
  const first = channel.before();
  await channel.before();
  expect(asked.filter((url) => url.includes('before=51'))).toHaveLength(1);
  answers[1]!(page([message({ position: 50 })], 60));
  await first;
  expect(positions(channel)).toEqual([50, 51]);
});

test('a jump that comes later wins over a page that is still on its way', async () => {
  const channel = new ChannelMessages('c1');
  const opening = channel.open();
  answers[0]!(page([message({ position: 51 })], 60, { before: true }));
  await opening;
  const older = channel.before();
  const jump = channel.open(10);
  answers[2]!(page([message({ position: 10 })], 60, { before: true, after: true }));
  await jump;
  answers[1]!(page([message({ position: 50 })], 60));
  await older;
  await settle();
  expect(positions(channel)).toEqual([10]);
});
