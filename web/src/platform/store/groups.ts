import type { Channel, GroupSnapshot, Id, Member, Message, Start } from '$platform/api/types';
import type { Change } from '$platform/live/frames';
import { noRegistration, registrationOf } from './registration';

/** Old state + change = new state, for everything of a brand but the messages themselves. Pure; see groups.test.ts. */
export function applyToStart(start: Start, change: Change, stream?: Id): Start {
  switch (change.kind) {
    case 'message.posted':
      return onChannel(start, change.message.channel_id, (channel) => counted(channel, change.message, start.me.id));
    case 'channel.created':
    case 'channel.changed':
      return onGroup(start, change.channel.group_id, (one) => withChannel(one, change.channel));
    case 'group.changed':
      return onGroup(start, change.group.id, (one) => ({ ...one, group: { ...one.group, ...change.group } }));
    case 'member.joined':
    case 'member.left':
      return counting(start, stream, change.member_count);
    case 'member.changed':
      return change.member.id === start.me.id ? withMe(start, change.member) : start;
    case 'webinar.changed':
      return withWebinar(start, change.webinar);
    case 'marker.moved':
      return onChannel(start, change.channel_id, (channel) => moved(channel, change.position, change.unread));
    case 'registration.changed':
      return {
        ...start,
        webinars: start.webinars.map((one) =>
          one.id === change.webinar_id ? { ...one, ...registrationOf(change) } : one,
        ),
      };
    case 'membership.changed':
      return { ...start, me: { ...start.me, ...change.member, email: start.me.email } };
    case 'group.removed':
      return {
        ...start,
        groups: start.groups.filter(({ group }) => group.id !== change.group_id),
        webinars: start.webinars.filter((webinar) => webinar.group_id !== change.group_id),
      };
    default:
      return start;
  }
}

/** A group seen for the first time, or seen afresh after a reset. */
export function withGroup(start: Start, snapshot: GroupSnapshot): Start {
  const known = start.groups.some(({ group }) => group.id === snapshot.group.id);
  const groups = known
    ? start.groups.map((one) => (one.group.id === snapshot.group.id ? snapshot : one))
    : [...start.groups, snapshot];
  return { ...start, groups };
}

/** The stream of a group: its chat channels all live in it. */
export function streamOf({ channels }: GroupSnapshot): Id | undefined {
  return channels.find(({ kind }) => kind !== 'webinar')?.stream;
}

export function findChannel(start: Start, channel: Id): Channel | undefined {
  return start.groups.flatMap(({ channels }) => channels).find(({ id }) => id === channel);
}

function onGroup(start: Start, group: Id, act: (one: GroupSnapshot) => GroupSnapshot): Start {
  return { ...start, groups: start.groups.map((one) => (one.group.id === group ? act(one) : one)) };
}

function onChannel(start: Start, channel: Id, act: (channel: Channel) => Channel): Start {
  if (!findChannel(start, channel)) return start;
  const groups = start.groups.map((one) =>
    one.channels.some(({ id }) => id === channel)
      ? { ...one, channels: one.channels.map((each) => (each.id === channel ? act(each) : each)) }
      : one,
  );
  return { ...start, groups };
}

function counted(channel: Channel, message: Message, me: Id): Channel {
  if (message.position <= channel.last_position) return channel;
  const fresh = message.author.id !== me && message.position > channel.marker && !message.deleted;
  return { ...channel, last_position: message.position, unread: channel.unread + (fresh ? 1 : 0) };
}

/** Markers only go forward; an answer that was overtaken says nothing new. */
export function moved(channel: Channel, marker: number, unread: number): Channel {
  return marker < channel.marker ? channel : { ...channel, marker, unread };
}

/** How many belong to a group, told with every arrival and departure in its stream. */
function counting(start: Start, stream: Id | undefined, count: number | undefined): Start {
  const found = start.groups.find((one) => streamOf(one) === stream);
  if (!found || count === undefined) return start;
  return onGroup(start, found.group.id, (one) => ({ ...one, group: { ...one.group, member_count: count } }));
}

type NewChannel = Extract<Change, { channel: unknown }>['channel'];

function withChannel(one: GroupSnapshot, channel: NewChannel): GroupSnapshot {
  const known = one.channels.find(({ id }) => id === channel.id);
  if (known) {
    const kept = { ...known, ...channel };
    return { ...one, channels: one.channels.map((each) => (each.id === channel.id ? kept : each)) };
  }
  const may = channel.kind !== 'announcements' || one.group.my_role === 'host';
  const fresh = { ...channel, last_position: 0, marker: 0, unread: 0, can_post: may && !one.group.archived };
  return { ...one, channels: [...one.channels, fresh] };
}

function withMe(start: Start, { name, company, job_title, colour }: Member): Start {
  return { ...start, me: { ...start.me, name, company, job_title, colour } };
}

function withWebinar(start: Start, webinar: Extract<Change, { kind: 'webinar.changed' }>['webinar']): Start {
  const known = start.webinars.find(({ id }) => id === webinar.id);
  const now = { ...noRegistration, can_manage: false, ...known, ...webinar };
  const others = start.webinars.filter(({ id }) => id !== webinar.id);
  const shown = webinar.state === 'published' || (known !== undefined && webinar.state === 'draft');
  const webinars = shown && webinar.phase !== 'over' ? [...others, now] : others;
  return { ...start, webinars: webinars.sort((a, b) => a.starts_at.localeCompare(b.starts_at)) };
}
