/** Speaks new messages to a screen reader: the newest one, at most one in three seconds. */
const PAUSE_MS = 3000;

export class Announcer {
  text = $state('');
  #next: string | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  say(text: string): void {
    this.#next = text;
    if (this.#timer === undefined) this.#speak();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #speak(): void {
    if (this.#next === undefined) {
      this.#timer = undefined;
      return;
    }
    this.text = this.#next;
    this.#next = undefined;
    this.#timer = setTimeout(() => this.#speak(), PAUSE_MS);
  }
}
