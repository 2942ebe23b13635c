import { cueFor, lengthOf } from './replay';
import type { Recording, RecordingPart } from './wire';

const TICK_MS = 100;

/** One clock for all recorded sources: it runs by itself, and each player is brought to where it has to be. */
export class Playback {
  clockMs = $state(0);
  playing = $state(false);
  rate = $state(1);
  /** Lengths that only a part's own player knows, in milliseconds. */
  lengths = $state.raw<ReadonlyMap<string, number>>(new Map());
  /** Players that have run dry hold the clock up, so that no source runs away from the others. */
  waiting = $state.raw<ReadonlySet<string>>(new Set());
  #players = new Map<string, { part: RecordingPart; media: HTMLMediaElement }>();
  #timer: ReturnType<typeof setInterval> | undefined;
  #last = 0;

  constructor(readonly recording: Recording) {}

  get lengthMs(): number {
    return lengthOf(this.recording.parts, this.lengths);
  }

  /** Parts that have something to show now. */
  get shown(): RecordingPart[] {
    return this.recording.parts.filter((part) => cueFor(part, this.clockMs, 0, this.lengths.get(part.id)).shown);
  }

  add(part: RecordingPart, media: HTMLMediaElement): () => void {
    this.#players.set(part.id, { part, media });
    media.ondurationchange = () => {
      if (Number.isFinite(media.duration)) this.lengths = new Map(this.lengths).set(part.id, media.duration * 1000);
    };
    media.onwaiting = () => (this.waiting = new Set(this.waiting).add(part.id));
    media.onplaying = media.oncanplay = () => this.#ready(part.id);
    this.#follow();
    return () => {
      this.#players.delete(part.id);
      this.#ready(part.id);
    };
  }

  play(): void {
    if (this.clockMs >= this.lengthMs) this.clockMs = 0;
    this.playing = true;
    this.#last = performance.now();
    clearInterval(this.#timer);
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
    this.#follow();
  }

  pause(): void {
    this.playing = false;
    clearInterval(this.#timer);
    for (const { media } of this.#players.values()) media.pause();
  }

  seek(toMs: number): void {
    this.clockMs = Math.min(Math.max(0, toMs), this.lengthMs);
    this.#follow();
  }

  setRate(rate: number): void {
    this.rate = rate;
    for (const { media } of this.#players.values()) media.playbackRate = rate;
  }

  #ready(id: string): void {
    const waiting = new Set(this.waiting);
    if (waiting.delete(id)) this.waiting = waiting;
  }

  #tick(): void {
    const now = performance.now();
    if (this.waiting.size === 0) this.clockMs = Math.min(this.lengthMs, this.clockMs + (now - this.#last) * this.rate);
    this.#last = now;
    if (this.clockMs >= this.lengthMs) this.pause();
    else this.#follow();
  }

  #follow(): void {
    for (const { part, media } of this.#players.values()) {
      const cue = cueFor(part, this.clockMs, media.currentTime * 1000, this.lengths.get(part.id));
      if (!cue.shown) {
        media.pause();
        this.#ready(part.id);
        continue;
      }
      if (cue.seekTo !== undefined && !media.seeking) media.currentTime = cue.seekTo / 1000;
      if (!this.playing) media.pause();
      else if (media.paused) void media.play().catch(() => undefined);
    }
  }
}
