/** How good a new password is, said while it is typed. The server has the last word; this only helps. */
export type Strength = 'empty' | 'short' | 'weak' | 'fair' | 'strong';

export const MIN_LENGTH = 12;
export const MAX_LENGTH = 128;
const KEYBOARD_ROWS = [
  'abcdefghijklmnopqrstuvwxyz',
  '01234567890',
  'qwertzuiop',
  'qwertyuiop',
  'asdfghjkl',
  'yxcvbnm',
  'zxcvbnm',
];
const COMMON = [
  'password',
  'passwort',
  'kennwort',
  'guildhall',
  'geheim',
  'secret',
  'welcome',
  'willkommen',
  'letmein',
];
const RUN = 4;
const FAIR_WORTH = 10;
const STRONG_WORTH = 16;

/** `personal`: name, address, brand: what others know about the person is worth little. */
export function strengthOf(password: string, personal: readonly string[] = []): Strength {
  if (password === '') return 'empty';
  if ([...password].length < MIN_LENGTH) return 'short';
  const worth = worthOf(password.toLowerCase(), personal);
  if (worth < FAIR_WORTH) return 'weak';
  return worth < STRONG_WORTH ? 'fair' : 'strong';
}

/** Characters that somebody would have to guess: repeats, runs of the keyboard and known words count once. */
function worthOf(password: string, personal: readonly string[]): number {
  const known = [...COMMON, ...personal.flatMap((text) => text.toLowerCase().split(/[\s@.,_-]+/))];
  let rest = password;
  for (const word of known) if (word.length >= RUN) rest = rest.replaceAll(word, '\u0000');
  const letters = [...rest];
  const guessed = letters.filter((_, at) => !repeats(letters, at) && !runsOn(letters, at));
  const kinds = [/[a-zà-ÿ]/, /\d/, /[^a-zà-ÿ\d\0]/].filter((kind) => kind.test(rest)).length;
  return Math.min(guessed.length, new Set(letters).size + 6) + (kinds - 1) * 2;
}

const repeats = (letters: string[], at: number) => letters[at] === letters[at - 1];

function runsOn(letters: string[], at: number): boolean {
  if (at < 2) return false;
  const three = letters.slice(at - 2, at + 1);
  const [piece, back] = [three.join(''), [...three].reverse().join('')];
  return KEYBOARD_ROWS.some((row) => row.includes(piece) || row.includes(back));
}
