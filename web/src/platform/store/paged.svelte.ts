import type { Page } from '$platform/api/types';

/** A list that comes page by page. A new `load` outruns an older one that is still under way. */
export class Paged<T extends { id: string | number }> {
  items = $state.raw<T[]>([]);
  /** Undefined until the first page has come. */
  next = $state.raw<string | null | undefined>();
  loading = $state(false);
  fault: unknown = $state.raw();
  #asked = 0;
  readonly #read: (cursor: string | undefined) => Promise<Page<T>>;

  constructor(read: (cursor: string | undefined) => Promise<Page<T>>) {
    this.#read = read;
  }

  /** True once there is something true to show, even if it is nothing. */
  get ready(): boolean {
    return this.next !== undefined;
  }
  get empty(): boolean {
    return this.ready && this.items.length === 0;
  }
  get hasMore(): boolean {
    return typeof this.next === 'string';
  }

  /** The first page; what is on the screen stays until it has come. */
  load(): Promise<void> {
    return this.#ask(undefined, (items) => items);
  }

  more(): Promise<void> {
    if (!this.hasMore || this.loading) return Promise.resolve();
    return this.#ask(this.next ?? undefined, (items) => {
      const known = this.items.map((item) => item.id);
      return [...this.items, ...items.filter((item) => !known.includes(item.id))];
    });
  }

  replace(item: T): void {
    this.items = this.items.map((one) => (one.id === item.id ? item : one));
  }
  add(item: T): void {
    this.items = [item, ...this.items.filter((one) => one.id !== item.id)];
    this.next ??= null;
  }
  drop(id: T['id']): void {
    this.items = this.items.filter((one) => one.id !== id);
  }

  async #ask(cursor: string | undefined, merge: (items: T[]) => T[]): Promise<void> {
    const asked = ++this.#asked;
    this.loading = true;
    this.fault = undefined;
    try {
      const page = await this.#read(cursor);
      if (asked !== this.#asked) return;
      this.items = merge(page.items);
      this.next = page.next;
    } catch (reason) {
      if (asked === this.#asked) this.fault = reason;
    } finally {
      if (asked === this.#asked) this.loading = false;
    }
  }
}
