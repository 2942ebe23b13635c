import { get, post, whenReached } from '$platform/api/client';
import type { GroupSnapshot, Id, Start } from '$platform/api/types';
import { brand } from '$platform/store/brand.svelte';
import { dropChannels, forgetChannels, openChannel } from '$platform/store/channel.svelte';
import { streamOf } from '$platform/store/groups';
import { people } from '$platform/store/people.svelte';
import { login } from '$platform/store/login.svelte';
import { Connection } from './connection';
import type { Change, ChangeFrame, ResetFrame, ServerFrame } from './frames';
import { outbox } from './sending.svelte';
import { Streams } from './streams';

/**
 * Brings the brand on the screen and its streams together: snapshot, then follow; after a drop, resume from the known
 * positions. Changes are applied once per frame, in order, so that a flood costs one drawing and not a hundred.
 */
export type ChangeListener = (change: Change, frame: ChangeFrame) => void;

export type LiveReactionsListener = (webinar: Id, counts: Record<string, number>) => void;

const SILENT_LOSS_MS = 3000;

class Live {
  /** True once a loss has lasted long enough to be worth a word. */
  lost = $state(false);
  #streams = new Streams();
  #queue: (ChangeFrame | ResetFrame)[] = [];
  #planned = false;
  #listeners = new Set<ChangeListener>();
  #resets = new Set<(stream: Id) => void>();
  #applause = new Set<LiveReactionsListener>();
  #lossTimer: ReturnType<typeof setTimeout> | undefined;
  #brandId = '';
  #connection = new Connection(
    {
      ticket: async () => (await post<{ ticket: string }>(`/brands/${this.#brandId}/realtime-tickets`)).ticket,
      open: (ticket) => new WebSocket(`${location.origin.replace(/^http/, 'ws')}/api/v1/realtime?ticket=${ticket}`),
      random: () => Math.random(),
      later: (act, ms) => {
        const timer = setTimeout(act, ms);
        return () => clearTimeout(timer);
      },
    },
    {
      frame: (frame) => this.#take(frame),
      up: () => this.#up(),
      down: () => this.#down(),
      ended: (code) => this.#ended(code),
    },
  );

  start(start: Start): void {
    this.stop();
    this.#brandId = start.brand.id;
    this.#streams.follow(start.inbox);
    for (const one of start.groups) {
      const stream = streamOf(one);
      if (stream) this.#streams.follow({ stream, position: one.position });
    }
    addEventListener('online', this.#wake);
    addEventListener('offline', this.#cutOff);
    document.addEventListener('visibilitychange', this.#wake);
    whenReached(() => this.#connection.reached());
    this.#waitForLoss();
    this.#connection.start();
  }

  stop(): void {
    removeEventListener('online', this.#wake);
    removeEventListener('offline', this.#cutOff);
    document.removeEventListener('visibilitychange', this.#wake);
    clearTimeout(this.#lossTimer);
    this.#connection.stop();
    this.#streams.clear();
    this.#queue = [];
    people.forget();
  }

  /** A stream besides those of the brand's first read, such as that of a webinar on the screen. */
  follow(stream: Id, position: number): () => void {
    if (!this.#streams.has(stream)) {
      this.#streams.follow({ stream, position });
      this.#ask([stream]);
    }
    return () => this.#unfollow(stream);
  }

  /** Pages of other rooms listen for what concerns them. Returns how to stop. */
  onChange(listener: ChangeListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Called when a stream was reset: what a page has read of it must be read again. */
  onReset(listener: (stream: Id) => void): () => void {
    this.#resets.add(listener);
    return () => this.#resets.delete(listener);
  }

  /** Applause and the like: shown to everybody in the webinar, kept nowhere. */
  reactLive(webinar: Id, emoji: string): void {
    this.#connection.send({ op: 'react_live', webinar, emoji });
  }

  /** Live reactions as the server sums them up, for each webinar. Returns how to stop. */
  onLiveReactions(listener: LiveReactionsListener): () => void {
    this.#applause.add(listener);
    return () => this.#applause.delete(listener);
  }

  typing(channel: Id, thread: Id | null): void {
    this.#connection.send({ op: 'typing', channel, thread_root: thread });
  }

  #wake = (): void => {
    if (document.visibilityState === 'hidden') return;
    this.#connection.wake();
    outbox.flush();
  };

  /** The machine says that it has no network, long before the socket could notice. */
  #cutOff = (): void => this.#waitForLoss();

  #alive(): void {
    clearTimeout(this.#lossTimer);
    this.#lossTimer = undefined;
    this.lost = false;
  }

  #up(): void {
    this.#alive();
    this.#ask(this.#streams.askAll().map(({ stream }) => stream));
    outbox.flush();
  }

  #down(): void {
    people.forget();
    this.#waitForLoss();
  }

  #waitForLoss(): void {
    clearTimeout(this.#lossTimer);
    this.#lossTimer = setTimeout(() => (this.lost = true), SILENT_LOSS_MS);
  }

  #ended(code: number): void {
    if (code === 4401) login.ended();
    else location.assign('/');
  }

  #ask(streams: readonly Id[]): void {
    if (streams.length === 0) return;
    this.#connection.send({ op: 'follow', streams: streams.map((stream) => this.#streams.place(stream)) });
  }

  #unfollow(stream: Id): void {
    this.#streams.forget(stream);
    this.#connection.send({ op: 'unfollow', streams: [stream] });
  }

  #take(frame: ServerFrame): void {
    if (this.#lossTimer !== undefined && navigator.onLine) this.#alive();
    switch (frame.type) {
      case 'change':
        return this.#judge(frame);
      case 'reset':
        this.#streams.reset(frame.stream, frame.position);
        return this.#enqueue(frame);
      case 'resumed':
        return this.#streams.settled(frame.stream, frame.position);
      case 'typing':
        return people.typing(frame.channel, { ...frame.person, thread: frame.thread_root });
      case 'presence':
        return people.present(frame.group, frame.online);
      case 'presence.changed':
        return people.changed(frame.group, frame.member, frame.online);
      case 'live_reactions':
        for (const listener of this.#applause) listener(frame.webinar, frame.counts);
    }
  }

  #judge(frame: ChangeFrame): void {
    const verdict = this.#streams.accept(frame.stream, frame.position);
    if (verdict === 'apply') this.#enqueue(frame);
    else if (verdict === 'gap') this.#ask([frame.stream]);
  }

  #enqueue(frame: ChangeFrame | ResetFrame): void {
    this.#queue.push(frame);
    if (this.#planned) return;
    this.#planned = true;
    // A hidden page draws no frames, but its title and badges still have to move.
    if (document.visibilityState === 'hidden') setTimeout(() => this.#drain(), 100);
    else requestAnimationFrame(() => this.#drain());
  }

  #drain(): void {
    this.#planned = false;
    const frames = this.#queue;
    this.#queue = [];
    for (const frame of frames) {
      if (frame.type === 'change') this.#apply(frame);
      else this.#reset(frame);
    }
  }

  #apply(frame: ChangeFrame): void {
    const { change } = frame;
    if (change.kind === 'group.added') void this.#join(change.group_id);
    if (change.kind === 'group.removed') this.#leave(change.group_id);
    // What one may do in a group (role, mute) follows from one's place in it: only a fresh read tells all of that.
    const aboutMe = change.kind === 'member.changed' && change.member.id === brand.me?.id;
    if (aboutMe || change.kind === 'membership.changed') void brand.refresh();
    brand.apply(change, frame.stream);
    if (change.kind === 'message.posted' || change.kind === 'message.changed') {
      openChannel(change.message.channel_id)?.take(frame.position, change);
      outbox.arrived(change.message);
      people.stopped(change.message.channel_id, change.message.author.id);
    }
    for (const listener of this.#listeners) listener(change, frame);
  }

  #reset({ stream, snapshot }: ResetFrame): void {
    if (snapshot && 'group' in snapshot) {
      brand.addGroup(snapshot);
      forgetChannels(snapshot.channels.map(({ id }) => id));
    } else if (snapshot && 'channel' in snapshot) forgetChannels([snapshot.channel.id]);
    else void this.#readAgain(stream);
    for (const listener of this.#resets) listener(stream);
  }

  /** A reset without a snapshot: what the stream holds has to be fetched. */
  async #readAgain(stream: Id): Promise<void> {
    await brand.refresh();
    forgetChannels(brand.channelsOf(stream));
  }

  async #join(group: Id): Promise<void> {
    const snapshot = await get<GroupSnapshot>(`/groups/${group}`);
    brand.addGroup(snapshot);
    const stream = streamOf(snapshot);
    if (!stream) return;
    this.#streams.follow({ stream, position: snapshot.position });
    this.#ask([stream]);
  }

  #leave(group: Id): void {
    const known = brand.group(group);
    if (!known) return;
    const stream = streamOf(known);
    if (stream) this.#streams.forget(stream);
    dropChannels(known.channels.map(({ id }) => id));
    brand.leave(known);
  }
}

export const live = new Live();
