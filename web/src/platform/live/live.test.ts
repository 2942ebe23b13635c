import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { brand } from '$platform/store/brand.svelte';
import { channelMessages } from '$platform/store/channel.svelte';
import { channel, group, message, person, snapshot, start } from '$platform/store/samples';
import { live } from './live.svelte';

/** The whole way from a frame on the socket to what the screen shows, with a socket and a server of our own. */
class FakeSocket {
  static last: FakeSocket;
  readyState = 1;
  sent: { op: string; streams?: { stream: string; position: number }[] }[] = [];
  onmessage?: (event: { data: string }) => void;
  onclose?: (event: { code: number }) => void;
  constructor(readonly url: string) {
    FakeSocket.last = this;
  }
  send(text: string) {
    this.sent.push(JSON.parse(text));
  }
  close() {
    this.readyState = 3;
  }
  say(...frames: object[]) {
    for (const frame of frames) this.onmessage?.({ data: JSON.stringify(frame) });
  }
}

let answers: Record<string, unknown>;
const settle = () => new Promise<void>((done) => setTimeout(done));
const change = (position: number, what: object, stream = 's1') => ({
  type: 'change',
  stream,
  position,
  at: '',
  change: what,
});
const posted = (position: number) =>
  change(position, { kind: 'message.posted', message: message({ position, author: person({ id: 'm2' }) }) });
const follows = () => FakeSocket.last.sent.filter(({ op }) => op === 'follow').map(({ streams }) => streams);
const unread = () => brand.channel('c1')?.unread;

beforeEach(async () => {
  answers = { '/realtime-tickets': { ticket: 't' }, '/start': start() };
  vi.stubGlobal('WebSocket', FakeSocket);
  vi.stubGlobal('requestAnimationFrame', (draw: () => void) => queueMicrotask(draw));
  vi.stubGlobal('fetch', (url: string) => {
    const found = Object.entries(answers).find(([part]) => url.includes(part));
    return Promise.resolve(new Response(JSON.stringify(found?.[1] ?? {}), { status: found ? 200 : 404 }));
  });
  live.start(await brand.open('b1'));
  await settle();
  FakeSocket.last.say({ type: 'ready', member: 'me', server_time: '', heartbeat_ms: 25_000 });
});
afterEach(() => live.stop());

test('the streams of the first read are followed from its positions', () => {
  expect(follows()).toEqual([
    [
      { stream: 'in', position: 0 },
      { stream: 's1', position: 10 },
    ],
  ]);
});

test('a double is dropped; a gap is followed again from the last known position and then filled', async () => {
  FakeSocket.last.say({ type: 'resumed', stream: 's1', position: 10 }, posted(11), posted(11), posted(14));
  await settle();
  expect(unread()).toBe(1);
  expect(follows().at(-1)).toEqual([{ stream: 's1', position: 11 }]);
  FakeSocket.last.say(posted(12), posted(13), posted(14), { type: 'resumed', stream: 's1', position: 14 });
  await settle();
  expect(unread()).toBe(4);
});

test('after a lost connection the streams go on from where they stood', async () => {
  vi.useFakeTimers();
  FakeSocket.last.say({ type: 'resumed', stream: 's1', position: 10 }, posted(11));
  FakeSocket.last.onclose?.({ code: 1012 });
  await vi.runOnlyPendingTimersAsync();
  FakeSocket.last.say({ type: 'ready', member: 'me', server_time: '', heartbeat_ms: 25_000 });
  expect(follows()).toEqual([
    [
      { stream: 'in', position: 0 },
      { stream: 's1', position: 11 },
    ],
  ]);
  vi.useRealTimers();
});

test('a reset replaces what was known and marks what is in memory for reading anew', async () => {
  const messages = channelMessages('c1');
  const fresh = snapshot({ position: 90, channels: [channel({ unread: 7, marker: 80, last_position: 90 })] });
  FakeSocket.last.say({ type: 'reset', stream: 's1', position: 90, snapshot: fresh });
  await settle();
  expect(unread()).toBe(7);
  expect(messages.stale).toBe(true);
  FakeSocket.last.say(posted(91));
  await settle();
  expect(unread()).toBe(8);
});

test('a group that is taken away is gone at once, and nothing of it comes after', async () => {
  FakeSocket.last.say({ type: 'resumed', stream: 's1', position: 10 });
  FakeSocket.last.say(change(1, { kind: 'group.removed', group_id: 'g1' }, 'in'), posted(11));
  await settle();
  expect(brand.start?.groups).toEqual([]);
});

test('a group that is given is read and followed', async () => {
  const given = snapshot({
    group: group({ id: 'g2' }),
    position: 3,
    channels: [channel({ id: 'c2', group_id: 'g2', stream: 's2' })],
  });
  answers['/groups/g2'] = given;
  FakeSocket.last.say(change(1, { kind: 'group.added', group_id: 'g2' }, 'in'));
  await settle();
  expect(brand.group('g2')?.channels).toHaveLength(1);
  expect(follows().at(-1)).toEqual([{ stream: 's2', position: 3 }]);
});

test('a short loss says nothing, a longer one says one word until the connection is back', async () => {
  vi.useFakeTimers();
  FakeSocket.last.onclose?.({ code: 1006 });
  vi.advanceTimersByTime(2999);
  expect(live.lost).toBe(false);
  vi.advanceTimersByTime(1);
  expect(live.lost).toBe(true);
  await vi.runOnlyPendingTimersAsync();
  FakeSocket.last.say({ type: 'ready', member: 'me', server_time: '', heartbeat_ms: 25_000 });
  expect(live.lost).toBe(false);
  vi.useRealTimers();
});
