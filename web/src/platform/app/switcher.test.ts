import { expect, test } from 'vitest';
import { channel, group, snapshot, start } from '$platform/store/samples';
import { destinations, matching } from './switcher';

const all = destinations(
  start({
    groups: [
      snapshot({
        group: group({ name: 'Metallbau-Forum' }),
        channels: [
          channel({ id: 'a', name: 'aluminium-profile' }),
          channel({ id: 'b', name: 'brandschutz', unread: 2 }),
          channel({ id: 'w', name: 'webinar', kind: 'webinar' }),
        ],
      }),
    ],
  }),
);
const found = (text: string) => matching(all, text).map(({ key }) => key);

test('unread channels come first, the chat of a webinar is reached from its page', () => {
  expect(all.map(({ key }) => key)).toEqual(['b', 'a']);
});

test('beginnings of words find a channel, in any order, with or without accents', () => {
  expect(found('profile')).toEqual(['a']);
  expect(found('metall brand')).toEqual(['b']);
  expect(found('Alü')).toEqual(['a']);
  expect(found('xyz')).toEqual([]);
});
