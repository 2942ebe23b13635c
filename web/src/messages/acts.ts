import type { Message } from '$platform/api/types';
import type { Pending } from '$platform/live/outbox';

/** What can be done with a message; the view decides how, the rows only ask. */
export interface Acts {
  react: (message: Message, emoji: string) => void;
  openThread: (message: Message) => void;
  edit: (message: Message) => void;
  save: (message: Message, body: string) => Promise<void>;
  cancelEdit: () => void;
  askDelete: (message: Message) => void;
  copyLink: (message: Message) => void;
  copyText: (message: Message) => void;
  retry: (pending: Pending) => void;
  drop: (pending: Pending) => void;
  takeBack: (pending: Pending) => void;
}

export interface Rights {
  write: boolean;
  /** Hosts and moderators delete what others wrote. */
  moderate: boolean;
}
