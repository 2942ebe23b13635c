import type { Message, MessagePage } from '$platform/api/types';

/**
 * The part of a channel that is in memory: messages without holes, ascending by position, at most MOST of them.
 * All functions return a new window, or the same one where nothing changed.
 */
export interface MessageWindow {
  items: readonly Message[];
  hasBefore: boolean;
  hasAfter: boolean;
}

export const MOST = 600;
export const EMPTY: MessageWindow = { items: [], hasBefore: false, hasAfter: false };

export function fromPage(page: MessagePage): MessageWindow {
  return { items: page.items, hasBefore: page.has_before, hasAfter: page.has_after };
}

/** Older messages in front; what no longer fits is let go at the end. */
export function prepend(window: MessageWindow, page: MessagePage): MessageWindow {
  const first = window.items[0]?.position ?? Infinity;
  const items = [...page.items.filter((message) => message.position < first), ...window.items];
  return {
    items: items.slice(0, MOST),
    hasBefore: page.has_before,
    hasAfter: window.hasAfter || items.length > MOST,
  };
}

/** Newer messages behind; what no longer fits is let go at the front. */
export function append(window: MessageWindow, page: MessagePage): MessageWindow {
  const last = window.items.at(-1)?.position ?? -1;
  const items = [...window.items, ...page.items.filter((message) => message.position > last)];
  return {
    items: items.slice(-MOST),
    hasBefore: window.hasBefore || items.length > MOST,
    hasAfter: page.has_after,
  };
}

/** A message as it is now: new ones at the place their position gives, known ones replaced unless that would go back. */
export function place(window: MessageWindow, message: Message): MessageWindow {
  const known = window.items.findLastIndex((one) => one.id === message.id);
  if (known >= 0) return replace(window, known, message);
  const last = window.items.at(-1);
  const first = window.items[0];
  if (window.hasAfter && last && message.position > last.position) return window;
  if (window.hasBefore && first && message.position < first.position) return window;
  const index = window.items.findLastIndex((one) => one.position < message.position) + 1;
  const items = [...window.items.slice(0, index), message, ...window.items.slice(index)];
  return trimmed({ ...window, items });
}

/** An edit, deletion or reaction; unknown messages stay unknown, for they are outside of the window. */
export function change(window: MessageWindow, message: Message): MessageWindow {
  const known = window.items.findLastIndex((one) => one.id === message.id);
  return known < 0 ? window : replace(window, known, message);
}

/** A reply shows at its root at once; the root's own change, should it come too, says the same. */
export function countReply(window: MessageWindow, reply: Message): MessageWindow {
  const index = window.items.findLastIndex((one) => one.id === reply.reply_to);
  const root = window.items[index];
  if (!root || (root.last_reply_at !== null && root.last_reply_at >= reply.created_at)) return window;
  const counted = { ...root, reply_count: root.reply_count + 1, last_reply_at: reply.created_at };
  return { ...window, items: window.items.with(index, counted) };
}

function replace(window: MessageWindow, index: number, message: Message): MessageWindow {
  const old = window.items[index];
  if (old && old.revision > message.revision) return window;
  return { ...window, items: window.items.with(index, message) };
}

function trimmed(window: MessageWindow): MessageWindow {
  if (window.items.length <= MOST) return window;
  return { items: window.items.slice(-MOST), hasBefore: true, hasAfter: window.hasAfter };
}
