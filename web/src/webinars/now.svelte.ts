const STEP_MS = 15_000;

/** The present, moved on while a page looks at it. */
export class Now {
  at = $state.raw(new Date());

  constructor() {
    $effect(() => {
      const timer = setInterval(() => (this.at = new Date()), STEP_MS);
      return () => clearInterval(timer);
    });
  }
}
