import { expect, test } from 'vitest';
import { forgetDrafts, readDraft, sealDrafts, writeDraft } from './drafts';

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

test('a page that closes after the log-out writes nothing down any more', () => {
  sealDrafts();
  writeDraft('a.c1', 'vertraulich');
  expect(readDraft('a.c1')).toBe('');
});
