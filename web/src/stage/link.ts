import { readProblem } from '$platform/api/client';
import { Problem } from '$platform/api/problem';
import { nextStep, type Trouble } from './reconnect';
import { fragmentOf, withFragment } from './sdp';
import type { NodeWord } from './wire';

/**
 * One media connection over HTTP, WHIP or WHEP alike: an offer, an answer, and from then on it is kept alive. What goes
 * through it is its owner's business.
 */
export type LinkState = 'idle' | 'connecting' | 'up' | 'mending' | 'refused';

export interface LinkDoor {
  ticket: () => Promise<{ ticket: string; url: string }>;
  servers: () => RTCIceServer[];
  /** Adds what is sent or received; called for every fresh connection. */
  build: (connection: RTCPeerConnection) => void;
  state: (state: LinkState, fault?: unknown) => void;
  word: (word: NodeWord) => void;
  /** The data channel can be written to. */
  open?: () => void;
  random?: () => number;
}

const COMES_UP_WITHIN_MS = 8_000;
/** A refusal that another try will not change. */
const FINAL = [400, 403, 404, 406, 413, 415];

export class MediaLink {
  #door: LinkDoor;
  #connection: RTCPeerConnection | undefined;
  #channel: RTCDataChannel | undefined;
  #resource: { url: string; ticket: string; answer: string } | undefined;
  #attempt = 0;
  #restarts = 0;
  #fresh = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(door: LinkDoor) {
    this.#door = door;
  }

  get connection(): RTCPeerConnection | undefined {
    return this.#connection;
  }

  open(): void {
    this.#restarts = 0;
    this.#fresh = 0;
    addEventListener('online', this.#wake);
    this.#door.state('connecting');
    void this.#connect();
  }

  close(): void {
    removeEventListener('online', this.#wake);
    this.#drop();
    this.#door.state('idle');
  }

  /** False while nobody listens; the owner says it again when the channel opens. */
  tell(word: object): boolean {
    if (this.#channel?.readyState !== 'open') return false;
    this.#channel.send(JSON.stringify(word));
    return true;
  }

  #wake = (): void => {
    if (this.#connection?.connectionState !== 'connected') this.#plan('failed');
  };

  #drop(): void {
    this.#attempt += 1;
    clearTimeout(this.#timer);
    const [connection, resource] = [this.#connection, this.#resource];
    this.#connection = this.#channel = this.#resource = undefined;
    connection?.close();
    if (resource) void send(resource.url, 'DELETE', resource.ticket).catch(() => undefined);
  }

  async #connect(): Promise<void> {
    this.#drop();
    const attempt = this.#attempt;
    try {
      const { ticket, url } = await this.#door.ticket();
      if (attempt !== this.#attempt) return;
      const connection = this.#prepare(attempt);
      await connection.setLocalDescription(await connection.createOffer());
      const address = local(url);
      const response = await send(address, 'POST', ticket, 'application/sdp', connection.localDescription?.sdp);
      const answer = await response.text();
      const at = new URL(response.headers.get('Location') ?? address, new URL(address, location.origin)).href;
      if (attempt !== this.#attempt) return void send(local(at), 'DELETE', ticket).catch(() => undefined);
      this.#resource = { url: local(at), ticket, answer };
      await connection.setRemoteDescription({ type: 'answer', sdp: answer });
      this.#expect(attempt);
    } catch (fault) {
      if (attempt === this.#attempt) this.#failed(fault);
    }
  }

  #prepare(attempt: number): RTCPeerConnection {
    const connection = new RTCPeerConnection({ iceServers: this.#door.servers(), bundlePolicy: 'max-bundle' });
    this.#connection = connection;
    const channel = connection.createDataChannel('stage');
    this.#channel = channel;
    channel.onopen = () => this.#door.open?.();
    channel.onmessage = ({ data }) => this.#door.word(JSON.parse(String(data)) as NodeWord);
    this.#door.build(connection);
    connection.onconnectionstatechange = () => {
      if (attempt !== this.#attempt) return;
      const state = connection.connectionState;
      if (state === 'connected') this.#up();
      else if (state === 'disconnected' || state === 'failed') this.#plan(state);
    };
    return connection;
  }

  #up(): void {
    clearTimeout(this.#timer);
    this.#restarts = this.#fresh = 0;
    this.#door.state('up');
  }

  #failed(fault: unknown): void {
    if (fault instanceof Problem && FINAL.includes(fault.status)) {
      this.#drop();
      this.#door.state('refused', fault);
    } else this.#plan('refused');
  }

  #plan(cause: Trouble['cause']): void {
    clearTimeout(this.#timer);
    this.#door.state('mending');
    const known = this.#resource ? cause : 'refused';
    const step = nextStep(
      { cause: known, restarts: this.#restarts, fresh: this.#fresh },
      this.#door.random ?? Math.random,
    );
    this.#timer = setTimeout(() => void (step.kind === 'restart' ? this.#restart() : this.#again()), step.waitMs);
  }

  #again(): Promise<void> {
    this.#fresh += 1;
    this.#restarts = 0;
    return this.#connect();
  }

  async #restart(): Promise<void> {
    this.#restarts += 1;
    const [connection, resource, attempt] = [this.#connection, this.#resource, this.#attempt];
    if (!connection || !resource) return this.#again();
    if (connection.connectionState === 'connected') return this.#up();
    try {
      await connection.setLocalDescription(await connection.createOffer({ iceRestart: true }));
      const fragment = fragmentOf(connection.localDescription?.sdp ?? '');
      const response = await send(resource.url, 'PATCH', resource.ticket, 'application/trickle-ice-sdpfrag', fragment);
      const answer = withFragment(resource.answer, await response.text());
      if (attempt !== this.#attempt) return;
      resource.answer = answer;
      await connection.setRemoteDescription({ type: 'answer', sdp: answer });
      this.#expect(attempt);
    } catch (fault) {
      if (attempt !== this.#attempt) return;
      // The server has forgotten the connection, or there is no network at all: both want a fresh one.
      this.#plan(fault instanceof Problem ? 'gone' : 'refused');
    }
  }

  #expect(attempt: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      if (attempt === this.#attempt && this.#connection?.connectionState !== 'connected') this.#plan('failed');
    }, COMES_UP_WITHIN_MS);
  }
}

/** The server may name itself by its public address; the page talks to where it came from. */
function local(url: string): string {
  const { pathname, search } = new URL(url, location.origin);
  return pathname + search;
}

async function send(url: string, method: string, ticket: string, type?: string, body?: string): Promise<Response> {
  const headers: Record<string, string> = { Authorization: `Bearer ${ticket}` };
  if (type) headers['Content-Type'] = type;
  if (method === 'PATCH') headers['If-Match'] = '*';
  const response = await fetch(url, { method, headers, body, keepalive: method === 'DELETE' });
  if (response.ok) return response;
  throw await readProblem(response);
}
