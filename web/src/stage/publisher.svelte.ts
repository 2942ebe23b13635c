import type { Id } from '$platform/api/types';
import { askTicket } from './api';
import { MediaLink, type LinkState } from './link';
import type { Muted, SourceKind } from './wire';

/** Three layers of one camera, so that each viewer gets what fits tile and network. */
const LAYERS: RTCRtpEncodingParameters[] = [
  { rid: 'h', maxBitrate: 1_500_000, scaleResolutionDownBy: 1 },
  { rid: 'm', maxBitrate: 450_000, scaleResolutionDownBy: 2 },
  { rid: 'l', maxBitrate: 150_000, scaleResolutionDownBy: 4 },
];
const SCREEN: RTCRtpEncodingParameters[] = [{ maxBitrate: 2_500_000, maxFramerate: 15 }];
const FREE: Muted = { audio: false, video: false };

/** What one sends: microphone and camera over one connection, a screen with its sound over another. */
export class Publisher {
  state = $state<LinkState>('idle');
  fault: unknown = $state.raw();
  muted = $state.raw<Muted>(FREE);
  #link: MediaLink;
  #audio: MediaStreamTrack | null = null;
  #video: MediaStreamTrack | null = null;
  #senders: { audio: RTCRtpSender; video: RTCRtpSender } | undefined;

  constructor(
    webinar: Id,
    readonly kind: SourceKind,
    servers: () => RTCIceServer[],
  ) {
    this.#link = new MediaLink({
      ticket: () => askTicket(webinar, kind),
      servers,
      build: (connection) => this.#build(connection),
      state: (state, fault) => {
        this.state = state;
        this.fault = fault;
      },
      word: (word) => {
        if (word.muted) this.muted = word.muted;
      },
    });
  }

  get on(): boolean {
    return this.state !== 'idle' && this.state !== 'refused';
  }

  /** Sends these from now on; a connection is made with the first of them and stays until `stop`. */
  send(audio: MediaStreamTrack | null, video: MediaStreamTrack | null): void {
    this.#audio = audio;
    this.#video = video;
    if (!this.on) {
      if (audio || video) this.#link.open();
      return;
    }
    void this.#senders?.audio.replaceTrack(audio).catch(() => undefined);
    void this.#senders?.video.replaceTrack(video).catch(() => undefined);
  }

  stop(): void {
    this.#audio = this.#video = null;
    this.#senders = undefined;
    this.muted = FREE;
    if (this.state !== 'idle') this.#link.close();
  }

  #build(connection: RTCPeerConnection): void {
    // One stream for both, for only within a stream are lips and voice kept together.
    const streams = [new MediaStream()];
    const audio = connection.addTransceiver('audio', { direction: 'sendonly', streams });
    const sendEncodings = this.kind === 'camera' ? LAYERS : SCREEN;
    const video = connection.addTransceiver('video', { direction: 'sendonly', streams, sendEncodings });
    preferVp8(video);
    void audio.sender.replaceTrack(this.#audio);
    void video.sender.replaceTrack(this.#video);
    this.#senders = { audio: audio.sender, video: video.sender };
  }
}

/** Every browser reads VP8; with one codec for all nothing has to be turned into another. */
function preferVp8(transceiver: RTCRtpTransceiver): void {
  const all = RTCRtpReceiver.getCapabilities('video')?.codecs ?? [];
  const first = all.filter(({ mimeType }) => mimeType === 'video/VP8');
  if (first.length > 0) transceiver.setCodecPreferences([...first, ...all.filter((codec) => !first.includes(codec))]);
}
