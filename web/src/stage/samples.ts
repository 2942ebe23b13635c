import { person } from '$platform/store/samples';
import type { Poll, Question, SlotUse, Stage, StagePerson } from './wire';

/** Believable things for the unit tests of this room; each test names only what matters to it. */
export const onStage = (id: string, over: Partial<StagePerson> = {}): StagePerson => ({
  person: person({ id, name: `Person ${id}` }),
  role: 'speaker',
  camera: true,
  screen: false,
  muted_by_host: { audio: false, video: false },
  ...over,
});

export const stage = (over: Partial<Stage> = {}): Stage => ({
  webinar_id: 'w1',
  state: 'live',
  since: '2026-12-03T09:00:00.000Z',
  live_at: '2026-12-03T09:00:00.000Z',
  locked: false,
  recording: 'off',
  people: [onStage('a')],
  studios: [],
  attending: 3,
  epoch: 1,
  version: 1,
  my_role: 'attendee',
  can: { publish: false, manage: false },
  ...over,
});

export const slot = (mid: string, peer: string, over: Partial<SlotUse> = {}): SlotUse => ({
  mid,
  peer,
  kind: 'camera',
  media: 'video',
  ...over,
});

export const question = (over: Partial<Question> = {}): Question => ({
  id: 'q1',
  webinar_id: 'w1',
  body: 'Wie lange hält das Lager?',
  author: person(),
  anonymous: false,
  state: 'open',
  answer: null,
  votes: 0,
  my_vote: false,
  mine: false,
  pinned: false,
  asked_at: '2026-12-03T09:05:00.000Z',
  live_at: null,
  answered_at: null,
  revision: 1,
  ...over,
});

export const poll = (over: Partial<Poll> = {}): Poll => ({
  id: 'p1',
  webinar_id: 'w1',
  kind: 'single',
  title: 'Welche Schmierung?',
  options: [
    { id: 'o1', text: 'Öl', correct: null, votes: 3 },
    { id: 'o2', text: 'Fett', correct: null, votes: 1 },
  ],
  scale: null,
  words: null,
  anonymous: false,
  state: 'open',
  results: 'shown',
  voters: 4,
  my_vote: null,
  voted: false,
  revision: 1,
  ...over,
});
