import { expect, test } from 'vitest';
import { cutLinks } from './links';

test('addresses are found, the sentence’s own full stop is not part of them', () => {
  expect(cutLinks('See https://a.example/join#x_1. Bye')).toEqual([
    { text: 'See ' },
    { text: 'https://a.example/join#x_1', href: 'https://a.example/join#x_1' },
    { text: '. Bye' },
  ]);
});

test('nothing else becomes a link', () => {
  expect(cutLinks('javascript:alert(1) <b>x</b>')).toEqual([{ text: 'javascript:alert(1) <b>x</b>' }]);
  expect(cutLinks('')).toEqual([]);
});
