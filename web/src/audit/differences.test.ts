import { expect, test } from 'vitest';
import { differences } from './differences';

test('only what changed is told', () => {
  expect(differences({ name: 'A', colour: '#1', version: 1 }, { name: 'B', colour: '#1', version: 2 })).toEqual([
    { field: 'name', before: 'A', after: 'B' },
  ]);
});

test('what is new or gone has one side', () => {
  expect(differences(null, { name: 'A', topic: '' })).toEqual([{ field: 'name', before: '', after: 'A' }]);
  expect(differences({ muted_until: 'x' }, { muted_until: null })).toEqual([
    { field: 'muted_until', before: 'x', after: '' },
  ]);
});

test('the works of the machine are left out, in what order they come does not matter', () => {
  const after = { html: '<p>x</p>', sequence: 0, host: { id: '1' }, channel_id: '2', duration_minutes: 45, title: 'T' };
  expect(differences(null, after).map(({ field }) => field)).toEqual(['title', 'duration_minutes']);
});

test('the group is told though it stays the same', () => {
  expect(differences({ group: 'g', is: 'member' }, { group: 'g', is: 'host' })).toEqual([
    { field: 'group', before: '', after: 'g' },
    { field: 'is', before: 'member', after: 'host' },
  ]);
});

test('odd shapes do no harm', () => {
  expect(differences('owner', 'admin')).toEqual([{ field: 'value', before: 'owner', after: 'admin' }]);
  expect(differences(undefined, null)).toEqual([]);
});
