/** Cuts a snippet at the highlights of the server, given as UTF-16 offsets, which is how JavaScript counts. */
export interface Piece {
  text: string;
  hit: boolean;
}

export function cutHighlights(snippet: string, highlights: readonly (readonly number[])[]): Piece[] {
  const pieces: Piece[] = [];
  let end = 0;
  const ranges = highlights.map(([from = 0, to = 0]) => ({ from, to }));
  for (const { from, to } of ranges.sort((a, b) => a.from - b.from)) {
    // Overlaps and offsets beyond the text are cut to what is there.
    const start = Math.max(end, from);
    const stop = Math.min(to, snippet.length);
    if (stop <= start) continue;
    if (start > end) pieces.push({ text: snippet.slice(end, start), hit: false });
    pieces.push({ text: snippet.slice(start, stop), hit: true });
    end = stop;
  }
  if (end < snippet.length) pieces.push({ text: snippet.slice(end), hit: false });
  return pieces;
}
