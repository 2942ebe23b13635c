import * as texts from '$texts/messages';
import { problemText } from '$platform/api/problem';
import type { Channel, FileInfo, Id, Member, Message } from '$platform/api/types';
import { paths } from '$platform/app/route';
import { outbox } from '$platform/live/sending.svelte';
import { brand } from '$platform/store/brand.svelte';
import type { ChannelMessages } from '$platform/store/channel.svelte';
import { toast } from '$platform/ui/toast.svelte';
import type { Acts } from './acts';
import { deleteMessage, editMessage, react, readMessage, unreact } from './api';
import { hasReacted, toggled } from './reactions';

/** What the channel and the panel of replies share: acting on messages, and what is being acted on. */
export interface Around {
  channel: () => Channel;
  me: () => Member;
  messages: ChannelMessages;
  openThread: (root: Message) => void;
  takeBack: (body: string) => void;
  /** The panel keeps messages of its own; it hears of every answer of the server too. */
  alsoPut: (message: Message) => void;
}

export class Talk {
  editing = $state<Id | undefined>();
  deleting = $state.raw<Message | undefined>();

  constructor(private readonly around: Around) {}

  readonly acts: Acts = {
    react: (message, emoji) => void this.#react(message, emoji),
    openThread: (message) => this.around.openThread(message),
    edit: (message) => (this.editing = message.id),
    save: async (message, body) => {
      this.put(await editMessage(message.id, body));
      this.editing = undefined;
    },
    cancelEdit: () => (this.editing = undefined),
    askDelete: (message) => (this.deleting = message),
    copyLink: (message) => void copy(location.origin + this.#linkTo(message)),
    copyText: (message) => void copy(message.body),
    retry: (pending) => outbox.retry(pending.client_key),
    drop: (pending) => outbox.drop(pending.client_key),
    takeBack: (pending) => {
      outbox.drop(pending.client_key);
      this.around.takeBack(pending.body);
    },
  };

  post(body: string, files: FileInfo[], replyTo: Id | null): void {
    const { id } = this.around.channel();
    outbox.post(brand.start?.brand.id ?? '', id, { body, files, replyTo });
  }

  async confirmDelete(): Promise<void> {
    const message = this.deleting;
    this.deleting = undefined;
    if (!message) return;
    try {
      await deleteMessage(message.id);
      this.put({ ...message, deleted: true, body: '', html: '', files: [], reactions: [] });
    } catch (fault) {
      toast(problemText(fault), { tone: 'danger' });
    }
  }

  put(message: Message): void {
    this.around.messages.amend(message);
    this.around.alsoPut(message);
  }

  async #react(message: Message, emoji: string): Promise<void> {
    const me = this.around.me().id;
    const known = message.reactions.find((one) => one.emoji === emoji);
    const mine = known !== undefined && hasReacted(known, me);
    this.put(toggled(message, emoji, me));
    try {
      await (mine ? unreact(message.id, emoji) : react(message.id, emoji));
    } catch (fault) {
      toast(problemText(fault), { tone: 'danger' });
      await readMessage(message.id)
        .then((now) => this.put(now))
        .catch(() => undefined);
    }
  }

  #linkTo(message: Message): string {
    const { group_id, id } = this.around.channel();
    const thread = message.reply_to ?? undefined;
    return paths.channel(brand.slug, group_id, id, { position: message.position, thread });
  }
}

async function copy(text: string): Promise<void> {
  await navigator.clipboard.writeText(text);
  toast(texts.copied());
}
