import type { Id } from '$platform/api/types';

/** Who is here and who is writing: passing things, told by the socket and forgotten with it. */
const TYPING_SHOWN_MS = 5000;

export interface Typist {
  id: Id;
  name: string;
  thread: Id | null;
}

class People {
  #groups = $state.raw<ReadonlyMap<Id, ReadonlySet<Id>>>(new Map());
  #typing = $state.raw<ReadonlyMap<Id, readonly Typist[]>>(new Map());
  #online = $derived(new Set([...this.#groups.values()].flatMap((group) => [...group])));
  #timers = new Map<string, ReturnType<typeof setTimeout>>();

  isOnline(member: Id): boolean {
    return this.#online.has(member);
  }

  onlineIn(group: Id): number {
    return this.#groups.get(group)?.size ?? 0;
  }

  typingIn(channel: Id, thread: Id | null): readonly Typist[] {
    return (this.#typing.get(channel) ?? []).filter((typist) => typist.thread === thread);
  }

  present(group: Id, online: readonly Id[]): void {
    this.#groups = new Map(this.#groups).set(group, new Set(online));
  }

  changed(group: Id, member: Id, online: boolean): void {
    const now = new Set(this.#groups.get(group));
    if (online) now.add(member);
    else now.delete(member);
    this.#groups = new Map(this.#groups).set(group, now);
  }

  typing(channel: Id, typist: Typist): void {
    const others = (this.#typing.get(channel) ?? []).filter(({ id }) => id !== typist.id);
    this.#typing = new Map(this.#typing).set(channel, [...others, typist]);
    const key = `${channel}/${typist.id}`;
    clearTimeout(this.#timers.get(key));
    this.#timers.set(
      key,
      setTimeout(() => this.stopped(channel, typist.id), TYPING_SHOWN_MS),
    );
  }

  /** Who has sent is no longer writing. */
  stopped(channel: Id, member: Id): void {
    const now = this.#typing.get(channel) ?? [];
    if (!now.some(({ id }) => id === member)) return;
    this.#typing = new Map(this.#typing).set(
      channel,
      now.filter(({ id }) => id !== member),
    );
  }

  forget(): void {
    this.#groups = new Map();
    this.#typing = new Map();
  }
}

export const people = new People();
