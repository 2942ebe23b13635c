import { describe, expect, test } from 'vitest';
import { applyToStart, findChannel, withGroup } from './groups';
import { channel, group, member, message, person, snapshot, start, webinar } from './samples';

const posted = (over: Parameters<typeof message>[0]) => ({ kind: 'message.posted' as const, message: message(over) });
const seen = (from: ReturnType<typeof start>) => findChannel(from, 'c1');

describe('unread', () => {
  test('a message of another person counts, an own one does not', () => {
    const one = applyToStart(start(), posted({ position: 11 }));
    expect(seen(one)).toMatchObject({ unread: 1, last_position: 11 });
    const own = applyToStart(one, posted({ position: 12, author: person({ id: 'me' }) }));
    expect(seen(own)).toMatchObject({ unread: 1, last_position: 12 });
  });

  test('the same message twice counts once', () => {
    const once = applyToStart(start(), posted({ position: 11 }));
    expect(applyToStart(once, posted({ position: 11 }))).toEqual(once);
  });

  test('a marker from another tab empties the badge, a late older one does not fill it again', () => {
    const full = applyToStart(start(), posted({ position: 11 }));
    const read = applyToStart(full, { kind: 'marker.moved', channel_id: 'c1', position: 11, unread: 0 });
    expect(seen(read)?.unread).toBe(0);
    const late = applyToStart(read, { kind: 'marker.moved', channel_id: 'c1', position: 10, unread: 1 });
    expect(seen(late)?.unread).toBe(0);
  });
});

describe('groups and channels', () => {
  test('a changed group keeps what only I know of it: my role', () => {
    const { my_role: _, ...wire } = group({ name: 'Neu', version: 2 });
    expect(applyToStart(start(), { kind: 'group.changed', group: wire }).groups[0]?.group).toMatchObject({
      name: 'Neu',
      my_role: 'member',
    });
  });

  test('a new announcements channel is read-only for members and writable for hosts', () => {
    const {
      last_position: _l,
      marker: _m,
      unread: _u,
      can_post: _c,
      ...wire
    } = channel({ id: 'c2', kind: 'announcements' });
    const change = { kind: 'channel.created' as const, channel: wire };
    expect(findChannel(applyToStart(start(), change), 'c2')?.can_post).toBe(false);
    const host = start({ groups: [snapshot({ group: group({ my_role: 'host' }) })] });
    expect(findChannel(applyToStart(host, change), 'c2')?.can_post).toBe(true);
  });

  test('an arrival tells how many belong to the group whose stream it came in', () => {
    const joined = { kind: 'member.joined' as const, member: member(), member_count: 9 };
    expect(applyToStart(start(), joined, 's1').groups[0]?.group.member_count).toBe(9);
    expect(applyToStart(start(), joined, 'other').groups[0]?.group.member_count).toBe(3);
  });

  test('a removed group is gone with its webinars, at once', () => {
    const before = start({ webinars: [webinar()] });
    const after = applyToStart(before, { kind: 'group.removed', group_id: 'g1' });
    expect(after.groups).toEqual([]);
    expect(after.webinars).toEqual([]);
  });

  test('a snapshot replaces a known group and adds an unknown one', () => {
    const fresh = snapshot({ channels: [channel({ unread: 5 })] });
    expect(seen(withGroup(start(), fresh))?.unread).toBe(5);
    expect(withGroup(start(), snapshot({ group: group({ id: 'g2' }) })).groups).toHaveLength(2);
  });
});

describe('webinars and people', () => {
  test('a webinar that changes keeps my registration; a cancelled one leaves the list', () => {
    const before = start({ webinars: [webinar({ my_registration: 'registered' })] });
    const { my_registration: _r, can_manage: _c, ...wire } = webinar({ registered_count: 4, version: 2 });
    const after = applyToStart(before, { kind: 'webinar.changed', webinar: wire });
    expect(after.webinars[0]).toMatchObject({ registered_count: 4, my_registration: 'registered' });
    const gone = applyToStart(after, { kind: 'webinar.changed', webinar: { ...wire, state: 'cancelled' } });
    expect(gone.webinars).toEqual([]);
  });

  test('a registration in another tab shows here', () => {
    const before = start({ webinars: [webinar()] });
    const mine = { state: 'registered' as const, waiting_place: null, offer_until: null };
    const change = { kind: 'registration.changed' as const, webinar_id: 'w1', ...mine };
    expect(applyToStart(before, change).webinars[0]?.my_registration).toBe('registered');
  });

  test('my own new name shows in the shell, another member leaves it alone', () => {
    const renamed = { kind: 'member.changed' as const, member: member({ id: 'me', name: 'Selin Y.' }) };
    expect(applyToStart(start(), renamed).me.name).toBe('Selin Y.');
    const other = { kind: 'member.changed' as const, member: member({ id: 'm1', name: 'X' }) };
    expect(applyToStart(start(), other).me.name).toBe('Selin Yıldız');
  });
});
