import { expect, test } from 'vitest';
import { message } from '$platform/store/samples';
import { clockOf, leftUntil } from './countdown';
import { floats } from './reactions';
import { chaptersOf, cueFor, lengthOf, momentOf, saidBy } from './replay';
import { question } from './samples';
import type { RecordingPart } from './wire';

const part = (over: Partial<RecordingPart> = {}): RecordingPart => ({
  id: 'p',
  peer: null,
  kind: 'camera',
  offset_ms: 1000,
  duration_ms: 5000,
  url: '/x',
  ...over,
});

test('the whole lasts until its last part ends; an unknown end is asked of the player', () => {
  expect(lengthOf([part(), part({ offset_ms: 4000 })], new Map())).toBe(9000);
  expect(lengthOf([part({ duration_ms: null })], new Map([['p', 3000]]))).toBe(4000);
  expect(lengthOf([], new Map())).toBe(0);
});

test('a part is shown between its offset and its end, and moved only when it has drifted', () => {
  expect(cueFor(part(), 999, 0, undefined)).toEqual({ shown: false });
  expect(cueFor(part(), 6000, 5000, undefined)).toEqual({ shown: true, seekTo: undefined });
  expect(cueFor(part(), 6001, 0, undefined)).toEqual({ shown: false });
  expect(cueFor(part(), 3000, 2100, undefined)).toEqual({ shown: true, seekTo: undefined });
  expect(cueFor(part(), 3000, 0, undefined)).toEqual({ shown: true, seekTo: 2000 });
  expect(cueFor(part({ duration_ms: null }), 99_000, 98_000, undefined)).toEqual({ shown: true, seekTo: undefined });
});

test('the chat stands as it stood, without what was deleted since', () => {
  const startedAt = '2026-11-19T08:12:00.000Z';
  const all = [
    message({ id: '1', created_at: '2026-11-19T08:11:00.000Z' }),
    message({ id: '2', created_at: '2026-11-19T08:12:10.000Z' }),
    message({ id: '3', created_at: '2026-11-19T08:12:10.000Z', deleted: true }),
    message({ id: '4', created_at: '2026-11-19T08:13:00.000Z' }),
  ];
  expect(saidBy(all, startedAt, 10_000).map(({ id }) => id)).toEqual(['1', '2']);
  expect(all.map((one) => momentOf(one, startedAt))).toEqual([0, 10_000, 10_000, 60_000]);
});

test('chapters are what was taken up or answered while it was recorded', () => {
  const at = (minute: number) => `2026-11-19T08:${minute}:00.000Z`;
  const all = [
    question({ id: 'late', answered_at: at(40) }),
    question({ id: 'live', live_at: at(14), answered_at: at(16) }),
    question({ id: 'written', answered_at: at(13) }),
    question({ id: 'before', live_at: at(11) }),
    question({ id: 'open' }),
  ];
  expect(chaptersOf(all, at(12), 600_000).map(({ id, atMs }) => [id, atMs])).toEqual([
    ['written', 60_000],
    ['live', 120_000],
  ]);
});

test('a countdown counts down to the second and then is over', () => {
  const at = '2026-12-03T09:00:00.000Z';
  expect(leftUntil(at, Date.parse(at) - 90_061_000)).toEqual({ days: 1, hours: 1, minutes: 1, seconds: 1 });
  expect(leftUntil(at, Date.parse(at) - 1)).toMatchObject({ minutes: 0, seconds: 1 });
  expect(leftUntil(at, Date.parse(at))).toBeUndefined();
  expect([clockOf(5), clockOf(245), clockOf(3720), clockOf(-3)]).toEqual(['0:05', '4:05', '1:02:00', '0:00']);
});

test('a thousand hands are shown as a dozen, each kind of applause at least once', () => {
  const shown = floats({ '👏': 990, '❤️': 10, '👍': 0 }, 100, () => 0.5);
  expect(shown.length).toBeLessThanOrEqual(13);
  expect(new Set(shown.map(({ emoji }) => emoji))).toEqual(new Set(['👏', '❤️']));
  expect(shown.map(({ id }) => id)).toEqual(shown.map((_, at) => 100 + at));
  expect(floats({ '👏': 2 }, 0, () => 0)).toHaveLength(2);
});
