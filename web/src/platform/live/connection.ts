import type { ServerFrame } from './frames';

/**
 * One socket that is kept open: a fresh single-use ticket for each try, waits drawn with full jitter, at once when the
 * network or the person comes back. Time, chance and network come in from outside, so tests need none of them.
 */
export interface Surroundings {
  ticket: () => Promise<string>;
  open: (ticket: string) => WebSocket;
  random: () => number;
  /** Calls back later; returns how to cancel. */
  later: (act: () => void, ms: number) => () => void;
}
export interface Listener {
  frame: (frame: ServerFrame) => void;
  up: () => void;
  down: () => void;
  /** The server no longer wants us: logged out or shut out of the brand. */
  ended: (code: number) => void;
}

const FIRST_WAIT_MS = 500;
/** Somebody may be looking at the screen: an outage that ends is noticed within this, however long it was. */
const LONGEST_WAIT_MS = 10_000;
const ANSWER_WITHIN_MS = 5_000;
const RESTART = 1012;
const ENDED = [4401, 4403];

export class Connection {
  #socket: WebSocket | undefined;
  #failures = 0;
  #wanted = false;
  #connecting = false;
  #cancelWait: (() => void) | undefined;
  #cancelBeat: (() => void) | undefined;
  #heartbeatMs = 25_000;
  #refs = 0;

  constructor(
    private readonly around: Surroundings,
    private readonly listener: Listener,
  ) {}

  start(): void {
    this.#wanted = true;
    void this.#connect();
  }

  stop(): void {
    this.#wanted = false;
    this.#cancelWait?.();
    this.#cancelBeat?.();
    const socket = this.#socket;
    this.#socket = undefined;
    socket?.close(1000);
  }

  /** False when there is no connection; nothing is kept for later here. */
  send(frame: { op: string } & Record<string, unknown>): boolean {
    if (this.#socket?.readyState !== 1) return false;
    this.#refs += 1;
    this.#socket.send(JSON.stringify({ ref: `r${this.#refs}`, ...frame }));
    return true;
  }

  /** The network is back or the person looks again: connect now, or find out whether the old socket still lives. */
  wake(): void {
    if (!this.#wanted) return;
    if (this.#socket) this.#beat();
    else {
      this.#failures = 0;
      this.#cancelWait?.();
      void this.#connect();
    }
  }

  /** A request has got through, so there is nothing left to wait for. What failed before still counts. */
  reached(): void {
    if (!this.#wanted || this.#socket || this.#connecting) return;
    this.#cancelWait?.();
    void this.#connect();
  }

  async #connect(): Promise<void> {
    if (this.#connecting || this.#socket || !this.#wanted) return;
    this.#connecting = true;
    try {
      const ticket = await this.around.ticket();
      if (this.#wanted) this.#listen(this.around.open(ticket));
    } catch {
      this.#retry();
    } finally {
      this.#connecting = false;
    }
  }

  #listen(socket: WebSocket): void {
    this.#socket = socket;
    socket.onmessage = ({ data }) => {
      if (this.#socket === socket) this.#take(JSON.parse(String(data)) as ServerFrame);
    };
    socket.onclose = ({ code }) => this.#lost(socket, code);
  }

  #take(frame: ServerFrame): void {
    this.#planBeat();
    if (frame.type === 'ready') {
      this.#failures = 0;
      this.#heartbeatMs = frame.heartbeat_ms;
      this.listener.up();
    }
    this.listener.frame(frame);
  }

  #lost(socket: WebSocket, code: number): void {
    if (this.#socket !== socket) return;
    this.#socket = undefined;
    this.#cancelBeat?.();
    this.listener.down();
    if (ENDED.includes(code)) {
      this.#wanted = false;
      this.listener.ended(code);
    } else this.#retry(code === RESTART ? 0 : undefined);
  }

  #retry(failures = this.#failures): void {
    if (!this.#wanted) return;
    const ceiling = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** failures);
    this.#failures = failures + 1;
    this.#cancelWait?.();
    this.#cancelWait = this.around.later(() => void this.#connect(), this.around.random() * ceiling);
  }

  /** Every frame proves life; only after a silence the socket is asked, and given up when it does not answer. */
  #planBeat(): void {
    this.#cancelBeat?.();
    this.#cancelBeat = this.around.later(() => this.#beat(), this.#heartbeatMs);
  }

  #beat(): void {
    const socket = this.#socket;
    if (!socket || !this.send({ op: 'ping' })) return;
    this.#cancelBeat?.();
    this.#cancelBeat = this.around.later(() => {
      socket.close(4000);
      this.#lost(socket, 4000);
    }, ANSWER_WITHIN_MS);
  }
}
