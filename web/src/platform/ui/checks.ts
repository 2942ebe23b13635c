import * as problems from '$texts/problems';

/** What a form can say before it is sent; the server says the same again. Undefined where nothing speaks against it. */
export const required = (value: string): string | undefined => (value.trim() === '' ? problems.required() : undefined);

/** Only what is surely no address: the server and the mail itself prove the rest. */
export const isEmail = (value: string): boolean => /^[^\s@]+@[^\s@]+\.[^\s@]{2,}$/.test(value.trim());

export const email = (value: string): string | undefined =>
  required(value) ?? (isEmail(value) ? undefined : problems.invalid_email());
