import type { FileInfo, Id, Instant, Person, SourceKind, StageFrame } from '$platform/api/types';

export type {
  Arrival,
  Recording,
  RecordingPart,
  SourceKind,
  Stage,
  StageFrame,
  StagePerson,
  StageRole,
  StageState,
  StageTicket,
  Studio,
} from '$platform/api/types';

/** The shapes of stage and floor on the wire. */
export interface Muted {
  audio: boolean;
  video: boolean;
}

export interface Hand {
  person: Person;
  raised_at: Instant;
}
export type QuestionState = 'waiting' | 'open' | 'live' | 'answered' | 'dismissed';
export interface Question {
  id: Id;
  webinar_id: Id;
  body: string;
  author: Person | null;
  anonymous: boolean;
  state: QuestionState;
  answer: { body: string; by: Person } | null;
  votes: number;
  my_vote: boolean;
  mine: boolean;
  pinned: boolean;
  asked_at: Instant;
  /** When it was last taken up live: where a recording tells of it. */
  live_at: Instant | null;
  answered_at: Instant | null;
  revision: number;
}
export type PollKind = 'single' | 'multiple' | 'scale' | 'word' | 'quiz';
export interface PollOption {
  id: Id;
  text: string;
  /** Known to everybody once the results of a quiz are shown. */
  correct: boolean | null;
  votes: number | null;
}
export interface Poll {
  id: Id;
  kind: PollKind;
  title: string;
  options: PollOption[];
  scale: { min: number; max: number; values: { value: number; votes: number }[] | null } | null;
  words: { text: string; votes: number }[] | null;
  anonymous: boolean;
  state: 'draft' | 'open' | 'closed';
  results: 'hidden' | 'shown';
  voters: number;
  /** Never known in an anonymous poll: it is kept nowhere. */
  my_vote: { options: Id[]; value: number | null; text: string | null } | null;
  voted: boolean;
  revision: number;
}
export interface Slides {
  file: FileInfo;
  page: number;
}
export interface ChatModes {
  slow_seconds: number;
  hosts_only: boolean;
}
export interface AskingModes {
  /** New questions wait until a host lets them through. */
  moderated: boolean;
  anonymous: boolean;
}
export interface Floor {
  hands: Hand[];
  questions: Question[];
  polls: Poll[];
  slides: Slides | null;
  chat: ChatModes;
  asking: AskingModes;
}

/** What the webinar's stream says about stage and floor. */
export type StageChange =
  | { kind: 'stage.changed'; stage: StageFrame }
  | { kind: 'hand.changed'; hands: Hand[] }
  | { kind: 'question.changed'; question: Omit<Question, 'my_vote' | 'mine'> }
  /** It waits, or was dismissed: only whoever asked it or runs the webinar may still read it. */
  | { kind: 'question.held' | 'question.deleted'; question_id: Id }
  | { kind: 'poll.changed'; poll: Omit<Poll, 'my_vote' | 'voted'> }
  | { kind: 'floor.changed'; chat: ChatModes; asking: AskingModes; slides?: Slides | null };

/** What the node says over the data channel. */
export interface SlotUse {
  mid: string;
  peer: Id;
  kind: SourceKind;
  media: 'audio' | 'video';
}
export interface NodeWord {
  slots?: SlotUse[];
  speaking?: Id[];
  muted?: Muted;
}
