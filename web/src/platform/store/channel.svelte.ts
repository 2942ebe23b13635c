import { get } from '$platform/api/client';
import type { Id, Message, MessagePage } from '$platform/api/types';
import type { Change } from '$platform/live/frames';
import { append, change, countReply, EMPTY, fromPage, place, prepend, type MessageWindow } from './window';

/**
 * The messages of one channel. Components read `window`; pages come from here, changes from the socket.
 * What changes while a page is on its way is kept and applied after it, so that nothing falls between the two.
 */
export type Loading = 'open' | 'before' | 'after';
type MessageChange = Extract<Change, { message: Message }>;

const PAGE = 50;

export class ChannelMessages {
  window = $state.raw<MessageWindow>(EMPTY);
  loaded = $state(false);
  loading = $state<Loading | undefined>();
  fault = $state.raw<unknown>();
  /** After a reset what is in memory may have holes: it stays on the screen until it has been read anew. */
  stale = $state(false);
  /** Only the page that was asked for last counts. */
  #asked = 0;
  #meanwhile: { position: number; change: MessageChange }[] = [];

  constructor(readonly id: Id) {}

  /** The newest messages, or those around a position. */
  async open(around?: number): Promise<void> {
    const page = await this.#load('open', around === undefined ? {} : { around });
    if (!page) return;
    this.window = fromPage(page);
    this.loaded = true;
    this.stale = false;
    this.#catchUp(page.position);
  }

  async before(): Promise<void> {
    const first = this.window.items[0];
    if (!first || !this.window.hasBefore || this.loading) return;
    const page = await this.#load('before', { before: first.position });
    if (!page || this.window.items[0]?.id !== first.id) return;
    this.window = prepend(this.window, page);
    this.#catchUp(page.position);
  }

  async after(): Promise<void> {
    const last = this.window.items.at(-1);
    if (!last || !this.window.hasAfter || this.loading) return;
    const page = await this.#load('after', { after: last.position });
    if (!page || this.window.items.at(-1)?.id !== last.id) return;
    this.window = append(this.window, page);
    this.#catchUp(page.position);
  }

  /** A change that the stream brought, in its order. */
  take(position: number, what: MessageChange): void {
    if (this.loading) this.#meanwhile.push({ position, change: what });
    if (this.loaded) this.#apply(what);
  }

  /** The server's answer to an own act; the stream will say the same. */
  put(message: Message): void {
    if (!this.loaded) return;
    this.window = place(this.window, message);
    if (message.reply_to) this.window = countReply(this.window, message);
  }

  /** The same for a message that is known already. */
  amend(message: Message): void {
    this.window = change(this.window, message);
  }

  find(id: Id): Message | undefined {
    return this.window.items.find((message) => message.id === id);
  }

  #apply(what: MessageChange): void {
    if (what.kind === 'message.changed') this.window = change(this.window, what.message);
    else this.put(what.message);
  }

  #catchUp(position: number): void {
    for (const one of this.#meanwhile) if (one.position > position) this.#apply(one.change);
    this.#meanwhile = [];
  }

  async #load(
    what: Loading,
    place: { around?: number; before?: number; after?: number },
  ): Promise<MessagePage | undefined> {
    const ask = ++this.#asked;
    this.loading = what;
    this.fault = undefined;
    try {
      const page = await get<MessagePage>(`/channels/${this.id}/messages`, { limit: PAGE, ...place });
      return ask === this.#asked ? page : undefined;
    } catch (fault) {
      if (ask === this.#asked) this.fault = fault;
      this.#meanwhile = [];
      return undefined;
    } finally {
      if (ask === this.#asked) this.loading = undefined;
    }
  }
}

const MOST_OPEN = 20;
const open = new Map<Id, ChannelMessages>();

/** The messages of a channel, kept for the twenty channels seen last. */
export function channelMessages(id: Id): ChannelMessages {
  const known = open.get(id) ?? new ChannelMessages(id);
  open.delete(id);
  open.set(id, known);
  const [oldest] = open.keys();
  if (open.size > MOST_OPEN && oldest) open.delete(oldest);
  return known;
}

export function openChannel(id: Id): ChannelMessages | undefined {
  return open.get(id);
}

/** After a reset nothing in memory can be trusted to be without holes. */
export function forgetChannels(ids: readonly Id[]): void {
  for (const id of ids) {
    const known = open.get(id);
    if (known) known.stale = true;
  }
}

export function dropChannels(ids: readonly Id[]): void {
  for (const id of ids) open.delete(id);
}
