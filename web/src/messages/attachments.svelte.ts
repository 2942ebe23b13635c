import type { FileInfo, Id } from '$platform/api/types';
import { problemText } from '$platform/api/problem';
import { upload } from './upload';

export interface Attachment {
  key: number;
  name: string;
  size: number;
  percent: number;
  info?: FileInfo;
  error?: string;
}

const MOST_FILES = 10;

/** The files of a message that is being written: each is uploaded at once and can be cancelled until it is sent. */
export class Attachments {
  list = $state<Attachment[]>([]);
  readonly busy = $derived(this.list.some((one) => !one.info && !one.error));
  readonly broken = $derived(this.list.some((one) => one.error));
  readonly ready = $derived(this.list.flatMap((one) => (one.info ? [one.info] : [])));
  #cancels = new Map<number, () => void>();
  #last = 0;

  constructor(private readonly group: () => Id) {}

  add(files: Iterable<File>): void {
    for (const file of [...files].slice(0, MOST_FILES - this.list.length)) void this.#start(file);
  }

  remove(key: number): void {
    this.#cancels.get(key)?.();
    this.list = this.list.filter((one) => one.key !== key);
  }

  /** Hands over what is ready, in the order in which the server will show it, and starts afresh. */
  take(): FileInfo[] {
    const ready = $state.snapshot(this.ready).sort((a, b) => a.id.localeCompare(b.id));
    this.list = [];
    return ready;
  }

  async #start(file: File): Promise<void> {
    const key = ++this.#last;
    this.list.push({ key, name: file.name, size: file.size, percent: 0 });
    const update = (change: Partial<Attachment>) => {
      this.list = this.list.map((one) => (one.key === key ? { ...one, ...change } : one));
    };
    const { done, cancel } = upload(this.group(), file, (part) => update({ percent: Math.round(part * 100) }));
    this.#cancels.set(key, cancel);
    try {
      update({ info: await done, percent: 100 });
    } catch (fault) {
      if (!(fault instanceof DOMException)) update({ error: problemText(fault) });
    } finally {
      this.#cancels.delete(key);
    }
  }
}
