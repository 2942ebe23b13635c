/** The present as state, for what begins and ends by the clock; half a minute is fine enough. */
const EVERY_MS = 30_000;

class Now {
  at = $state(Date.now());

  constructor() {
    setInterval(() => (this.at = Date.now()), EVERY_MS);
  }
}

export const now = new Now();
