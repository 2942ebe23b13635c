import { beforeEach, expect, test } from 'vitest';
import { setReader } from '$platform/i18n/reader.svelte';
import { momentIn, otherMoment } from './moment';

beforeEach(() => setReader('de', 'Europe/Berlin'));

const now = new Date('2026-11-22T12:00:00.000Z');
const span = { starts_at: '2026-12-03T09:00:00.000Z', ends_at: '2026-12-03T09:45:00.000Z' };

test('a webinar is told in the reader’s zone', () => {
  expect(momentIn(span, 'Europe/Berlin', now)).toEqual({
    day: 'Donnerstag, 3. Dezember',
    hours: '10:00–10:45',
    zone: 'Berlin, MEZ',
  });
});

test('the host’s zone is told only where its clocks differ', () => {
  expect(otherMoment({ ...span, time_zone: 'Europe/Vienna' }, 'Europe/Berlin', now)).toBeUndefined();
  expect(otherMoment({ ...span, time_zone: 'Europe/Dublin' }, 'Europe/Berlin', now)?.hours).toBe('09:00–09:45');
  expect(otherMoment({ ...span, time_zone: 'Pacific/Auckland' }, 'Europe/Berlin', now)?.hours).toBe('22:00–22:45');
});

test('one that runs past midnight names the day on which it ends', () => {
  const night = { starts_at: '2026-12-03T22:30:00.000Z', ends_at: '2026-12-04T00:30:00.000Z' };
  expect(momentIn(night, 'Europe/Berlin', now).hours).toContain('4. Dezember');
});
