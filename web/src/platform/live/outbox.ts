import type { FileInfo, Id, Instant, Message } from '$platform/api/types';
import { Problem } from '$platform/api/problem';

/**
 * Messages on their way. Each is on disk before it is tried and leaves the disk only when the server has it, so it
 * outlives reload and crash; its client key makes a repeated try harmless. Within a channel they go one after another:
 * what was written first arrives first.
 */
export interface Pending {
  client_key: string;
  brand_id: Id;
  channel_id: Id;
  reply_to: Id | null;
  body: string;
  files: FileInfo[];
  created_at: Instant;
  state: 'waiting' | 'failed';
  /** Why it failed for good; the person decides what happens with it. */
  code: string | null;
}
export interface OutboxStore {
  all(): Promise<Pending[]>;
  put(pending: Pending): Promise<unknown>;
  delete(clientKey: string): Promise<unknown>;
}
export interface OutboxDoor {
  store: OutboxStore;
  send: (pending: Pending) => Promise<Message>;
  sent: (message: Message) => void;
  changed: (list: readonly Pending[]) => void;
  later: (act: () => void, ms: number) => void;
}

const MOST_FAULTS = 4;

export class Outbox {
  #list: readonly Pending[] = [];
  #busy = new Set<Id>();
  #resting = false;
  #faults = new Map<string, number>();

  constructor(private readonly door: OutboxDoor) {}

  /** What an earlier visit could not send any more. */
  async restore(): Promise<void> {
    const stored = await this.door.store.all();
    const fresh = stored.filter((one) => !this.#list.some(({ client_key }) => client_key === one.client_key));
    this.#set([...fresh, ...this.#list].sort((a, b) => a.created_at.localeCompare(b.created_at)));
    this.flush();
  }

  add(pending: Pending): void {
    this.#set([...this.#list, pending]);
    // A full or forbidden disk must not keep the message from being sent.
    void this.door.store
      .put(pending)
      .catch(() => undefined)
      .then(() => this.#work(pending.channel_id));
  }

  retry(clientKey: string): void {
    const found = this.#list.find((one) => one.client_key === clientKey);
    if (!found) return;
    this.#update({ ...found, state: 'waiting', code: null });
    void this.#work(found.channel_id);
  }

  drop(clientKey: string): void {
    if (!this.#list.some((one) => one.client_key === clientKey)) return;
    this.#set(this.#list.filter((one) => one.client_key !== clientKey));
    void this.door.store.delete(clientKey).catch(() => undefined);
  }

  /** Tries everything that waits: after a reconnect, and when the network is back. */
  flush(): void {
    for (const channel of new Set(this.#list.map((one) => one.channel_id))) void this.#work(channel);
  }

  async #work(channel: Id): Promise<void> {
    if (this.#resting || this.#busy.has(channel)) return;
    this.#busy.add(channel);
    try {
      for (let next = this.#next(channel); next; next = this.#next(channel)) {
        if (!(await this.#try(next))) break;
      }
    } finally {
      this.#busy.delete(channel);
    }
  }

  #next(channel: Id): Pending | undefined {
    return this.#list.find((one) => one.channel_id === channel && one.state === 'waiting');
  }

  /** False when it is better to wait for the connection before anything else is tried. */
  async #try(pending: Pending): Promise<boolean> {
    try {
      const message = await this.door.send(pending);
      this.door.sent(message);
      this.drop(pending.client_key);
      return true;
    } catch (fault) {
      if (this.#worthWaiting(pending, fault)) return false;
      const code = fault instanceof Problem ? fault.code : 'internal';
      this.#update({ ...pending, state: 'failed', code });
      return true;
    }
  }

  /** The server says when it is worth trying again; until then every try would cost both sides. */
  #rest(ms: number): void {
    this.#resting = true;
    this.door.later(() => {
      this.#resting = false;
      this.flush();
    }, ms);
  }

  /** A server that keeps failing on one message must not hold up those behind it for ever. */
  #worthWaiting({ client_key }: Pending, fault: unknown): boolean {
    if (!(fault instanceof Problem)) return false;
    if (fault.details.retryAfterMs !== undefined) this.#rest(fault.details.retryAfterMs);
    if (fault.code !== 'internal') return fault.passing || fault.status === 401;
    const faults = (this.#faults.get(client_key) ?? 0) + 1;
    this.#faults.set(client_key, faults);
    return faults < MOST_FAULTS;
  }

  #update(pending: Pending): void {
    if (!this.#list.some((one) => one.client_key === pending.client_key)) return;
    this.#set(this.#list.map((one) => (one.client_key === pending.client_key ? pending : one)));
    void this.door.store.put(pending).catch(() => undefined);
  }

  #set(list: readonly Pending[]): void {
    this.#list = list;
    this.door.changed(list);
  }
}
