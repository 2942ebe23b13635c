import type { Id, Message } from '$platform/api/types';
import { live } from '$platform/live/live.svelte';
import { change, EMPTY, place, type MessageWindow } from '$platform/store/window';
import { readMessage, readReplies } from './api';

/** A root and its replies, kept true by the same changes as the channel. */
export class Replies {
  window = $state.raw<MessageWindow>(EMPTY);
  loaded = $state(false);
  fault = $state.raw<unknown>();

  constructor(readonly root: Id) {}

  /** Listens first and reads then, so that nothing falls between. Returns how to stop. */
  open(): () => void {
    void this.load();
    return live.onChange((what) => {
      if (what.kind === 'message.posted' || what.kind === 'message.changed') this.put(what.message);
    });
  }

  async load(): Promise<void> {
    this.fault = undefined;
    try {
      this.put(await readMessage(this.root));
      for (let cursor: string | undefined, more = true; more; more = cursor !== undefined) {
        const page = await readReplies(this.root, cursor);
        for (const reply of page.items) this.put(reply);
        cursor = page.next ?? undefined;
      }
      this.loaded = true;
    } catch (fault) {
      this.fault = fault;
    }
  }

  put(message: Message): void {
    if (message.id === this.root || message.reply_to === this.root) this.window = place(this.window, message);
    else this.window = change(this.window, message);
  }
}
