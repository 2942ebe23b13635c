import { untrack } from 'svelte';
import * as texts from '$texts/stage';
import { toast } from '$platform/ui/toast.svelte';
import { OwnDevices } from './own.svelte';
import { Publisher } from './publisher.svelte';
import { tilesOf, type Tile } from './slots';
import { Viewer } from './viewer.svelte';
import type { StageVisit } from './visit.svelte';

/** One's own part in it: what is sent, what is seen, and how both follow from the stage's state and one's role. */
export class Show {
  readonly own = new OwnDevices();
  readonly viewer: Viewer;
  readonly camera: Publisher;
  readonly screen: Publisher;
  /** What the person wants; whether it is also so is the devices' and the host's word. */
  microphoneOn = $state(false);
  cameraOn = $state(false);
  screenStream = $state.raw<MediaStream | undefined>();

  constructor(private readonly visit: StageVisit) {
    const servers = () =>
      visit.servers.map(({ urls, username, credential }) => ({
        urls,
        username: username ?? undefined,
        credential: credential ?? undefined,
      }));
    this.viewer = new Viewer(visit.id, servers);
    this.camera = new Publisher(visit.id, 'camera', servers);
    this.screen = new Publisher(visit.id, 'screen', servers);
  }

  /** Attendees see the stage once it is live; whoever may speak there, from backstage on. */
  get open(): boolean {
    const stage = this.visit.stage;
    if (!stage || !this.visit.here) return false;
    return stage.state === 'live' || (stage.can.publish && (stage.state === 'practice' || stage.state === 'lobby'));
  }
  get mayPublish(): boolean {
    return this.open && this.visit.stage?.can.publish === true;
  }
  get mutedByHost(): { audio: boolean; video: boolean } {
    const mine = this.visit.stage?.people.find(({ person }) => person.id === this.visit.me)?.muted_by_host;
    const told = this.camera.muted;
    return { audio: told.audio || (mine?.audio ?? false), video: told.video || (mine?.video ?? false) };
  }
  get tiles(): Tile[] {
    return tilesOf({
      people: this.visit.stage?.people ?? [],
      studios: this.visit.stage?.studios ?? [],
      slots: this.viewer.slots,
      speaking: this.viewer.speaking,
      me: this.visit.me,
      ownCamera: this.mayPublish,
      ownScreen: this.screenStream !== undefined,
    });
  }

  /** Brings what is sent and seen in line with what is allowed and wanted. */
  settle(): void {
    const [open, mayPublish, screen] = [this.open, this.mayPublish, this.screenStream];
    const audio = this.microphoneOn ? this.own.audio : null;
    const video = this.cameraOn ? this.own.video : null;
    const over = this.#over;
    // How the connections fare is not what decides here: a refused one must not be tried again in a circle.
    untrack(() => {
      if (open) this.viewer.start();
      else this.viewer.stop();
      if (mayPublish) this.#send(audio, video, screen);
      else this.#silence();
      if (over) this.#letGo();
    });
  }

  async setMicrophone(on: boolean): Promise<void> {
    if (on && this.own.microphone !== 'ready') await this.own.ask(['microphone']);
    this.microphoneOn = on && this.own.microphone === 'ready';
    if (on && !this.microphoneOn) toast(texts.microphoneFailed(), { tone: 'danger' });
  }

  async setCamera(on: boolean): Promise<void> {
    if (on && this.own.camera !== 'ready') await this.own.ask(['camera']);
    if (!on) this.own.stop('camera');
    this.cameraOn = on && this.own.camera === 'ready';
    if (on && !this.cameraOn) toast(texts.cameraFailed(), { tone: 'danger' });
  }

  async shareScreen(): Promise<void> {
    try {
      const stream = await navigator.mediaDevices.getDisplayMedia({ video: { frameRate: { max: 15 } }, audio: true });
      const [picture] = stream.getVideoTracks();
      if (!picture) return;
      // Text has to stay sharp; it may move less smoothly for that.
      picture.contentHint = 'detail';
      picture.onended = () => this.endScreen();
      this.screenStream = stream;
    } catch (fault) {
      // Closing the browser's dialog is an answer, not a fault.
      if ((fault as DOMException).name !== 'NotAllowedError') toast(texts.screenFailed(), { tone: 'danger' });
    }
  }

  endScreen(): void {
    for (const track of this.screenStream?.getTracks() ?? []) track.stop();
    this.screenStream = undefined;
  }

  close(): void {
    this.#silence();
    this.viewer.stop();
    this.own.close();
  }

  /** Back in the audience, sent out, or at the end: nothing of this machine is needed any more. */
  get #over(): boolean {
    const { here, removed, stage } = this.visit;
    return removed || (here && (stage?.can.publish === false || stage?.state === 'ended'));
  }

  /** Lets the devices go, so that their lights go out. */
  #letGo(): void {
    this.microphoneOn = this.cameraOn = false;
    this.own.stop('camera');
    this.own.stop('microphone');
  }

  #send(audio: MediaStreamTrack | null, video: MediaStreamTrack | null, screen: MediaStream | undefined): void {
    this.camera.send(audio, video);
    if (screen) this.screen.send(screen.getAudioTracks()[0] ?? null, screen.getVideoTracks()[0] ?? null);
    else this.screen.stop();
  }

  #silence(): void {
    this.camera.stop();
    this.screen.stop();
    this.endScreen();
  }
}
