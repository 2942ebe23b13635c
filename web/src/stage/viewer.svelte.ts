import type { Id } from '$platform/api/types';
import { askTicket } from './api';
import { MediaLink, type LinkState } from './link';
import { qualityOf, type Quality, type Reception } from './network';
import { sameWants, wantsOf, type Want } from './slots';
import type { NodeWord, SlotUse } from './wire';

const AUDIO_SLOTS = 6;
const VIDEO_SLOTS = 6;
const LOOK_EVERY_MS = 2_000;
const SETTLES_MS = 150;
/** So many bad looks in a row before a word is said about it. */
const WEAK_AFTER = 3;

/** What comes in: a fixed number of slots, and the node's word about who is in which. */
export class Viewer {
  state = $state<LinkState>('idle');
  fault: unknown = $state.raw();
  slots = $state.raw<SlotUse[]>([]);
  speaking = $state.raw<Id[]>([]);
  lastSpeaker = $state<Id | undefined>();
  streams = $state.raw<ReadonlyMap<string, MediaStream>>(new Map());
  /** Audio slots through which packets came lately: who has switched the microphone off sends none. Nothing is known before the first look. */
  sounding = $state.raw<ReadonlySet<string> | undefined>();
  quality = $state<Quality>('good');
  audioOnly = $state(false);
  #link: MediaLink;
  #heights = new Map<string, number>();
  #told: Want[] = [];
  #settle: ReturnType<typeof setTimeout> | undefined;
  #look: ReturnType<typeof setInterval> | undefined;
  #last = { total: { packets: 0, lost: 0, frozen: 0 }, audio: new Map<string, number>() };
  #bad = 0;

  constructor(webinar: Id, servers: () => RTCIceServer[]) {
    this.#link = new MediaLink({
      ticket: () => askTicket(webinar, 'view'),
      servers,
      build: (connection) => this.#build(connection),
      state: (state, fault) => {
        this.state = state;
        this.fault = fault;
      },
      word: (word) => this.#hear(word),
      open: () => {
        this.#told = [];
        this.#ask();
      },
    });
  }

  start(): void {
    if (this.state !== 'idle' && this.state !== 'refused') return;
    this.#link.open();
    this.#look = setInterval(() => void this.#inspect(), LOOK_EVERY_MS);
  }

  stop(): void {
    if (this.state === 'idle') return;
    clearInterval(this.#look);
    clearTimeout(this.#settle);
    this.#link.close();
    this.slots = [];
    this.speaking = [];
    this.streams = new Map();
    this.sounding = undefined;
    this.quality = 'good';
  }

  /** How tall a slot's picture is on the screen, in its pixels; 0 where nobody sees it. */
  shown(mid: string, height: number): void {
    if (height > 0) this.#heights.set(mid, height);
    else this.#heights.delete(mid);
    this.#later();
  }

  setAudioOnly(only: boolean): void {
    this.audioOnly = only;
    this.#later();
  }

  #later(): void {
    clearTimeout(this.#settle);
    this.#settle = setTimeout(() => this.#ask(), SETTLES_MS);
  }

  #ask(): void {
    const want = wantsOf(this.slots, this.#heights, this.audioOnly);
    if (sameWants(want, this.#told) || !this.#link.tell({ want })) return;
    this.#told = want;
  }

  #hear({ slots, speaking }: NodeWord): void {
    if (slots) {
      this.slots = slots;
      this.#later();
    }
    if (!speaking) return;
    this.speaking = speaking;
    this.lastSpeaker = speaking[0] ?? this.lastSpeaker;
  }

  #build(connection: RTCPeerConnection): void {
    for (let slot = 0; slot < AUDIO_SLOTS; slot += 1) connection.addTransceiver('audio', { direction: 'recvonly' });
    for (let slot = 0; slot < VIDEO_SLOTS; slot += 1) connection.addTransceiver('video', { direction: 'recvonly' });
    const streams = new Map<string, MediaStream>();
    this.#last = { total: { packets: 0, lost: 0, frozen: 0 }, audio: new Map() };
    connection.ontrack = ({ transceiver, track }) => {
      if (transceiver.mid === null) return;
      streams.set(transceiver.mid, new MediaStream([track]));
      this.streams = new Map(streams);
    };
  }

  async #inspect(): Promise<void> {
    const reports = await this.#link.connection?.getStats();
    if (!reports || this.state !== 'up') return;
    const total: Reception = { packets: 0, lost: 0, frozen: 0 };
    const audio = new Map<string, number>();
    reports.forEach((one: Record<string, unknown>) => {
      if (one['type'] !== 'inbound-rtp') return;
      const packets = Number(one['packetsReceived'] ?? 0);
      total.packets += packets;
      total.lost += Number(one['packetsLost'] ?? 0);
      total.frozen += Number(one['freezeCount'] ?? 0);
      if (one['kind'] === 'audio') audio.set(String(one['mid']), packets);
    });
    this.sounding = new Set(
      [...audio].filter(([mid, packets]) => packets > (this.#last.audio.get(mid) ?? 0)).map(([mid]) => mid),
    );
    this.#judge(qualityOf(this.#last.total, total));
    this.#last = { total, audio };
  }

  /** One bad look is nothing; several in a row are worth a word, and one good one does not take it back. */
  #judge(quality: Quality): void {
    this.#bad = quality === 'good' ? Math.max(0, this.#bad - 1) : Math.min(WEAK_AFTER * 2, this.#bad + 1);
    if (this.#bad >= WEAK_AFTER) this.quality = quality === 'good' ? this.quality : quality;
    else if (this.#bad === 0) this.quality = 'good';
  }
}
