/** The shapes on the wire (snake_case as sent), under the names the client uses. They come from the server's description. */
import type { components } from './schema';

type Schemas = components['schemas'];
/** The server sends every field, an empty one as null; the description calls such fields optional. */
type Sent<T> = T extends (infer One)[] ? Sent<One>[] : T extends object ? { [Key in keyof T]-?: Sent<T[Key]> } : T;

export type Id = string;
export type Instant = string;
export interface Page<T> {
  items: T[];
  next: string | null;
}

export type GroupRole = Schemas['GroupRole'];
export type BrandRole = Schemas['BrandRole'];
export type ChannelKind = Schemas['ChannelKind'];

export type Person = Sent<Schemas['Person']>;
export type Brand = Sent<Schemas['BrandView']>;
export type Group = Sent<Schemas['GroupView']>;
export type Channel = Sent<Schemas['ChannelView']>;
export type Member = Sent<Schemas['MemberView']>;
export type FileInfo = Sent<Schemas['FileView']>;
export type Reaction = Sent<Schemas['Reaction']>;
export type Message = Sent<Schemas['MessageView']>;
export type MessagePage = Sent<Schemas['MessageWindow']>;
export type Thread = Sent<Schemas['ThreadView']>;
export type Reply = Sent<Schemas['ReplyView']>;
export type Webinar = Sent<Schemas['WebinarView']>;

export type StageFrame = Sent<Schemas['StageFrame']>;
export type Stage = Sent<Schemas['StageView']>;
export type StageState = Schemas['StageState'];
export type StageRole = Schemas['StageRole'];
export type SourceKind = Schemas['PublicationKind'];
export type StagePerson = Sent<Schemas['Performer']>;
export type Studio = Sent<Schemas['Studio']>;
export type Arrival = Sent<Schemas['Arrived']>;
export type StageTicket = Sent<Schemas['StageTicketView']>;
export type Recording = Sent<Schemas['RecordingView']>;
export type RecordingPart = Sent<Schemas['PartView']>;

export type Hand = Sent<Schemas['Hand']>;
export type Question = Sent<Schemas['QuestionView']>;
export type QuestionFrame = Sent<Schemas['QuestionFrame']>;
export type QuestionState = Schemas['QuestionState'];
export type Poll = Sent<Schemas['PollView']>;
export type PollFrame = Sent<Schemas['PollFrame']>;
export type PollKind = Schemas['PollKind'];
export type Slides = Sent<Schemas['SlidesView']>;
export type ChatRules = Sent<Schemas['ChatRules']>;
export type AskingRules = Sent<Schemas['AskingRules']>;
export type Floor = Sent<Schemas['FloorView']>;

export type Me = Sent<Schemas['Me']>;
export type GroupSnapshot = Sent<Schemas['GroupSnapshot']>;
export type Start = Sent<Schemas['Start']>;
export type Login = Sent<Schemas['LoginView']>;

export type Invitation = Sent<Schemas['InvitationView']>;
export type InvitationPreview = Sent<Schemas['InvitationPreview']>;

export type SearchHit = Sent<Schemas['Hit']>;
export type SearchPage = Sent<Schemas['Hits']>;

export type AuditEntry = Sent<Schemas['AuditView']>;
export type Mail = Sent<Schemas['MailView']>;
export type MailContent = Sent<Schemas['WholeMail']>;
