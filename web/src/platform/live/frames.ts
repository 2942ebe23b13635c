import type {
  AskingRules,
  Channel,
  ChatRules,
  Group,
  GroupSnapshot,
  Hand,
  Id,
  Instant,
  Member,
  Message,
  PollFrame,
  QuestionFrame,
  Reply,
  Slides,
  StageFrame,
  Thread,
  Webinar,
} from '$platform/api/types';

/** What may happen in a stream. Each carries the thing as it is now, so that applying one twice does no harm. */
export type Change =
  | { kind: 'message.posted' | 'message.changed'; message: Message }
  | {
      kind: 'channel.created' | 'channel.changed';
      channel: Omit<Channel, 'last_position' | 'marker' | 'unread' | 'can_post'>;
    }
  | { kind: 'group.changed'; group: Omit<Group, 'my_role'> }
  | { kind: 'member.joined'; member: Member; member_count?: number }
  | { kind: 'member.changed'; member: Member }
  | { kind: 'member.left'; member_id: Id; member_count?: number }
  | { kind: 'thread.posted' | 'thread.changed'; thread: Omit<Thread, 'can_edit' | 'can_accept'> }
  | { kind: 'reply.posted' | 'reply.changed'; reply: Reply }
  | {
      kind: 'webinar.changed';
      webinar: Omit<Webinar, 'my_registration' | 'waiting_place' | 'offer_until' | 'can_manage'>;
    }
  | { kind: 'stage.changed'; stage: StageFrame }
  | { kind: 'hand.changed'; webinar_id: Id; hands: Hand[] }
  | { kind: 'question.changed'; question: QuestionFrame }
  /** It waits, or was dismissed: only whoever asked it or runs the webinar may still read it. */
  | { kind: 'question.held' | 'question.deleted'; question_id: Id }
  | { kind: 'poll.changed'; poll: PollFrame }
  | { kind: 'floor.changed'; webinar_id: Id; chat: ChatRules; asking: AskingRules; slides: Slides | null }
  | { kind: 'group.added' | 'group.removed'; group_id: Id }
  | { kind: 'marker.moved'; channel_id: Id; position: number; unread: number }
  | {
      kind: 'registration.changed';
      webinar_id: Id;
      state: Webinar['my_registration'];
      waiting_place: number | null;
      offer_until: Instant | null;
    }
  | { kind: 'membership.changed'; member: Member }
  /** Nothing to show any more; only its position counts. */
  | { kind: 'none' };

export interface ChangeFrame {
  type: 'change';
  stream: Id;
  position: number;
  at: Instant;
  change: Change;
}
export interface ResetFrame {
  type: 'reset';
  stream: Id;
  position: number;
  snapshot: GroupSnapshot | { webinar: Webinar; position: number; channel: Channel } | null;
}
/** Summed up over half a second, so that a hall that claps costs no more than one person who does. */
export interface LiveReactionsFrame {
  type: 'live_reactions';
  webinar: Id;
  counts: Record<string, number>;
}
export type ServerFrame =
  | { type: 'ready'; member: Id; server_time: Instant; heartbeat_ms: number }
  | ChangeFrame
  | ResetFrame
  | { type: 'resumed'; stream: Id; position: number }
  | { type: 'typing'; channel: Id; thread_root: Id | null; person: { id: Id; name: string } }
  | { type: 'presence'; group: Id; online: Id[] }
  | { type: 'presence.changed'; group: Id; member: Id; online: boolean }
  | LiveReactionsFrame
  | { type: 'ack'; ref: string }
  | { type: 'pong'; ref: string }
  | { type: 'error'; ref: string | null; code: string; retry_after_ms: number | null };
