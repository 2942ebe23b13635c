import { expect, test } from 'vitest';
import { forgetDrafts, readDraft, readForm, sealDrafts, writeDraft, writeForm } from './drafts';

test('a draft stays until it is sent or the person logs out on purpose', () => {
  writeDraft('a.c1', 'Guten Tag');
  writeDraft('a.c2', 'x');
  localStorage.setItem('guildhall.theme', 'dark');
  expect(readDraft('a.c1')).toBe('Guten Tag');
  writeDraft('a.c2', '');
  expect(readDraft('a.c2')).toBe('');
  forgetDrafts();
  expect([readDraft('a.c1'), localStorage.getItem('guildhall.theme')]).toEqual(['', 'dark']);
});

test('of a form only what was typed is kept, and nothing of a form that is as it was', () => {
  const untouched = { name: '', zone: 'Europe/Berlin' };
  writeForm('f', { ...untouched, name: 'Getriebe' }, untouched);
  expect(readForm('f', { ...untouched, zone: 'UTC' })).toEqual({ name: 'Getriebe', zone: 'UTC' });
  writeForm('f', untouched, untouched);
  expect(readDraft('f')).toBe('');
  writeDraft('f', '{"name":1,"other":"x"');
  expect(readForm('f', untouched)).toEqual(untouched);
});

test('a page that closes after the log-out writes nothing down any more', () => {
  sealDrafts();
  writeDraft('a.c1', 'vertraulich');
  expect(readDraft('a.c1')).toBe('');
});
