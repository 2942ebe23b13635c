import type { Id, Webinar } from '$platform/api/types';
import type { Change } from '$platform/live/frames';
import { noRegistration, registrationOf } from '$platform/store/registration';
import { readWebinars } from './api';

/** The webinars of several groups as one list in order of time, kept true by the groups' streams. */
export class Programme {
  items = $state.raw<Webinar[]>([]);
  ready = $state(false);
  fault: unknown = $state.raw();
  #next = $state.raw<Record<Id, string>>({});
  readonly #groups: Id[];

  /** `groups` joined by commas, so that the same groups are the same programme. */
  constructor(
    groups: string,
    readonly past: boolean,
  ) {
    this.#groups = groups.split(',').filter(Boolean);
  }

  get hasMore(): boolean {
    return Object.keys(this.#next).length > 0;
  }

  load(): Promise<void> {
    return this.#read(this.#groups, () => []);
  }

  more(): Promise<void> {
    return this.#read(Object.keys(this.#next), () => this.items);
  }

  apply(change: Change): void {
    if (change.kind === 'registration.changed') {
      this.items = this.items.map((one) =>
        one.id === change.webinar_id ? { ...one, ...registrationOf(change) } : one,
      );
    }
    if (change.kind !== 'webinar.changed' || !this.#groups.includes(change.webinar.group_id)) return;
    const known = this.items.find((one) => one.id === change.webinar.id);
    if (!known && (this.past || change.webinar.phase === 'over')) return;
    const now: Webinar = { ...noRegistration, can_manage: false, ...known, ...change.webinar };
    this.items = this.#inOrder([...this.items.filter((one) => one.id !== now.id), now]);
  }

  async #read(groups: Id[], kept: () => Webinar[]): Promise<void> {
    this.fault = undefined;
    try {
      const pages = await Promise.all(groups.map((group) => readWebinars(group, this.past, this.#next[group])));
      this.#next = Object.fromEntries(
        groups.flatMap((group, at) => (pages[at]?.next ? [[group, pages[at].next] as const] : [])),
      );
      const before = kept();
      const fresh = pages.flatMap((page) => page.items).filter((one) => !before.some(({ id }) => id === one.id));
      this.items = this.#inOrder([...before, ...fresh]);
      this.ready = true;
    } catch (reason) {
      this.fault = reason;
    }
  }

  #inOrder(webinars: Webinar[]): Webinar[] {
    const sign = this.past ? -1 : 1;
    return webinars.sort((a, b) => sign * a.starts_at.localeCompare(b.starts_at));
  }
}
