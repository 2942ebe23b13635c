/** The shapes on the wire (snake_case as sent). */
export type Id = string;
export type Instant = string;
export interface Page<T> {
  items: T[];
  next: string | null;
}

export interface Person {
  id: Id;
  name: string;
  company: string;
  job_title: string;
  colour: number;
  removed: boolean;
}
export interface Brand {
  id: Id;
  slug: string;
  name: string;
  colour: string;
  logo: string | null;
  default_language: 'de' | 'en';
  version: number;
}
export type GroupRole = 'host' | 'moderator' | 'member';
export type BrandRole = 'owner' | 'admin' | 'member';
export interface Group {
  id: Id;
  brand_id: Id;
  name: string;
  description: string;
  created_at: Instant;
  archived: boolean;
  member_count: number;
  my_role: GroupRole | null;
  version: number;
}
export type ChannelKind = 'chat' | 'announcements' | 'webinar';
export interface Channel {
  id: Id;
  group_id: Id;
  name: string;
  topic: string;
  kind: ChannelKind;
  stream: Id;
  webinar_id: Id | null;
  last_position: number;
  marker: number;
  unread: number;
  can_post: boolean;
  version: number;
}
export interface Member {
  id: Id;
  name: string;
  company: string;
  job_title: string;
  colour: number;
  brand_role: BrandRole;
  group_role: GroupRole | null;
  state: 'active' | 'suspended' | 'removed';
  muted_until: Instant | null;
  email: string | null;
  joined_at: Instant;
}
export interface FileInfo {
  id: Id;
  name: string;
  mime: string;
  size: number;
  width: number | null;
  height: number | null;
  url: string;
  thumb: string | null;
}
export interface Reaction {
  emoji: string;
  count: number;
  members: Id[];
}
export interface Message {
  id: Id;
  channel_id: Id;
  stream: Id;
  position: number;
  author: Person;
  body: string;
  html: string;
  created_at: Instant;
  edited_at: Instant | null;
  deleted: boolean;
  reply_to: Id | null;
  reply_count: number;
  last_reply_at: Instant | null;
  reactions: Reaction[];
  files: FileInfo[];
  client_key: string;
  revision: number;
}
export interface Thread {
  id: Id;
  group_id: Id;
  kind: 'question' | 'article';
  title: string;
  body: string;
  html: string;
  tags: string[];
  author: Person;
  state: 'open' | 'answered' | 'closed';
  accepted_reply_id: Id | null;
  reply_count: number;
  created_at: Instant;
  edited_at: Instant | null;
  updated_at: Instant;
  deleted: boolean;
  revision: number;
  can_edit: boolean;
  can_accept: boolean;
}
export interface Reply {
  id: Id;
  thread_id: Id;
  author: Person;
  body: string;
  html: string;
  created_at: Instant;
  edited_at: Instant | null;
  deleted: boolean;
  accepted: boolean;
  revision: number;
}
export interface Webinar {
  id: Id;
  group_id: Id;
  title: string;
  description: string;
  html: string;
  local_start: string;
  time_zone: string;
  starts_at: Instant;
  ends_at: Instant;
  duration_minutes: number;
  capacity: number | null;
  state: 'draft' | 'published' | 'cancelled';
  phase: 'upcoming' | 'live' | 'over';
  registered_count: number;
  my_registration: 'registered' | 'none';
  /** A draft has no chat yet. */
  channel_id: Id | null;
  stream: Id;
  host: Person;
  sequence: number;
  version: number;
  can_manage: boolean;
}

export interface Me {
  account: { id: Id; email: string; language: 'de' | 'en'; time_zone: string };
  memberships: { brand: Brand; member: Member }[];
}
export interface GroupSnapshot {
  group: Group;
  position: number;
  channels: Channel[];
}
export interface Start {
  brand: Brand;
  me: Member;
  groups: GroupSnapshot[];
  inbox: { stream: Id; position: number };
  webinars: Webinar[];
  can: { create_group: boolean; invite: boolean; edit_brand: boolean; read_mails: boolean; manage_members: boolean };
}
export interface MessagePage {
  items: Message[];
  position: number;
  has_before: boolean;
  has_after: boolean;
}

export interface Login {
  id: Id;
  created_at: Instant;
  last_seen_at: Instant;
  user_agent: string;
  current: boolean;
}
export interface Invitation {
  id: Id;
  kind: 'email' | 'link';
  email: string | null;
  domain: string | null;
  groups: { id: Id; name: string }[];
  group_role: GroupRole;
  brand_role: 'member' | 'admin';
  max_uses: number | null;
  uses: number;
  expires_at: Instant;
  state: 'pending' | 'used' | 'expired' | 'revoked';
  created_at: Instant;
  inviter: Person;
  url: string | null;
}
export interface InvitationPreview {
  brand: { name: string; colour: string; logo: string | null };
  inviter: { name: string; company: string; job_title: string };
  groups: { name: string }[];
  needs_email: boolean;
  email_hint: string | null;
  expires_at: Instant;
  signed_in_as: string | null;
}
export interface SearchHit {
  kind: 'message' | 'thread' | 'reply';
  id: Id;
  group: { id: Id; name: string };
  channel: { id: Id; name: string } | null;
  thread: { id: Id; title: string } | null;
  position: number | null;
  author: Person;
  created_at: Instant;
  title: string | null;
  snippet: string;
  highlights: [number, number][];
  accepted: boolean;
}
export interface SearchPage extends Page<SearchHit> {
  total: number;
}
export interface AuditEntry {
  id: number;
  at: Instant;
  actor: Person | null;
  act: string;
  target_kind: string;
  target_id: Id;
  before: unknown;
  after: unknown;
}
export interface Mail {
  id: Id;
  to: string;
  subject: string;
  state: 'queued' | 'sent' | 'kept' | 'failed';
  created_at: Instant;
  last_error: string | null;
}
export interface MailContent extends Mail {
  text: string;
  html: string;
  attachments: { name: string; mime: string; size: number }[];
}
