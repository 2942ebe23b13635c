import { beforeEach, expect, test } from 'vitest';
import { setReader } from '$platform/i18n/reader.svelte';
import { blankDraft, checkDraft, toRequest } from './draft';

beforeEach(() => setReader('de', 'Europe/Berlin'));

const wrong = (changes: object) =>
  Object.entries(checkDraft({ ...blankDraft(), groups: ['g'], ...changes }))
    .filter(([, text]) => text)
    .map(([field]) => field);

test('an invitation by mail needs an address and a group', () => {
  expect(wrong({ email: '', groups: [] })).toEqual(['email', 'groups']);
  expect(wrong({ email: 'no address' })).toEqual(['email']);
  expect(wrong({ email: ' jonas@firma.example ' })).toEqual([]);
});

test('a link needs a sensible limit, and a domain only where one is given', () => {
  expect(wrong({ kind: 'link', mostUses: '0' })).toEqual(['max_uses']);
  expect(wrong({ kind: 'link', mostUses: '2.5' })).toEqual(['max_uses']);
  expect(wrong({ kind: 'link', domain: 'not a domain' })).toEqual(['domain']);
  expect(wrong({ kind: 'link', domain: '@Firma.example' })).toEqual([]);
});

test('only what belongs to its kind is sent, tidied', () => {
  const draft = { ...blankDraft(), groups: ['g'], email: ' a@b.example ', domain: '@Firma.example', message: ' ' };
  const shared = { groups: ['g'], group_role: 'member', brand_role: 'member', expires_in_days: 14 };
  expect(toRequest(draft)).toEqual({ kind: 'email', email: 'a@b.example', message: undefined, ...shared });
  expect(toRequest({ ...draft, kind: 'link' })).toEqual({
    kind: 'link',
    max_uses: 25,
    domain: 'firma.example',
    ...shared,
  });
});
