import { tick } from 'svelte';

/**
 * Keeps what a person reads where it is. Only a slice of the rows is in the document. Either the list is pinned to its
 * end, or one row (the anchor) holds its distance to the top, whatever is added, removed or grows around it.
 */
export interface Keyed {
  key: string;
}
export interface Range {
  start: number;
  end: number;
}
interface View {
  pinned: boolean;
  /** The first row of the slice while not pinned. */
  from: string | undefined;
}
/** Where a row should come to stand: a part of the height, or a distance from the top. */
export interface Goal {
  key: string;
  fraction?: number;
  offset?: number;
}

const MOST_ROWS = 110;
const STEP_ROWS = 30;
const REACH_PX = 500;
const END_PX = 2;

export function rangeOf(rows: readonly Keyed[], { pinned, from }: View): Range {
  if (pinned) return { start: Math.max(0, rows.length - MOST_ROWS), end: rows.length };
  const start = Math.max(
    0,
    rows.findIndex(({ key }) => key === from),
  );
  return { start, end: Math.min(rows.length, start + MOST_ROWS) };
}

export class Scroller {
  #view = $state.raw<View>({ pinned: true, from: undefined });
  #rows: () => readonly Keyed[];
  readonly range = $derived.by(() => rangeOf(this.#rows(), this.#view));
  #element: HTMLElement | undefined;
  #content: HTMLElement | undefined;
  #anchor: { key: string; top: number } | undefined;
  #goal: Goal | undefined;
  /** The rows that are in the document; `range` may be ahead of it until the next drawing. */
  #drawn: readonly Keyed[] = [];
  #lastTop = 0;

  constructor(
    rows: () => readonly Keyed[],
    private readonly ask: {
      before: () => void;
      after: () => void;
      /** There is more behind the last row than is in memory. */
      hasAfter: () => boolean;
      moved: () => void;
    },
  ) {
    this.#rows = rows;
  }

  get pinned(): boolean {
    return this.#view.pinned;
  }

  attach(element: HTMLElement, content: HTMLElement): () => void {
    this.#element = element;
    this.#content = content;
    const watch = new ResizeObserver(() => this.settle());
    watch.observe(content);
    watch.observe(element);
    return () => watch.disconnect();
  }

  /** The document now shows these rows. */
  drew(slice: readonly Keyed[]): void {
    this.#drawn = slice;
    this.settle();
  }

  /** After every change of rows or sizes, before anything is painted. */
  settle(): void {
    if (!this.#element) return;
    if (this.#goal) this.#reachGoal();
    else if (this.pinned) this.#element.scrollTop = this.#element.scrollHeight;
    else this.#hold();
    this.#lastTop = this.#element.scrollTop;
    this.#look();
  }

  /** Shows the row at the wished place, as soon as it is among the rows. */
  goTo(goal: Goal): void {
    const index = this.#rows().findIndex(({ key }) => key === goal.key);
    if (index < 0) return;
    this.#goal = goal;
    this.#setView(false, index - Math.floor(MOST_ROWS / 2));
    void tick().then(() => this.settle());
  }

  goToEnd(): void {
    this.#goal = undefined;
    this.#setView(true, 0);
    void tick().then(() => this.settle());
  }

  /** For coming back later: the first visible row that will still be known then, and where it stands. */
  place(lasts: (key: string) => boolean): { key: string; top: number } | undefined {
    if (this.pinned || !this.#anchor) return undefined;
    const from = this.#drawn.findIndex(({ key }) => key === this.#anchor?.key);
    const index = this.#drawn.findIndex(({ key }, at) => at >= from && lasts(key));
    const row = this.#content?.children[index];
    const key = this.#drawn[index]?.key;
    return row && key !== undefined ? { key, top: this.#topOf(row) } : undefined;
  }

  scrolled = (): void => {
    const element = this.#element;
    if (!element || this.#goal) return;
    const up = element.scrollTop < this.#lastTop - 1;
    this.#lastTop = element.scrollTop;
    const atEnd = this.#toEnd() <= END_PX && this.range.end === this.#rows().length && !this.ask.hasAfter();
    if (atEnd && !this.pinned) this.#setView(true, 0);
    // Growing content alone also makes a distance to the end; only the person's own movement lets go of it.
    else if (!atEnd && up && this.pinned) this.#setView(false, this.range.start);
    this.#dropAnchor();
    this.#look();
  };

  /** The key of the last row that can be seen. */
  lastVisible(): string | undefined {
    const element = this.#element;
    if (!element || !this.#content) return undefined;
    const bottom = element.getBoundingClientRect().bottom;
    const index = this.#firstRow((rect) => rect.bottom > bottom + END_PX);
    return this.#drawn[(index < 0 ? this.#drawn.length : index) - 1]?.key;
  }

  #toEnd(): number {
    const { scrollHeight = 0, scrollTop = 0, clientHeight = 0 } = this.#element ?? {};
    return scrollHeight - scrollTop - clientHeight;
  }

  #setView(pinned: boolean, start: number): void {
    const rows = this.#rows();
    this.#view = { pinned, from: rows[Math.max(0, start)]?.key };
  }

  #reachGoal(): void {
    const goal = this.#goal;
    const element = this.#element;
    const row = goal && this.#rowOf(goal.key);
    if (!goal || !element || !row) return;
    const wanted = goal.offset ?? element.clientHeight * (goal.fraction ?? 0.3);
    element.scrollTop += this.#topOf(row) - wanted;
    this.#goal = undefined;
    this.#dropAnchor();
    if (this.#toEnd() <= END_PX && !this.ask.hasAfter()) this.#setView(true, 0);
  }

  #hold(): void {
    const row = this.#anchor && this.#rowOf(this.#anchor.key);
    if (!row || !this.#anchor || !this.#element) return;
    const moved = this.#topOf(row) - this.#anchor.top;
    if (Math.abs(moved) > 0.5) this.#element.scrollTop += moved;
  }

  #dropAnchor(): void {
    if (!this.#content) return;
    const index = this.#firstRow((rect) => rect.bottom > (this.#element?.getBoundingClientRect().top ?? 0));
    const row = this.#content.children[index];
    const key = this.#drawn[index]?.key;
    if (row && key !== undefined) this.#anchor = { key, top: this.#topOf(row) };
  }

  /** Are there rows enough around? Takes more from memory first, then from the server. */
  #look(): void {
    const element = this.#element;
    if (!element || this.#goal) return;
    const { start, end } = this.range;
    if (element.scrollTop < REACH_PX) {
      if (start === 0) this.ask.before();
      else if (!this.pinned) this.#setView(false, start - STEP_ROWS);
    } else if (!this.pinned && this.#toEnd() < REACH_PX) {
      if (end < this.#rows().length) this.#setView(false, start + STEP_ROWS);
      else if (this.ask.hasAfter()) this.ask.after();
    }
    this.ask.moved();
  }

  #topOf(row: Element): number {
    return row.getBoundingClientRect().top - (this.#element?.getBoundingClientRect().top ?? 0);
  }

  #rowOf(key: string): Element | undefined {
    const index = this.#drawn.findIndex((row) => row.key === key);
    return index < 0 ? undefined : this.#content?.children[index];
  }

  /** Rows lie one below the other, so the first that fulfils a growing condition is found by halving. */
  #firstRow(holds: (rect: DOMRect) => boolean): number {
    const rows = this.#content?.children ?? [];
    let low = 0;
    let high = rows.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const rect = rows[middle]?.getBoundingClientRect();
      if (rect && holds(rect)) high = middle;
      else low = middle + 1;
    }
    return low < rows.length ? low : -1;
  }
}
