import { fieldText, Problem, problemText } from '$platform/api/problem';

/** One form being sent: what is missing, what was refused, whether it is under way. What was typed stays where it is. */
export class Submission {
  busy = $state(false);
  fault: unknown = $state.raw();
  #missing = $state.raw<Record<string, string | undefined>>({});

  /** `beside`: codes that the form says beside a field of its own, so that nothing is said twice. */
  constructor(private readonly beside: readonly string[] = []) {}

  /** The text beside one field, or undefined where it is fine. */
  field(name: string): string | undefined {
    return this.#missing[name] ?? fieldText(this.fault, name);
  }

  /** What went wrong with the whole, for the notice above the buttons. */
  get notice(): string | undefined {
    if (this.fault === undefined || this.#missingAny()) return undefined;
    return this.code && this.beside.includes(this.code) ? undefined : problemText(this.fault);
  }

  get code(): string | undefined {
    return this.fault instanceof Problem ? this.fault.code : undefined;
  }

  /** Sends unless a check speaks against it; true when the server agreed. A second press while sending does nothing. */
  async run(act: () => Promise<unknown>, checks: Record<string, string | undefined> = {}): Promise<boolean> {
    if (this.busy) return false;
    this.fault = undefined;
    this.#missing = checks;
    if (this.#missingAny()) return false;
    this.busy = true;
    try {
      await act();
      return true;
    } catch (reason) {
      this.fault = reason;
      return false;
    } finally {
      this.busy = false;
    }
  }

  clear(): void {
    this.fault = undefined;
    this.#missing = {};
  }

  #missingAny(): boolean {
    return Object.values(this.#missing).some(Boolean);
  }
}
