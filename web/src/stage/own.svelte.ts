import { loudness, NO_CHOICE, parseChoice, pick, stateOfFault, type Choice, type DeviceState } from './devices';

/** Camera and microphone of this machine: whether they may be used, which ones, and what they deliver. */
export type Part = 'camera' | 'microphone';

const STORED = 'guildhall.devices';
const LEVEL_EVERY_MS = 80;
const PICTURE: MediaTrackConstraints = {
  width: { ideal: 1280 },
  height: { ideal: 720 },
  frameRate: { ideal: 30, max: 30 },
};
const SOUND: MediaTrackConstraints = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };

export class OwnDevices {
  camera = $state<DeviceState>('unasked');
  microphone = $state<DeviceState>('unasked');
  /** False where the page came without TLS: then browsers give out no device at all. */
  readonly secure = typeof navigator.mediaDevices?.getUserMedia === 'function';
  list = $state.raw<MediaDeviceInfo[]>([]);
  choice = $state.raw<Choice>(NO_CHOICE);
  video = $state.raw<MediaStreamTrack | null>(null);
  audio = $state.raw<MediaStreamTrack | null>(null);
  /** 0 to 1, as the ear takes it. */
  level = $state(0);
  #meter: { context: AudioContext; timer: ReturnType<typeof setInterval> } | undefined;

  constructor() {
    this.choice = parseChoice(localStorage.getItem(STORED));
    if (this.secure) navigator.mediaDevices.addEventListener('devicechange', this.#changed);
  }

  of(kind: MediaDeviceKind): MediaDeviceInfo[] {
    return this.list.filter((one) => one.kind === kind && one.deviceId !== '');
  }

  /** What was decided earlier is known without asking: a denial is shown at once, a grant needs no press. */
  async recall(): Promise<void> {
    const [camera, microphone] = await Promise.all([permission('camera'), permission('microphone')]);
    if (camera === 'denied') this.camera = 'denied';
    if (microphone === 'denied') this.microphone = 'denied';
    if (camera === 'granted' && microphone === 'granted') await this.ask();
  }

  /** Asks for both in one prompt; where that fails, for each, to learn which of them is the matter. */
  async ask(parts: readonly Part[] = ['camera', 'microphone']): Promise<void> {
    if (!this.secure) return;
    for (const part of parts) this[part] = 'asking';
    try {
      this.#take(await navigator.mediaDevices.getUserMedia(this.#constraints(parts)));
    } catch (fault) {
      if (parts.length > 1) for (const part of parts) await this.ask([part]);
      else if (parts[0]) this[parts[0]] = stateOfFault((fault as DOMException).name);
    }
    await this.#changed();
  }

  async choose(part: Part, deviceId: string): Promise<void> {
    this.#remember({ ...this.choice, [part]: deviceId });
    this.stop(part);
    await this.ask([part]);
  }

  chooseSpeaker(deviceId: string): void {
    this.#remember({ ...this.choice, speaker: deviceId });
  }

  /** Lets the device go, so that its light goes out. */
  stop(part: Part): void {
    if (part === 'camera') {
      this.video?.stop();
      this.video = null;
    } else {
      this.audio?.stop();
      this.audio = null;
      this.#endMeter();
    }
    if (this[part] === 'ready') this[part] = 'off';
  }

  close(): void {
    this.stop('camera');
    this.stop('microphone');
    if (this.secure) navigator.mediaDevices.removeEventListener('devicechange', this.#changed);
  }

  #constraints(parts: readonly Part[]): MediaStreamConstraints {
    const wanted = (id: string, base: MediaTrackConstraints) => (id ? { ...base, deviceId: { ideal: id } } : base);
    return {
      video: parts.includes('camera') && wanted(this.choice.camera, PICTURE),
      audio: parts.includes('microphone') && wanted(this.choice.microphone, SOUND),
    };
  }

  #take(stream: MediaStream): void {
    for (const track of stream.getTracks()) {
      const part: Part = track.kind === 'video' ? 'camera' : 'microphone';
      this.stop(part);
      if (part === 'camera') this.video = track;
      else this.#listen(track);
      this[part] = 'ready';
      // Unplugged, or taken away in the browser's own bar.
      track.onended = () => {
        this.stop(part);
        this[part] = 'missing';
        void this.#changed();
      };
    }
  }

  #listen(track: MediaStreamTrack): void {
    this.audio = track;
    const context = new AudioContext();
    const analyser = context.createAnalyser();
    analyser.fftSize = 1024;
    context.createMediaStreamSource(new MediaStream([track])).connect(analyser);
    void context.resume().catch(() => undefined);
    const samples = new Float32Array(analyser.fftSize);
    const timer = setInterval(() => {
      analyser.getFloatTimeDomainData(samples);
      this.level = loudness(samples);
    }, LEVEL_EVERY_MS);
    this.#meter = { context, timer };
  }

  #endMeter(): void {
    clearInterval(this.#meter?.timer);
    void this.#meter?.context.close().catch(() => undefined);
    this.#meter = undefined;
    this.level = 0;
  }

  #changed = async (): Promise<void> => {
    this.list = await navigator.mediaDevices.enumerateDevices();
    const used = (track: MediaStreamTrack | null, kind: MediaDeviceKind, remembered: string) =>
      track?.getSettings().deviceId ?? pick(this.of(kind), remembered);
    this.choice = {
      camera: used(this.video, 'videoinput', this.choice.camera),
      microphone: used(this.audio, 'audioinput', this.choice.microphone),
      speaker: pick(this.of('audiooutput'), this.choice.speaker),
    };
  };

  #remember(choice: Choice): void {
    this.choice = choice;
    localStorage.setItem(STORED, JSON.stringify(choice));
  }
}

async function permission(name: string): Promise<PermissionState | undefined> {
  try {
    return (await navigator.permissions.query({ name: name as PermissionName })).state;
  } catch {
    // Not every browser answers this for cameras; then the person is asked.
    return undefined;
  }
}
