import { post } from '$platform/api/client';
import type { FileInfo, Id, Message } from '$platform/api/types';
import { openChannel } from '$platform/store/channel.svelte';
import { Outbox, type Pending } from './outbox';
import { forgetOutbox, outboxStore } from './outbox-store';

/** The outbox of the signed-in account as state for the screen. */
const TRY_AGAIN_MS = 5000;

class Sending {
  list = $state.raw<readonly Pending[]>([]);
  #outbox: Outbox | undefined;
  #account = '';
  start(account: Id): void {
    if (this.#account === account) return;
    this.#account = account;
    this.#outbox = new Outbox({
      store: outboxStore(account),
      send: deliver,
      sent: (message) => openChannel(message.channel_id)?.put(message),
      changed: (list) => (this.list = list),
      later: (act, ms) => setTimeout(act, ms),
    });
    void this.#outbox.restore().catch(() => undefined);
    setInterval(() => this.flush(), TRY_AGAIN_MS);
  }

  /** Shows the message at once and sends it as soon as that is possible. */
  post(brandId: Id, channel: Id, message: { body: string; files: FileInfo[]; replyTo: Id | null }): void {
    this.#outbox?.add({
      client_key: crypto.randomUUID(),
      brand_id: brandId,
      channel_id: channel,
      reply_to: message.replyTo,
      body: message.body,
      files: message.files,
      created_at: new Date().toISOString(),
      state: 'waiting',
      code: null,
    });
  }

  flush(): void {
    if (this.list.some((pending) => pending.state === 'waiting')) this.#outbox?.flush();
  }

  retry(clientKey: string): void {
    this.#outbox?.retry(clientKey);
  }

  drop(clientKey: string): void {
    this.#outbox?.drop(clientKey);
  }

  /** The stream brought it: another tab may have sent it, or the answer to our own try was lost. */
  arrived(message: Message): void {
    if (this.list.some(({ client_key }) => client_key === message.client_key)) this.#outbox?.drop(message.client_key);
  }

  async forget(): Promise<void> {
    if (this.#account) await forgetOutbox(this.#account);
  }
}

async function deliver(pending: Pending): Promise<Message> {
  const { message } = await post<{ message: Message }>(`/channels/${pending.channel_id}/messages`, {
    client_key: pending.client_key,
    body: pending.body,
    reply_to: pending.reply_to,
    files: pending.files.map(({ id }) => id),
  });
  return message;
}

export const outbox = new Sending();
