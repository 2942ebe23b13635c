import { expect, test } from 'vitest';
import { cityOf, isZone, localTime, wallTime, zoneOptions } from './zones';

const instant = (local: string, zone: string) => wallTime(local, zone)?.at.toISOString();

test('a wall time is found in summer, in winter and on the other side of the earth', () => {
  expect(instant('2026-12-03T10:00', 'Europe/Berlin')).toBe('2026-12-03T09:00:00.000Z');
  expect(instant('2026-07-03T10:00', 'Europe/Berlin')).toBe('2026-07-03T08:00:00.000Z');
  expect(instant('2026-12-03T00:30', 'Pacific/Auckland')).toBe('2026-12-02T11:30:00.000Z');
  expect(instant('2026-12-03T10:00', 'Asia/Kathmandu')).toBe('2026-12-03T04:15:00.000Z');
});

test('an hour that the clocks jump over counts from before the jump, and says so', () => {
  expect(wallTime('2026-03-29T02:30', 'Europe/Berlin')).toEqual({
    at: new Date('2026-03-29T01:30:00Z'),
    kind: 'skipped',
  });
});

test('an hour that comes twice means the first, and says so', () => {
  expect(wallTime('2026-10-25T02:30', 'Europe/Berlin')).toEqual({
    at: new Date('2026-10-25T00:30:00Z'),
    kind: 'twice',
  });
  expect(wallTime('2026-10-25T03:30', 'Europe/Berlin')?.kind).toBe('plain');
});

test('a wall time and its instant are each other’s way back, every 7 hours of a year, in six zones', () => {
  const zones = ['Europe/Berlin', 'Europe/Dublin', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kolkata', 'UTC'];
  for (const zone of zones) {
    for (let at = Date.UTC(2026, 0, 1); at < Date.UTC(2027, 0, 1); at += 7 * 3_600_000) {
      const found = wallTime(localTime(new Date(at), zone), zone);
      if (found?.kind !== 'twice') expect(found?.at.getTime()).toBe(at);
    }
  }
});

test('half-typed dates and unknown zones have no instant', () => {
  expect(wallTime('2026-12', 'Europe/Berlin')).toBeUndefined();
  expect(wallTime('2026-12-03T10:00', 'Mars/Olympus')).toBeUndefined();
  expect(isZone('')).toBe(false);
});

test('zones are named by their city, and the current one is always offered', () => {
  expect(cityOf('America/Argentina/Buenos_Aires')).toBe('Buenos Aires, Argentina');
  expect(cityOf('UTC')).toBe('UTC');
  expect(zoneOptions('Etc/GMT+3').some((option) => option.value === 'Etc/GMT+3')).toBe(true);
});
