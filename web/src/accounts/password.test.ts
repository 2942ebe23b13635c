import { expect, test } from 'vitest';
import { strengthOf } from './password';

test.each([
  ['', 'empty'],
  ['elf zeichen', 'short'],
  ['aaaaaaaaaaaaaaaa', 'weak'],
  ['passwortpasswort', 'weak'],
  ['qwertzuiopasdf', 'weak'],
  ['123456789012', 'weak'],
  ['abababababababab', 'weak'],
  ['drehmomentgurt', 'fair'],
  ['sieben graue lastenaufzuege', 'strong'],
  ['x7!kQ2%vLm9#', 'strong'],
])('%j is %s', (password, strength) => {
  expect(strengthOf(password)).toBe(strength);
});

test('what others know about the person is worth little', () => {
  const known = ['Johanna Mirabelle', 'johanna@mirabelle-gmbh.example'];
  expect(strengthOf('johannamirabelle', known)).toBe('weak');
  expect(strengthOf('johannamirabelle')).not.toBe('weak');
});

test('a letter outside the basic plane counts as one', () => {
  expect(strengthOf('😀😀😀😀😀😀')).toBe('short');
});
