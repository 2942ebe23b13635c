import type { Channel, Group, GroupSnapshot, Member, Message, Person, Start, Webinar } from '$platform/api/types';

/** Believable things for unit tests; each test names only what matters to it. */
export const person = (over: Partial<Person> = {}): Person => ({
  id: 'm1',
  name: 'Anja Weber',
  company: 'Hallmann Systeme',
  job_title: 'Einkauf',
  colour: 0,
  removed: false,
  ...over,
});

export const message = (over: Partial<Message> = {}): Message => ({
  id: `id-${over.position ?? 1}`,
  channel_id: 'c1',
  stream: 's1',
  position: 1,
  author: person(),
  body: 'Guten Morgen',
  html: '<p>Guten Morgen</p>',
  created_at: '2026-11-19T08:12:00.000Z',
  edited_at: null,
  deleted: false,
  reply_to: null,
  reply_count: 0,
  last_reply_at: null,
  reactions: [],
  files: [],
  client_key: `key-${over.id ?? over.position ?? 1}`,
  revision: 1,
  ...over,
});

export const channel = (over: Partial<Channel> = {}): Channel => ({
  id: 'c1',
  group_id: 'g1',
  name: 'allgemein',
  topic: '',
  kind: 'chat',
  stream: 's1',
  webinar_id: null,
  last_position: 0,
  marker: 0,
  unread: 0,
  can_post: true,
  version: 1,
  ...over,
});

export const group = (over: Partial<Group> = {}): Group => ({
  id: 'g1',
  brand_id: 'b1',
  name: 'Antriebstechnik',
  description: '',
  created_at: '2026-01-01T00:00:00.000Z',
  archived: false,
  member_count: 3,
  my_role: 'member',
  version: 1,
  ...over,
});

export const member = (over: Partial<Member> = {}): Member => ({
  id: 'm1',
  name: 'Anja Weber',
  company: 'Hallmann Systeme',
  job_title: 'Einkauf',
  colour: 0,
  brand_role: 'member',
  group_role: 'member',
  state: 'active',
  muted_until: null,
  email: null,
  joined_at: '2026-01-01T00:00:00.000Z',
  ...over,
});

export const webinar = (over: Partial<Webinar> = {}): Webinar => ({
  id: 'w1',
  group_id: 'g1',
  title: 'EN 1090 in der Praxis',
  description: '',
  html: '',
  local_start: '2026-12-03T10:00',
  time_zone: 'Europe/Berlin',
  starts_at: '2026-12-03T09:00:00.000Z',
  ends_at: '2026-12-03T10:00:00.000Z',
  duration_minutes: 60,
  capacity: null,
  state: 'published',
  phase: 'upcoming',
  registered_count: 0,
  waiting_count: 0,
  my_registration: 'none',
  waiting_place: null,
  offer_until: null,
  channel_id: 'c9',
  stream: 's9',
  host: person(),
  sequence: 0,
  version: 1,
  can_manage: false,
  ...over,
});

export const snapshot = (over: Partial<GroupSnapshot> = {}): GroupSnapshot => ({
  group: group(),
  position: 10,
  channels: [channel()],
  ...over,
});

export const start = (over: Partial<Start> = {}): Start => ({
  brand: {
    id: 'b1',
    slug: 'helvion',
    name: 'Helvion',
    colour: '#006b55',
    logo: null,
    default_language: 'de',
    version: 1,
  },
  me: member({ id: 'me', name: 'Selin Yıldız' }),
  groups: [snapshot()],
  inbox: { stream: 'in', position: 0 },
  webinars: [],
  can: { create_group: false, invite: false, edit_brand: false, read_mails: false, manage_members: false },
  ...over,
});
