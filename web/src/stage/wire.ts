import type { Change } from '$platform/live/frames';
import type { Id, SourceKind } from '$platform/api/types';

/** What this room takes from the wire; the shapes themselves come from the server's description. */
export type {
  Arrival,
  AskingRules,
  ChatRules,
  Floor,
  Hand,
  Poll,
  PollFrame,
  PollKind,
  Question,
  QuestionFrame,
  QuestionState,
  Recording,
  RecordingPart,
  Slides,
  SourceKind,
  Stage,
  StageFrame,
  StagePerson,
  StageRole,
  StageState,
  StageTicket,
  Studio,
} from '$platform/api/types';

export interface Muted {
  audio: boolean;
  video: boolean;
}

const KINDS = [
  'stage.changed',
  'hand.changed',
  'question.changed',
  'question.held',
  'question.deleted',
  'poll.changed',
  'floor.changed',
] as const;

/** What the webinar's stream says about stage and floor. */
export type StageChange = Extract<Change, { kind: (typeof KINDS)[number] }>;

export function isStageChange(change: Change): change is StageChange {
  return (KINDS as readonly string[]).includes(change.kind);
}

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
