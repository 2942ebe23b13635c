import { beforeEach, expect, test } from 'vitest';
import { Problem } from '$platform/api/problem';
import { message } from '$platform/store/samples';
import { Outbox, type Pending } from './outbox';

let disk: Map<string, Pending>;
let arrived: string[];
let shown: readonly Pending[];
let answer: (pending: Pending) => Promise<void>;
let rests: { act: () => void; ms: number }[];
let outbox: Outbox;

const pending = (client_key: string, at: number): Pending => ({
  client_key,
  brand_id: 'b1',
  channel_id: 'c1',
  reply_to: null,
  body: client_key,
  files: [],
  created_at: `2026-11-19T08:00:0${at}.000Z`,
  state: 'waiting',
  code: null,
});
const settle = () => new Promise<void>((done) => setTimeout(done));
const open = () =>
  new Outbox({
    store: {
      all: () => Promise.resolve([...disk.values()]),
      put: (one) => Promise.resolve(disk.set(one.client_key, one)),
      delete: (key) => Promise.resolve(disk.delete(key)),
    },
    send: async (one) => {
      await answer(one);
      arrived.push(one.client_key);
      return message({ client_key: one.client_key });
    },
    sent: () => undefined,
    changed: (list) => (shown = list),
    later: (act, ms) => rests.push({ act, ms }),
  });

beforeEach(() => {
  disk = new Map();
  arrived = [];
  shown = [];
  rests = [];
  answer = () => Promise.resolve();
  outbox = open();
});

test('three written offline arrive in order, once, after the network is back', async () => {
  answer = () => Promise.reject(new Problem('network', 0));
  for (const [index, key] of ['a', 'b', 'c'].entries()) outbox.add(pending(key, index));
  await settle();
  expect(shown.map((one) => one.state)).toEqual(['waiting', 'waiting', 'waiting']);
  answer = () => Promise.resolve();
  outbox.flush();
  outbox.flush();
  await settle();
  expect(arrived).toEqual(['a', 'b', 'c']);
  expect(shown).toEqual([]);
  expect(disk.size).toBe(0);
});

test('what an earlier visit left is sent by the next one, oldest first', async () => {
  answer = () => Promise.reject(new Problem('network', 0));
  outbox.add(pending('b', 2));
  outbox.add(pending('a', 1));
  await settle();
  answer = () => Promise.resolve();
  await open().restore();
  await settle();
  expect(arrived).toEqual(['a', 'b']);
});

test('a refusal stays in its row with the reason, and what comes after it still goes out', async () => {
  answer = (one) => (one.client_key === 'a' ? Promise.reject(new Problem('muted', 403)) : Promise.resolve());
  outbox.add(pending('a', 1));
  outbox.add(pending('b', 2));
  await settle();
  expect(arrived).toEqual(['b']);
  expect(shown).toMatchObject([{ client_key: 'a', state: 'failed', code: 'muted' }]);
  answer = () => Promise.resolve();
  outbox.retry('a');
  await settle();
  expect(arrived).toEqual(['b', 'a']);
});

test('an ended log-in keeps the message waiting for the next one', async () => {
  answer = () => Promise.reject(new Problem('unauthenticated', 401));
  outbox.add(pending('a', 1));
  await settle();
  expect(shown[0]?.state).toBe('waiting');
  expect(disk.has('a')).toBe(true);
});

test('a dropped message is neither shown nor stored nor sent', async () => {
  answer = () => Promise.reject(new Problem('network', 0));
  outbox.add(pending('a', 1));
  await settle();
  outbox.drop('a');
  answer = () => Promise.resolve();
  outbox.flush();
  await settle();
  expect([shown.length, disk.size, arrived.length]).toEqual([0, 0, 0]);
});

test('a message on which the server keeps failing is given up after four tries', async () => {
  answer = (one) => (one.client_key === 'a' ? Promise.reject(new Problem('internal', 500)) : Promise.resolve());
  outbox.add(pending('a', 1));
  outbox.add(pending('b', 2));
  for (let round = 0; round < 4; round += 1) {
    await settle();
    outbox.flush();
  }
  await settle();
  expect(shown).toMatchObject([{ client_key: 'a', state: 'failed', code: 'internal' }]);
  expect(arrived).toEqual(['b']);
});

test('told to slow down, nothing is tried before the time is over', async () => {
  let tries = 0;
  answer = () => {
    tries += 1;
    return Promise.reject(new Problem('rate_limited', 429, { retryAfterMs: 700 }));
  };
  outbox.add(pending('a', 1));
  await settle();
  outbox.add(pending('b', 2));
  outbox.flush();
  await settle();
  expect([tries, rests.map(({ ms }) => ms)]).toEqual([1, [700]]);
  answer = () => Promise.resolve();
  rests[0]!.act();
  await settle();
  expect(arrived).toEqual(['a', 'b']);
});
