import { expect, test } from 'vitest';
import { matchRoute, paths } from './route';

const routes = [
  { name: 'home', path: '/b/:slug', frame: 'brand' as const, page: 'x' },
  { name: 'channel', path: '/b/:slug/g/:group/c/:channel', frame: 'brand' as const, page: 'x' },
];

test('a path is matched with its parts decoded', () => {
  expect(matchRoute(routes, '/b/helv%C3%ADon/g/1/c/2')).toMatchObject({
    route: { name: 'channel' },
    params: { slug: 'helvíon', group: '1', channel: '2' },
  });
});

test('a trailing slash is the same page, an empty part or broken escape is none', () => {
  expect(matchRoute(routes, '/b/x/')?.route.name).toBe('home');
  expect(matchRoute(routes, '/b//g/1/c/2')).toBeUndefined();
  expect(matchRoute(routes, '/b/%E0%A4%A')).toBeUndefined();
});

test('a written channel path is matched again, place and thread in the query', () => {
  const path = paths.channel('s', 'g', 'c', { position: 7, thread: 'r' });
  expect(path).toBe('/b/s/g/g/c/c?at=7&thread=r');
  expect(matchRoute(routes, path.split('?')[0]!)?.params['channel']).toBe('c');
});
