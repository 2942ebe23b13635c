import { brand } from '$platform/store/brand.svelte';
import type { Id } from '$platform/api/types';

/** Read means: on the screen for half a second, in a window that has the focus. */
const SEEN_AFTER_MS = 500;

export class Reading {
  #seen = 0;
  #told = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly channel: Id,
    marker: number,
  ) {
    this.#told = marker;
  }

  /** Rows up to `position` are on the screen right now. */
  sees(position: number): void {
    if (position <= Math.max(this.#seen, this.#told)) return;
    this.#seen = position;
    if (document.hasFocus()) this.#plan();
  }

  focused = (): void => {
    if (this.#seen > this.#told) this.#plan();
  };

  blurred = (): void => clearTimeout(this.#timer);

  #plan(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#tell(), SEEN_AFTER_MS);
  }

  async #tell(): Promise<void> {
    const position = this.#seen;
    if (position <= this.#told) return;
    this.#told = position;
    // The marker is told again with the next message; nothing is lost when it does not arrive.
    await brand.markRead(this.channel, position).catch(() => undefined);
  }
}
