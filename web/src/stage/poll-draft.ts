import * as texts from '$texts/stage';
import { required } from '$platform/ui/checks';
import type { Poll, PollKind } from './wire';

/** A poll as its host types it, and as the server takes it. */
export interface PollDraft {
  kind: PollKind;
  title: string;
  options: { text: string; correct: boolean }[];
  min: string;
  max: string;
  anonymous: boolean;
}
export interface PollText {
  kind: PollKind;
  title: string;
  options: { text: string; correct?: boolean }[];
  scale: { min: number; max: number } | null;
  anonymous: boolean;
}

export const LEAST_OPTIONS = 2;
export const MOST_OPTIONS = 10;
const LOWEST = 0;
const HIGHEST = 10;

export const blankPoll = (): PollDraft => ({
  kind: 'single',
  title: '',
  options: [
    { text: '', correct: false },
    { text: '', correct: false },
  ],
  min: '1',
  max: '5',
  anonymous: true,
});

export const hasOptions = (kind: PollKind): boolean => kind === 'single' || kind === 'multiple' || kind === 'quiz';
const filled = (draft: PollDraft) => draft.options.filter(({ text }) => text.trim() !== '');

export function checkPoll(draft: PollDraft): Record<string, string | undefined> {
  const given = filled(draft).map(({ text }) => text.trim().toLowerCase());
  const [min, max] = [Number(draft.min), Number(draft.max)];
  const whole = Number.isInteger(min) && Number.isInteger(max);
  const options = () => {
    if (given.length < LEAST_OPTIONS) return texts.optionsTooFew({ least: LEAST_OPTIONS });
    if (new Set(given).size < given.length) return texts.optionsTwice();
    return draft.kind === 'quiz' && !filled(draft).some(({ correct }) => correct)
      ? texts.quizNeedsCorrect()
      : undefined;
  };
  return {
    title: required(draft.title),
    options: hasOptions(draft.kind) ? options() : undefined,
    scale:
      draft.kind !== 'scale' || (whole && min >= LOWEST && max <= HIGHEST && min < max)
        ? undefined
        : texts.scaleRange({ lowest: LOWEST, highest: HIGHEST }),
  };
}

export const toPollText = (draft: PollDraft): PollText => ({
  kind: draft.kind,
  title: draft.title.trim(),
  options: hasOptions(draft.kind)
    ? filled(draft).map(({ text, correct }) => ({ text: text.trim(), ...(draft.kind === 'quiz' ? { correct } : {}) }))
    : [],
  scale: draft.kind === 'scale' ? { min: Number(draft.min), max: Number(draft.max) } : null,
  anonymous: draft.anonymous,
});

/** One line of a result: what, how many, and which share of those who voted. */
export interface Bar {
  key: string;
  label: string;
  votes: number;
  share: number;
  correct: boolean;
  mine: boolean;
}

const share = (votes: number, all: number) => (all === 0 ? 0 : Math.round((votes / all) * 100));

/** The result as bars, or nothing while it is hidden. */
export function barsOf(poll: Poll): Bar[] | undefined {
  const { my_vote: mine, voters } = poll;
  const bar = (key: string, label: string, votes: number, own: boolean): Bar => {
    return { key, label, votes, share: share(votes, voters), correct: false, mine: own };
  };
  if (poll.kind === 'word') return poll.words?.map(({ text, votes }) => bar(text, text, votes, mine?.text === text));
  if (poll.kind === 'scale') {
    const values = poll.scale?.values;
    const votes = (step: number) => values?.find(({ value }) => value === step)?.votes ?? 0;
    return values?.length === undefined
      ? undefined
      : stepsOf(poll).map((step) => bar(String(step), String(step), votes(step), mine?.value === step));
  }
  if (poll.options.some(({ votes }) => votes === null)) return undefined;
  return poll.options.map(({ id, text, votes, correct }) => ({
    ...bar(id, text, votes ?? 0, mine?.options.includes(id) ?? false),
    correct: correct === true,
  }));
}

/** The steps of a scale, for a row of buttons. */
export function stepsOf({ scale }: Poll): number[] {
  return scale ? Array.from({ length: scale.max - scale.min + 1 }, (_, at) => scale.min + at) : [];
}
