import { expect, test } from 'vitest';
import { differences } from './differences';

test('only what changed is told', () => {
  expect(differences({ name: 'A', colour: '#1', version: 1 }, { name: 'B', colour: '#1', version: 2 })).toEqual([
    { field: 'name', before: 'A', after: 'B' },
  ]);
});

test('what is new or gone has one side', () => {
  expect(differences(null, { name: 'A', topic: '' })).toEqual([{ field: 'name', before: undefined, after: 'A' }]);
  expect(differences({ muted_until: 'x' }, { muted_until: null })).toEqual([
    { field: 'muted_until', before: 'x', after: undefined },
  ]);
});

test('odd shapes and long texts do no harm', () => {
  expect(differences('owner', 'admin')).toEqual([{ field: 'value', before: 'owner', after: 'admin' }]);
  expect(differences(null, { body: '😀'.repeat(200) })[0]?.after).toBe(`${'😀'.repeat(120)}…`);
  expect(differences(undefined, null)).toEqual([]);
});
