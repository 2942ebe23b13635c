import { expect, test } from 'vitest';
import { onStage, slot } from './samples';
import { columnsFor, largeTile, sameWants, tilesOf, wantsOf, type Scene } from './slots';

const scene = (over: Partial<Scene> = {}): Scene => ({
  people: [onStage('a'), onStage('b')],
  studios: [],
  slots: [],
  speaking: [],
  me: 'me',
  ownCamera: false,
  ownScreen: false,
  ...over,
});

test('everybody on the stage has a tile, with or without a picture, and it stays the same one', () => {
  const before = tilesOf(scene());
  const after = tilesOf(scene({ slots: [slot('6', 'a'), slot('0', 'a', { media: 'audio' })], speaking: ['a'] }));
  expect(before.map(({ key, video }) => [key, video])).toEqual([
    ['camera:a', undefined],
    ['camera:b', undefined],
  ]);
  expect(after.map(({ key, video, audio, speaking }) => [key, video, audio, speaking])).toEqual([
    ['camera:a', '6', '0', true],
    ['camera:b', undefined, undefined, false],
  ]);
});

test('a screen is a tile of its own and stands first, a studio is one without being a member', () => {
  const tiles = tilesOf(
    scene({
      studios: [{ id: 'obs', name: 'Studio Ulm', camera: true, screen: false }],
      slots: [slot('7', 'obs'), slot('6', 'b', { kind: 'screen' })],
    }),
  );
  expect(tiles.map(({ key }) => key)).toEqual(['screen:b', 'camera:a', 'camera:b', 'camera:obs']);
  expect([tiles.at(-1)?.person, tiles.at(-1)?.studio]).toEqual([undefined, 'Studio Ulm']);
});

test('one’s own sources come from the machine, never through the node', () => {
  const people = [onStage('me'), onStage('a')];
  const tiles = tilesOf(
    scene({ people, slots: [slot('6', 'me'), slot('7', 'me', { kind: 'screen' })], ownCamera: true, ownScreen: true }),
  );
  expect(tiles.map(({ key, own, video }) => [key, own, video])).toEqual([
    ['screen:me', true, undefined],
    ['camera:me', true, undefined],
    ['camera:a', false, undefined],
  ]);
});

test('wants name every picture slot: its height on the screen, nothing where nobody looks', () => {
  const slots = [slot('6', 'a'), slot('7', 'b'), slot('0', 'a', { media: 'audio' })];
  const heights = new Map([['6', 359.6]]);
  const wants = [
    { mid: '6', height: 360 },
    { mid: '7', height: 0 },
  ];
  expect(wantsOf(slots, heights, false)).toEqual(wants);
  expect(wantsOf(slots, heights, true).every(({ height }) => height === 0)).toBe(true);
  expect(sameWants(wants, wantsOf(slots, heights, false))).toBe(true);
});

test('large is what was chosen, else a screen, else who spoke last, else somebody who is not oneself', () => {
  const people = [onStage('me'), onStage('a'), onStage('b')];
  const tiles = tilesOf(scene({ people, ownCamera: true }));
  const withScreen = tilesOf(scene({ people, slots: [slot('6', 'b', { kind: 'screen' })] }));
  expect(largeTile(tiles, undefined, undefined)?.key).toBe('camera:a');
  expect(largeTile(tiles, undefined, 'b')?.key).toBe('camera:b');
  expect(largeTile(tiles, undefined, 'me')?.key).toBe('camera:a');
  expect(largeTile(withScreen, undefined, 'a')?.key).toBe('screen:b');
  expect(largeTile(withScreen, 'camera:a', undefined)?.key).toBe('camera:a');
  expect(largeTile(withScreen, 'camera:gone', undefined)?.key).toBe('screen:b');
});

test('columns make the tiles as large as the room allows', () => {
  expect(columnsFor(1, 1200, 700)).toBe(1);
  expect(columnsFor(4, 1200, 700)).toBe(2);
  expect(columnsFor(4, 390, 800)).toBe(1);
  expect(columnsFor(6, 1600, 500)).toBe(3);
});
