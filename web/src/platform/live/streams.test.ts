import { expect, test } from 'vitest';
import { Streams } from './streams';

function at(position: number): Streams {
  const streams = new Streams();
  streams.follow({ stream: 's', position });
  streams.settled('s', position);
  return streams;
}

test('the next position is applied, a double is dropped', () => {
  const streams = at(4);
  expect(streams.accept('s', 5)).toBe('apply');
  expect(streams.accept('s', 5)).toBe('drop');
  expect(streams.accept('s', 3)).toBe('drop');
});

test('a gap is reported once, and the replay fills it in order', () => {
  const streams = at(4);
  expect(streams.accept('s', 7)).toBe('gap');
  expect(streams.accept('s', 8)).toBe('drop');
  expect(streams.place('s')).toEqual({ stream: 's', position: 4 });
  expect([5, 6, 7, 8].map((position) => streams.accept('s', position))).toEqual(['apply', 'apply', 'apply', 'apply']);
  streams.settled('s', 8);
  expect(streams.accept('s', 10)).toBe('gap');
});

test('changes swapped on the way end up applied once each, in order', () => {
  const streams = at(0);
  expect(streams.accept('s', 2)).toBe('gap');
  expect(streams.accept('s', 1)).toBe('apply');
  expect(streams.accept('s', 2)).toBe('apply');
});

test('a stream that is not followed says nothing', () => {
  const streams = at(4);
  streams.forget('s');
  expect(streams.accept('s', 5)).toBe('drop');
});

test('a snapshot counts even where it stands behind', () => {
  const streams = at(9);
  streams.reset('s', 3);
  expect(streams.accept('s', 4)).toBe('apply');
});

test('after a new connection every stream is asked for from where it stood', () => {
  const streams = at(4);
  streams.follow({ stream: 't', position: 1 });
  expect(streams.askAll()).toEqual([
    { stream: 's', position: 4 },
    { stream: 't', position: 1 },
  ]);
});
