import type { Id } from '$platform/api/types';

/**
 * How far each followed stream is known. Positions have no holes: what is not the next one is either a double, to be
 * dropped, or proof of a gap, after which the stream is followed again from the last known position.
 */
export interface Place {
  stream: Id;
  position: number;
}
export type Verdict = 'apply' | 'drop' | 'gap';

export class Streams {
  #known = new Map<Id, { position: number; asked: boolean }>();

  follow({ stream, position }: Place): void {
    this.#known.set(stream, { position, asked: true });
  }

  forget(stream: Id): void {
    this.#known.delete(stream);
  }

  has(stream: Id): boolean {
    return this.#known.has(stream);
  }

  /** Judges an arriving change and, when it is the next one, takes the step. */
  accept(stream: Id, position: number): Verdict {
    const known = this.#known.get(stream);
    if (!known || position <= known.position) return 'drop';
    if (position === known.position + 1) {
      known.position = position;
      return 'apply';
    }
    // While a replay is asked for, what runs ahead of it comes again within it.
    if (known.asked) return 'drop';
    known.asked = true;
    return 'gap';
  }

  /** The server has replayed what was missed, or has sent a snapshot: the stream stands at `position`. */
  settled(stream: Id, position: number): void {
    const known = this.#known.get(stream);
    if (!known) return;
    known.position = Math.max(known.position, position);
    known.asked = false;
  }

  /** A snapshot also counts when it stands behind what is known: the server may have been restored. */
  reset(stream: Id, position: number): void {
    if (this.#known.has(stream)) this.#known.set(stream, { position, asked: false });
  }

  place(stream: Id): Place {
    return { stream, position: this.#known.get(stream)?.position ?? 0 };
  }

  /** Everything to follow after a new connection. */
  askAll(): Place[] {
    for (const known of this.#known.values()) known.asked = true;
    return [...this.#known.keys()].map((stream) => this.place(stream));
  }

  clear(): void {
    this.#known.clear();
  }
}
