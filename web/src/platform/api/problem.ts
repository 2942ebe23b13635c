import * as texts from '$texts/problems';

/** A refusal or fault from the server; `code` is stable, the words are ours. */
export class Problem extends Error {
  constructor(
    readonly code: string,
    readonly status: number,
    readonly details: {
      requestId?: string;
      fields?: readonly { field: string; code: string }[];
      retryAfterMs?: number;
      currentVersion?: number;
    } = {},
  ) {
    super(code);
  }

  /** Worth another try without the person changing anything. */
  get passing(): boolean {
    return this.code === 'network' || this.status === 429 || this.status >= 500;
  }
}

export function asProblem(fault: unknown): Problem {
  return fault instanceof Problem ? fault : new Problem('internal', 500);
}

/** What the person reads: what happened, why, what next. */
export function problemText(fault: unknown): string {
  const problem = asProblem(fault);
  if (problem.status >= 500 && problem.code === 'internal' && problem.details.requestId) {
    return texts.internal_with_id({ id: problem.details.requestId });
  }
  return codeText(problem.code);
}

/** The text beside one field of a form, or undefined where that field is fine. */
export function fieldText(fault: unknown, field: string): string | undefined {
  if (!(fault instanceof Problem)) return undefined;
  const found = fault.details.fields?.find((one) => one.field === field);
  return found && codeText(found.code, texts.invalid());
}

export function codeText(code: string, fallback = texts.internal()): string {
  const known = texts as unknown as Record<string, ((p: object) => string) | undefined>;
  return known[code]?.({}) ?? fallback;
}
