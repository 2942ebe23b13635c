import type { Id, Instant, Member, Message, Person } from '$platform/api/types';
import { dayKey } from '$platform/i18n/time';
import type { Pending } from '$platform/live/outbox';

/** What the list draws, from what is known. Pure, and stingy: a row that has not changed stays the same object. */
export interface MessageRow {
  kind: 'message';
  key: string;
  message: Message;
  /** The first of several by one author: it carries picture, name and company. */
  lead: boolean;
  /** Set while the server does not have it yet. */
  pending?: Pending;
  freshReplies: boolean;
}
export type Row =
  | { kind: 'day'; key: string; at: Instant }
  | { kind: 'new'; key: string }
  | { kind: 'start'; key: string }
  | { kind: 'replies'; key: string; count: number }
  | MessageRow;

export interface RowSource {
  items: readonly Message[];
  pending: readonly Pending[];
  me: Member;
  /** The red rule stands before the first message of others after this position; undefined for no rule. */
  ruleAfter: number | undefined;
  hasBefore: boolean;
  hasAfter: boolean;
  /** In the panel beside the channel: the root whose replies are shown. */
  root?: Id;
}

const TOGETHER_MS = 5 * 60_000;

/** The same for an own message before and after the server has it, so that its row is never drawn anew. */
export const rowKey = (message: Message): string => `${message.author.id}/${message.client_key || message.id}`;

export function buildRows(source: RowSource, before: readonly Row[] = []): Row[] {
  const known = new Map(before.map((row) => [row.key, row]));
  const rows: Row[] = source.hasBefore || source.root ? [] : [{ kind: 'start', key: 'start' }];
  const fresh = freshReplies(source);
  let last: Message | undefined;
  let ruled = source.ruleAfter === undefined;
  for (const { message, pending } of listed(source)) {
    const newDay = !last || dayKey(last.created_at) !== dayKey(message.created_at);
    if (newDay && !source.root)
      rows.push({ kind: 'day', key: `day ${dayKey(message.created_at)}`, at: message.created_at });
    const rule = !ruled && message.position > (source.ruleAfter ?? 0) && message.author.id !== source.me.id;
    if (rule) rows.push({ kind: 'new', key: 'new' });
    ruled ||= rule;
    const lead = newDay || rule || !last || !together(last, message);
    rows.push({ kind: 'message', key: rowKey(message), message, lead, pending, freshReplies: fresh.has(message.id) });
    last = message;
    if (message.id === source.root && message.reply_count > 0) {
      rows.push({ kind: 'replies', key: 'replies', count: message.reply_count });
      last = undefined;
    }
  }
  return rows.map((row) => same(known.get(row.key), row) ?? row);
}

interface Listed {
  message: Message;
  pending?: Pending;
}

function listed({ items, pending, me, hasAfter, root }: RowSource): Listed[] {
  const shown = items.filter((message) =>
    root ? message.id === root || message.reply_to === root : !message.reply_to,
  );
  if (hasAfter) return shown.map((message) => ({ message }));
  const arrived = new Set(items.filter((one) => one.author.id === me.id).map((one) => one.client_key));
  const waiting = pending.filter((one) => !arrived.has(one.client_key) && one.reply_to === (root ?? null));
  return [
    ...shown.map((message) => ({ message })),
    ...waiting.map((one) => ({ message: asMessage(one, me), pending: one })),
  ];
}

/** Roots whose replies came after the rule. */
function freshReplies({ items, ruleAfter, me }: RowSource): ReadonlySet<Id> {
  if (ruleAfter === undefined) return new Set();
  const fresh = items.filter((one) => one.reply_to && one.position > ruleAfter && one.author.id !== me.id);
  return new Set(fresh.map((reply) => reply.reply_to ?? ''));
}

function together(last: Message, next: Message): boolean {
  const apart = Date.parse(next.created_at) - Date.parse(last.created_at);
  return last.author.id === next.author.id && apart < TOGETHER_MS && !last.deleted && !next.deleted;
}

function same(old: Row | undefined, now: Row): Row | undefined {
  if (!old || old.kind !== now.kind) return undefined;
  if (old.kind === 'replies' && now.kind === 'replies') return old.count === now.count ? old : undefined;
  if (old.kind !== 'message' || now.kind !== 'message') return old;
  const equal = samePost(old, now) && old.lead === now.lead && old.freshReplies === now.freshReplies;
  return equal ? old : undefined;
}

function samePost(old: MessageRow, now: MessageRow): boolean {
  return now.pending ? old.pending === now.pending : !old.pending && old.message === now.message;
}

export function asPerson({ id, name, company, job_title, colour }: Member): Person {
  return { id, name, company, job_title, colour, removed: false };
}

function asMessage(pending: Pending, me: Member): Message {
  return {
    id: pending.client_key,
    channel_id: pending.channel_id,
    stream: '',
    position: Infinity,
    author: asPerson(me),
    body: pending.body,
    html: '',
    created_at: pending.created_at,
    edited_at: null,
    deleted: false,
    reply_to: pending.reply_to,
    reply_count: 0,
    last_reply_at: null,
    reactions: [],
    files: pending.files,
    client_key: pending.client_key,
    revision: 0,
  };
}
