import { get, patch, post, put, remove } from '$platform/api/client';
import type { Id, MessagePage, Page } from '$platform/api/types';
import type { PollText } from './poll-draft';
import type {
  Arrival,
  AskingRules,
  ChatRules,
  Floor,
  Muted,
  Poll,
  Question,
  QuestionState,
  Recording,
  SourceKind,
  Stage,
  StageState,
  StageTicket,
} from './wire';

const stage = (webinar: Id) => `/webinars/${webinar}/stage`;
const floor = (webinar: Id) => `/webinars/${webinar}/floor`;

export const readStage = (webinar: Id) => get<Stage>(stage(webinar));
/** Comes in, and stays: the same call renews the lease. */
export const arrive = (webinar: Id, device: string) => post<Arrival>(`${stage(webinar)}/arrivals`, { device });
export const leave = (webinar: Id, device: string) => remove(`${stage(webinar)}/arrivals/${device}`);
/** The same while the page goes away, when nobody waits for an answer any more. */
export const leaveAtOnce = (webinar: Id, device: string): void =>
  void fetch(`/api/v1${stage(webinar)}/arrivals/${device}`, {
    method: 'DELETE',
    headers: { 'Content-Type': 'application/json' },
    keepalive: true,
  });
export const changeStage = (webinar: Id, change: { state?: StageState; locked?: boolean }) =>
  patch<Stage>(stage(webinar), change);
export const placeOnStage = (webinar: Id, member: Id, role: 'speaker' | 'attendee') =>
  put(`${stage(webinar)}/people/${member}`, { role });
export const muteOnStage = (webinar: Id, member: Id, muted: Muted) =>
  post(`${stage(webinar)}/people/${member}/mute`, muted);
export const removeFromStage = (webinar: Id, member: Id) => remove(`${stage(webinar)}/people/${member}`);
export const askTicket = (webinar: Id, use: SourceKind | 'view') =>
  post<StageTicket>(`${stage(webinar)}/tickets`, { use });

export const startRecording = (webinar: Id) => post(`${stage(webinar)}/recording`, { notice_given: true });
export const stopRecording = (webinar: Id) => remove(`${stage(webinar)}/recording`);
export const readRecordings = (webinar: Id) => get<Recording[]>(`/webinars/${webinar}/recordings`);
export const readMessages = (channel: Id, after: number) =>
  get<MessagePage>(`/channels/${channel}/messages`, { limit: 200, after });

export const readFloor = (webinar: Id) => get<{ floor: Floor; position: number }>(floor(webinar));
export const raiseHand = (webinar: Id) => put(`${floor(webinar)}/hand`);
export const lowerHand = (webinar: Id) => remove(`${floor(webinar)}/hand`);
export const lowerHandOf = (webinar: Id, member: Id) => remove(`${floor(webinar)}/hands/${member}`);

export const askQuestion = (webinar: Id, body: string, anonymous: boolean, key: string) =>
  post<Question>(`${floor(webinar)}/questions`, { body, anonymous, client_key: key });
export const readQuestions = (webinar: Id, cursor?: string) =>
  get<Page<Question>>(`${floor(webinar)}/questions`, { limit: 100, sort: 'time', cursor });
export const readQuestion = (question: Id) => get<Question>(`/floor/questions/${question}`);
export const voteFor = (question: Id) => put(`/floor/questions/${question}/vote`);
export const takeVoteBack = (question: Id) => remove(`/floor/questions/${question}/vote`);
export const changeQuestion = (question: Id, change: { state?: QuestionState; pinned?: boolean; answer?: string }) =>
  patch<Question>(`/floor/questions/${question}`, change);
export const deleteQuestion = (question: Id) => remove(`/floor/questions/${question}`);

export const createPoll = (webinar: Id, text: PollText, key: string) =>
  post<Poll>(`${floor(webinar)}/polls`, text, { idempotencyKey: key });
export const changePoll = (poll: Id, change: { state?: 'open' | 'closed'; results?: 'hidden' | 'shown' }) =>
  patch<Poll>(`/floor/polls/${poll}`, change);
export const voteInPoll = (poll: Id, vote: { options?: Id[]; value?: number; text?: string }) =>
  put<Poll>(`/floor/polls/${poll}/vote`, vote);
export const deletePoll = (poll: Id) => remove(`/floor/polls/${poll}`);

export const setAsking = (webinar: Id, modes: Partial<AskingRules>) => patch(`${floor(webinar)}/asking`, modes);
export const setChatModes = (webinar: Id, modes: ChatRules) => put(`${floor(webinar)}/chat`, modes);
