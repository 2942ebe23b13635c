import * as texts from '$texts/accounts';
import * as problems from '$texts/problems';
import { MAX_LENGTH, MIN_LENGTH } from './password';

/** What can be said of a new password before it is sent. */
export function passwordCheck(password: string): string | undefined {
  const length = [...password].length;
  if (length === 0) return problems.required();
  if (length < MIN_LENGTH) return texts.passwordShort({ count: MIN_LENGTH - length });
  return length > MAX_LENGTH ? texts.passwordLong({ most: MAX_LENGTH }) : undefined;
}
