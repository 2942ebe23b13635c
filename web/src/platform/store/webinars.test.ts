import { expect, test } from 'vitest';
import { webinar } from './samples';
import { phaseAt } from './webinars';

test('a webinar is live from its first moment until just before its end', () => {
  const at = (time: string) => phaseAt(webinar(), Date.parse(time));
  expect(at('2026-12-03T08:59:59.999Z')).toBe('upcoming');
  expect(at('2026-12-03T09:00:00.000Z')).toBe('live');
  expect(at('2026-12-03T09:59:59.999Z')).toBe('live');
  expect(at('2026-12-03T10:00:00.000Z')).toBe('over');
});
