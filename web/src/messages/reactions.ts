import type { Id, Message, Reaction } from '$platform/api/types';

export const QUICK = ['👍', '❤️', '👀'];
export const PICKER = [
  ...['👍', '👎', '👏', '🙏', '🤝', '💪', '👀', '🙌', '👋', '✋', '🫡', '🤔'],
  ...['😀', '😄', '😂', '🙂', '😉', '😍', '🥳', '😎', '😅', '😬', '😮', '😢'],
  ...['❤️', '🎉', '🔥', '⭐', '💡', '✅', '❌', '❓', '❗', '⚠️', '🚀', '📌'],
  ...['📎', '📈', '📉', '🔧', '⚙️', '🏭', '📦', '🚚', '📅', '⏰', '☕', '🏁'],
];

export const hasReacted = (reaction: Reaction, me: Id): boolean => reaction.members.includes(me);

/** The message as it will be once the server has done the same: shown at once, corrected by the stream. */
export function toggled(message: Message, emoji: string, me: Id): Message {
  const known = message.reactions.find((one) => one.emoji === emoji);
  if (!known) return { ...message, reactions: [...message.reactions, { emoji, count: 1, members: [me] }] };
  const mine = hasReacted(known, me);
  const members = mine ? known.members.filter((id) => id !== me) : [...known.members, me];
  const now = { emoji, count: known.count + (mine ? -1 : 1), members };
  const reactions = message.reactions.map((one) => (one.emoji === emoji ? now : one)).filter((one) => one.count > 0);
  return { ...message, reactions };
}
