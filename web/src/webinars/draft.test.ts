import { beforeEach, expect, test } from 'vitest';
import { setReader } from '$platform/i18n/reader.svelte';
import { blankDraft, checkDraft, toText, type WebinarDraft } from './draft';

beforeEach(() => setReader('de', 'Europe/Berlin'));

const now = new Date('2026-11-22T12:00:00.000Z');
const draft: WebinarDraft = { ...blankDraft('g', 'Europe/Berlin'), title: ' EN 1090 ', date: '2026-12-03' };
const wrong = (changes: Partial<WebinarDraft>) =>
  Object.entries(checkDraft({ ...draft, ...changes }, now))
    .filter(([, text]) => text)
    .map(([field]) => field);

test('a plan needs group, title and a moment that is not over in its zone', () => {
  expect(wrong({})).toEqual([]);
  expect(wrong({ group: '', title: ' ', date: '' })).toEqual(['group', 'title', 'local_start']);
  expect(wrong({ date: '2026-11-22', time: '11:00', minutes: '60' })).toEqual(['local_start']);
  expect(wrong({ date: '2026-11-22', time: '11:00', minutes: '60', zone: 'America/New_York' })).toEqual([]);
});

test('length and seats are whole numbers within reason', () => {
  expect(wrong({ minutes: '4' })).toEqual(['duration_minutes']);
  expect(wrong({ minutes: '1441' })).toEqual(['duration_minutes']);
  expect(wrong({ minutes: '' })).toEqual(['duration_minutes']);
  expect(wrong({ capacity: '0' })).toEqual(['capacity']);
  expect(wrong({ capacity: '2.5' })).toEqual(['capacity']);
});

test('wall time and zone are sent as given, no instant', () => {
  expect(toText({ ...draft, capacity: '20' })).toEqual({
    title: 'EN 1090',
    description: '',
    local_start: '2026-12-03T10:00',
    time_zone: 'Europe/Berlin',
    duration_minutes: 60,
    capacity: 20,
  });
  expect(toText(draft).capacity).toBeNull();
});
