/** Tags as people type them, with commas or spaces after #, to the list that is sent. */
export const MOST_TAGS = 8;
export const LONGEST_TAG = 30;

export function readTags(typed: string): string[] {
  const pieces = typed
    .split(/[,;\n]|\s+(?=#)/)
    .map((piece) => piece.trim().replace(/^#+/, '').trim().toLowerCase().replace(/\s+/g, '-'))
    .filter(Boolean);
  return [...new Set(pieces)];
}

export const writeTags = (tags: readonly string[]): string => tags.join(', ');
