import { expect, test } from 'vitest';
import { safeNext } from './next';

test('log-in leads back to a path of this client', () => {
  expect(safeNext('/b/x/webinars/1?a=1')).toBe('/b/x/webinars/1?a=1');
  expect(safeNext(null)).toBe('/');
});

test.each(['//evil.example', '/\\evil.example', 'https://evil.example', 'javascript:alert(1)', '/login?next=/login'])(
  'log-in does not lead to %s',
  (next) => expect(safeNext(next)).toBe('/'),
);
