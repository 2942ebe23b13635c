/**
 * The present as state, for what begins and ends by the clock. Webinars do so at full minutes, so it moves on exactly then;
 * and when a sleeping page is looked at again.
 */
const MINUTE_MS = 60_000;

class Now {
  at = $state(Date.now());

  constructor() {
    this.#turn();
    document.addEventListener('visibilitychange', () => (this.at = Date.now()));
  }

  #turn = (): void => {
    this.at = Date.now();
    setTimeout(this.#turn, MINUTE_MS - (this.at % MINUTE_MS));
  };
}

export const now = new Now();
