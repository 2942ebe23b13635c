import { beforeEach, expect, test } from 'vitest';
import { setReader } from '$platform/i18n/reader.svelte';
import { barsOf, blankPoll, checkPoll, stepsOf, toPollText, type PollDraft } from './poll-draft';
import { poll } from './samples';

beforeEach(() => setReader('de', 'Europe/Berlin'));

const options = (...all: string[]) => all.map((text) => ({ text, correct: false }));
const draft = (over: Partial<PollDraft> = {}): PollDraft => ({
  ...blankPoll(),
  title: ' Welche Schmierung? ',
  options: options('Öl', 'Fett', ' '),
  ...over,
});
const wrong = (over: Partial<PollDraft>) =>
  Object.entries(checkPoll(draft(over)))
    .filter(([, text]) => text)
    .map(([field]) => field);

test('a choice needs a title and two different answers; blank lines do not count', () => {
  expect(wrong({})).toEqual([]);
  expect(wrong({ title: ' ', options: options('Öl', '') })).toEqual(['title', 'options']);
  expect(wrong({ options: options('Öl', 'öl ') })).toEqual(['options']);
});

test('a quiz needs a right answer, a scale two whole numbers in order, a word nothing more', () => {
  expect(wrong({ kind: 'quiz' })).toEqual(['options']);
  expect(
    wrong({
      kind: 'quiz',
      options: [
        { text: 'a', correct: true },
        { text: 'b', correct: false },
      ],
    }),
  ).toEqual([]);
  expect(wrong({ kind: 'scale', min: '1', max: '5' })).toEqual([]);
  expect(wrong({ kind: 'scale', min: '5', max: '5' })).toEqual(['scale']);
  expect(wrong({ kind: 'scale', min: '0.5', max: '3' })).toEqual(['scale']);
  expect(wrong({ kind: 'scale', min: '1', max: '11' })).toEqual(['scale']);
  expect(wrong({ kind: 'word', options: [] })).toEqual([]);
});

test('only what belongs to the kind is sent', () => {
  expect(toPollText(draft())).toEqual({
    kind: 'single',
    title: 'Welche Schmierung?',
    options: [{ text: 'Öl' }, { text: 'Fett' }],
    scale: null,
    anonymous: true,
  });
  expect(toPollText(draft({ kind: 'scale' }))).toMatchObject({ options: [], scale: { min: 1, max: 5 } });
  expect(toPollText(draft({ kind: 'quiz' })).options[0]).toEqual({ text: 'Öl', correct: false });
});

test('shares are of those who voted, and the own choice is marked', () => {
  expect(
    barsOf(poll({ my_vote: { options: ['o2'], value: null, text: null } }))?.map(({ votes, share, mine }) => [
      votes,
      share,
      mine,
    ]),
  ).toEqual([
    [3, 75, false],
    [1, 25, true],
  ]);
  expect(barsOf(poll({ voters: 0, options: [{ id: 'o', text: 'x', correct: null, votes: 0 }] }))?.[0]?.share).toBe(0);
});

test('a hidden result has no bars; words are bars of their own', () => {
  expect(barsOf(poll({ options: [{ id: 'o1', text: 'Öl', correct: null, votes: null }] }))).toBeUndefined();
  expect(barsOf(poll({ kind: 'word', options: [], words: null }))).toBeUndefined();
  const words = [{ text: 'leise', votes: 2 }];
  expect(
    barsOf(poll({ kind: 'word', options: [], words, my_vote: { options: [], value: null, text: 'leise' } }))?.[0],
  ).toMatchObject({
    share: 50,
    mine: true,
  });
});

test('a scale shows each of its steps, also those that nobody chose', () => {
  const scale = { min: 1, max: 3, values: [{ value: 3, votes: 4 }] };
  const bars = barsOf(poll({ kind: 'scale', options: [], scale, my_vote: { options: [], value: 3, text: null } }));
  expect(bars?.map(({ label, share, mine }) => [label, share, mine])).toEqual([
    ['1', 0, false],
    ['2', 0, false],
    ['3', 100, true],
  ]);
  expect(barsOf(poll({ kind: 'scale', options: [], scale: { ...scale, values: null } }))).toBeUndefined();
});

test('a scale has a step for every value', () => {
  expect(stepsOf(poll({ scale: { min: 0, max: 3, values: null } }))).toEqual([0, 1, 2, 3]);
  expect(stepsOf(poll())).toEqual([]);
});
