import type { Channel, Member } from '$platform/api/types';
import type { ChannelMessages } from '$platform/store/channel.svelte';
import { savedPlace } from './place';
import type { Row } from './rows';
import type { Goal, Scroller } from './scroller.svelte';

/** Where a channel opens: at the message that was asked for, where the person was, at the first unread, at the end. */
const JUMP = 0.3;
const FIRST_UNREAD = 0.25;

export interface Opening {
  channel: Channel;
  me: Member;
  messages: ChannelMessages;
  scroller: Scroller;
  rows: () => readonly Row[];
  /** Position from the address. */
  at: number | undefined;
  placeKey: string;
}

/** Returns the key of the row that was jumped to, so that it can be pointed out. */
export async function openChannelAt(opening: Opening): Promise<string | undefined> {
  const { at, messages, scroller, channel } = opening;
  if (at !== undefined) return jump(opening, at);
  const place = savedPlace(opening.placeKey);
  if (place) {
    await reach(messages, place.position);
    if (show(opening, { key: place.key, offset: place.offset })) return undefined;
  }
  if (channel.unread > 0) {
    await reach(messages, Math.max(1, channel.marker));
    if (show(opening, { key: 'new', fraction: FIRST_UNREAD })) return undefined;
  }
  if (!messages.loaded || messages.stale || messages.window.hasAfter) await messages.open();
  scroller.goToEnd();
  return undefined;
}

async function jump(opening: Opening, at: number): Promise<string | undefined> {
  await reach(opening.messages, at);
  const row = opening.rows().find((one) => one.kind === 'message' && one.message.position >= at);
  return row && show(opening, { key: row.key, fraction: JUMP }) ? row.key : undefined;
}

function show({ rows, scroller }: Opening, goal: Goal): boolean {
  if (!rows().some((row) => row.key === goal.key)) return false;
  scroller.goTo(goal);
  return true;
}

/** Loads the surroundings of a position, unless they are in memory. */
async function reach(messages: ChannelMessages, position: number): Promise<void> {
  const { items, hasAfter, hasBefore } = messages.window;
  const first = hasBefore ? (items[0]?.position ?? Infinity) : 0;
  const last = hasAfter ? (items.at(-1)?.position ?? -1) : Infinity;
  if (!messages.loaded || messages.stale || position < first || position > last) await messages.open(position);
}
