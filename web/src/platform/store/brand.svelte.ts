import { get, put } from '$platform/api/client';
import type { Channel, GroupSnapshot, Id, Member, Start } from '$platform/api/types';
import type { Change } from '$platform/live/frames';
import { applyToStart, findChannel, moved, withGroup } from './groups';

/** The brand on the screen: what the first read told, kept true by the changes that follow. */
class BrandStore {
  start = $state.raw<Start | undefined>();
  /** Names of the groups that were lost while the page was open, so that people are told why a page is gone. */
  #left = $state.raw<ReadonlyMap<Id, string>>(new Map());

  get slug(): string {
    return this.start?.brand.slug ?? '';
  }
  get me(): Member | undefined {
    return this.start?.me;
  }

  async open(brandId: Id): Promise<Start> {
    const start = await get<Start>(`/brands/${brandId}/start`);
    this.start = { ...start, webinars: start.webinars ?? [] };
    localStorage.setItem('guildhall.brand', start.brand.slug);
    return this.start;
  }

  /** Reads everything again, for example after the own roles have changed. */
  async refresh(): Promise<void> {
    if (this.start) await this.open(this.start.brand.id);
  }

  apply(change: Change, stream: Id): void {
    if (this.start) this.start = applyToStart(this.start, change, stream);
  }

  addGroup(snapshot: GroupSnapshot): void {
    if (this.start) this.start = withGroup(this.start, snapshot);
  }

  group(id: Id): GroupSnapshot | undefined {
    return this.start?.groups.find(({ group }) => group.id === id);
  }

  left(id: Id): string | undefined {
    return this.group(id) ? undefined : this.#left.get(id);
  }

  leave({ group }: GroupSnapshot): void {
    this.#left = new Map([...this.#left, [group.id, group.name]]);
  }

  channel(id: Id): Channel | undefined {
    return this.start && findChannel(this.start, id);
  }

  channelsOf(stream: Id): Id[] {
    const all = this.start?.groups.flatMap(({ channels }) => channels) ?? [];
    return all.filter((channel) => channel.stream === stream).map(({ id }) => id);
  }

  /** Everything up to `position` has been seen. The badge empties at once; the server's count has the last word. */
  async markRead(channel: Id, position: number): Promise<void> {
    const known = this.channel(channel);
    if (known && position <= known.marker) return;
    if (known && position >= known.last_position) this.#mark(channel, position, 0);
    const { marker, unread } = await put<{ marker: number; unread: number }>(`/channels/${channel}/marker`, {
      position,
    });
    this.#mark(channel, marker, unread);
  }

  #mark(channel: Id, marker: number, unread: number): void {
    if (!this.start) return;
    const groups = this.start.groups.map((one) => ({
      ...one,
      channels: one.channels.map((each) => (each.id === channel ? moved(each, marker, unread) : each)),
    }));
    this.start = { ...this.start, groups };
  }
}

export const brand = new BrandStore();
