import { get } from '$platform/api/client';
import { newKey } from '$platform/api/key';
import { asProblem } from '$platform/api/problem';
import type { Channel, Id, Webinar } from '$platform/api/types';
import type { Change, ChangeFrame } from '$platform/live/frames';
import { arrive, leave, leaveAtOnce, readFloor, readQuestion, readStage } from './api';
import { applyToFloor, EMPTY_FLOOR, touches, withPoll, withQuestion } from './floor';
import { isStageChange, type Arrival, type Floor, type Poll, type Question, type Stage } from './wire';

const RENEW_EVERY_MS = 15_000;
const DEVICE = 'guildhall.stage';

/** One webinar's stage and floor on the screen, kept true by its stream; while one is here, the lease is renewed. */
export class StageVisit {
  webinar = $state.raw<Webinar | undefined>();
  channel = $state.raw<Channel | null>(null);
  stage = $state.raw<Stage | undefined>();
  floor = $state.raw<Floor>(EMPTY_FLOOR);
  fault: unknown = $state.raw();
  here = $state(false);
  /** Taken out of this webinar by a host, or out of its group. */
  removed = $state(false);
  servers: Arrival['ice_servers'] = [];
  position = 0;
  #timer: ReturnType<typeof setInterval> | undefined;
  readonly #device = deviceOfTab();

  constructor(
    readonly id: Id,
    readonly me: Id,
  ) {}

  get stream(): Id | undefined {
    return this.webinar?.stream;
  }

  async load(): Promise<void> {
    this.fault = undefined;
    try {
      const [opening, stage] = await Promise.all([
        get<{ webinar: Webinar; position: number; channel: Channel | null }>(`/webinars/${this.id}`),
        readStage(this.id),
      ]);
      this.position = opening.position;
      this.channel = opening.channel;
      this.stage = stage;
      this.webinar = opening.webinar;
    } catch (reason) {
      this.fault = reason;
    }
  }

  async enter(): Promise<void> {
    const arrival = await arrive(this.id, this.#device);
    this.#accept(arrival);
    this.here = true;
    this.removed = false;
    // Who was here a moment ago, as after a reload, is not handed the floor again.
    if (arrival.floor) {
      this.floor = arrival.floor;
      this.position = Math.max(this.position, arrival.position);
    } else await this.#readFloor();
    clearInterval(this.#timer);
    this.#timer = setInterval(() => void this.#renew(), RENEW_EVERY_MS);
  }

  async leave(): Promise<void> {
    if (!this.here) return;
    this.#left();
    await leave(this.id, this.#device).catch(() => undefined);
  }

  /** The page goes away. */
  drop(): void {
    if (!this.here) return;
    this.#left();
    leaveAtOnce(this.id, this.#device);
  }

  apply(change: Change, frame: ChangeFrame): void {
    if (frame.stream !== this.stream) return;
    if (change.kind === 'webinar.changed' && this.webinar) this.webinar = { ...this.webinar, ...change.webinar };
    if (change.kind === 'message.posted' && change.message.channel_id === this.channel?.id) {
      const last = Math.max(this.channel.last_position, change.message.position);
      this.channel = { ...this.channel, last_position: last };
    }
    if (!isStageChange(change) || frame.position <= this.position) return;
    const word = change;
    this.position = frame.position;
    const held = word.kind === 'question.held' && this.#concerns(word.question_id) ? word.question_id : undefined;
    if (held) void this.#readHeld(held);
    else this.floor = applyToFloor(this.floor, word);
    if (word.kind === 'stage.changed' && this.stage && word.stage.version >= this.stage.version) {
      const before = this.stage;
      this.stage = { ...before, ...word.stage };
      if (touches(before, word.stage, this.me)) void this.readAgain();
    }
  }

  /** What the stream cannot say: one's own role and rights. */
  async readAgain(): Promise<void> {
    try {
      const stage = await readStage(this.id);
      if (stage.version >= (this.stage?.version ?? 0)) this.stage = stage;
    } catch (reason) {
      this.#judge(reason);
    }
  }

  /** After a hole in the stream everything is read anew. */
  async reset(): Promise<void> {
    await this.readAgain();
    if (this.here) await this.#readFloor();
  }

  putQuestion(question: Question): void {
    this.floor = { ...this.floor, questions: withQuestion(this.floor.questions, question) };
  }

  putPoll(poll: Poll): void {
    this.floor = { ...this.floor, polls: withPoll(this.floor.polls, poll) };
  }

  #accept({ stage, ice_servers }: Arrival): void {
    this.servers = ice_servers;
    if (stage.version >= (this.stage?.version ?? 0)) this.stage = stage;
  }

  async #readFloor(): Promise<void> {
    try {
      const { floor, position } = await readFloor(this.id);
      this.floor = { ...EMPTY_FLOOR, ...floor };
      this.position = Math.max(this.position, position);
    } catch (reason) {
      this.#judge(reason);
    }
  }

  #concerns(question: Id): boolean {
    return this.stage?.can.manage === true || this.floor.questions.some((one) => one.id === question && one.mine);
  }

  async #readHeld(question: Id): Promise<void> {
    try {
      this.putQuestion(await readQuestion(question));
    } catch {
      this.floor = applyToFloor(this.floor, { kind: 'question.deleted', question_id: question });
    }
  }

  async #renew(): Promise<void> {
    try {
      const arrival = await arrive(this.id, this.#device);
      if (this.here) this.#accept(arrival);
    } catch (reason) {
      this.#judge(reason);
    }
  }

  #judge(reason: unknown): void {
    if (!this.here || ![403, 404].includes(asProblem(reason).status)) return;
    this.#left();
    this.removed = true;
  }

  #left(): void {
    this.here = false;
    clearInterval(this.#timer);
  }
}

/** A reload of the tab is the same device: it renews its lease and never stands on the stage twice. */
function deviceOfTab(): string {
  const known = sessionStorage.getItem(DEVICE);
  if (known) return known;
  const fresh = newKey();
  sessionStorage.setItem(DEVICE, fresh);
  return fresh;
}
