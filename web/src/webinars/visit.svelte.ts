import type { Channel, Id, Webinar } from '$platform/api/types';
import type { Change } from '$platform/live/frames';
import { registrationOf } from '$platform/store/registration';
import { cancelWebinar, readWebinar, register, unregister } from './api';

/** One webinar on the screen, kept true by its group's stream and one's own inbox. */
export class Visit {
  webinar = $state.raw<Webinar | undefined>();
  channel = $state.raw<Channel | null>(null);
  fault: unknown = $state.raw();
  /** From where its own stream is followed. */
  position = 0;

  constructor(readonly id: Id) {}

  get stream(): Id | undefined {
    return this.webinar?.stream;
  }

  async load(): Promise<void> {
    this.fault = undefined;
    try {
      const { webinar, position, channel } = await readWebinar(this.id);
      this.position = position;
      this.channel = channel;
      this.webinar = webinar;
    } catch (reason) {
      this.fault = reason;
    }
  }

  apply(change: Change): void {
    const known = this.webinar;
    if (!known) return;
    if (change.kind === 'webinar.changed' && change.webinar.id === this.id) {
      this.webinar = { ...known, ...change.webinar };
      // One's place in the queue is one's own, and moves when somebody in front of it leaves.
      const moved = known.my_registration === 'waiting' && known.waiting_count !== change.webinar.waiting_count;
      if (moved || (known.state === 'draft' && change.webinar.state !== 'draft')) void this.load();
    } else if (change.kind === 'registration.changed' && change.webinar_id === this.id) {
      this.webinar = { ...known, ...registrationOf(change) };
    } else if (change.kind === 'message.posted' && change.message.channel_id === this.channel?.id) {
      this.channel = { ...this.channel, last_position: Math.max(this.channel.last_position, change.message.position) };
    }
  }

  async register(): Promise<void> {
    this.webinar = await register(this.id);
  }

  async unregister(): Promise<void> {
    await unregister(this.id);
    await this.load();
  }

  async cancel(): Promise<void> {
    this.webinar = await cancelWebinar(this.id);
  }
}
