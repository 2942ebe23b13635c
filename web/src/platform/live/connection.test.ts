import { beforeEach, expect, test } from 'vitest';
import { Connection } from './connection';

class FakeSocket {
  readyState = 1;
  sent: string[] = [];
  onmessage: ((event: { data: string }) => void) | undefined;
  onclose: ((event: { code: number }) => void) | undefined;
  constructor(readonly ticket: string) {}
  send(text: string) {
    this.sent.push(text);
  }
  close() {
    this.readyState = 3;
  }
  ready() {
    this.onmessage?.({ data: JSON.stringify({ type: 'ready', heartbeat_ms: 25_000 }) });
  }
}

let sockets: FakeSocket[];
let timers: { act: () => void; ms: number; live: boolean }[];
let said: string[];
let tickets: number;
let offline: boolean;
let connection: Connection;

beforeEach(() => {
  sockets = [];
  timers = [];
  said = [];
  tickets = 0;
  offline = false;
  connection = new Connection(
    {
      ticket: () => (offline ? Promise.reject(new Error('offline')) : Promise.resolve(`t${++tickets}`)),
      open: (ticket) => {
        const socket = new FakeSocket(ticket);
        sockets.push(socket);
        return socket as unknown as WebSocket;
      },
      random: () => 0.5,
      later: (act, ms) => {
        const timer = { act, ms, live: true };
        timers.push(timer);
        return () => (timer.live = false);
      },
    },
    {
      frame: () => undefined,
      up: () => said.push('up'),
      down: () => said.push('down'),
      ended: (code) => said.push(`ended ${code}`),
    },
  );
});

const settle = () => new Promise<void>((done) => setTimeout(done));
const pending = () => timers.filter((timer) => timer.live);
async function connected() {
  connection.start();
  await settle();
  sockets.at(-1)!.ready();
}

test('a new ticket is taken for each connection', async () => {
  await connected();
  sockets[0]!.onclose?.({ code: 1006 });
  pending().at(-1)!.act();
  await settle();
  expect(sockets.map((socket) => socket.ticket)).toEqual(['t1', 't2']);
  expect(said).toEqual(['up', 'down']);
});

test('waits double up to a ceiling, each drawn from zero to that ceiling', async () => {
  offline = true;
  connection.start();
  const waits: number[] = [];
  for (let round = 0; round < 9; round += 1) {
    await settle();
    const timer = pending().at(-1)!;
    waits.push(timer.ms);
    timer.live = false;
    timer.act();
  }
  expect(waits).toEqual([250, 500, 1000, 2000, 4000, 5000, 5000, 5000, 5000]);
});

test('waking connects at once, whatever wait is running', async () => {
  offline = true;
  connection.start();
  await settle();
  offline = false;
  connection.wake();
  await settle();
  expect(sockets).toHaveLength(1);
});

test('a socket that does not answer is given up after a wake', async () => {
  await connected();
  connection.wake();
  expect(JSON.parse(sockets[0]!.sent.at(-1)!)).toMatchObject({ op: 'ping' });
  pending().at(-1)!.act();
  expect(said).toEqual(['up', 'down']);
});

test('after an ended log-in nothing is tried again', async () => {
  await connected();
  sockets[0]!.onclose?.({ code: 4401 });
  expect(said).toEqual(['up', 'down', 'ended 4401']);
  connection.wake();
  await settle();
  expect(sockets).toHaveLength(1);
});

test('a request that gets through ends the wait, and asks for one connection only', async () => {
  await connected();
  sockets[0]!.onclose?.({ code: 1006 });
  connection.reached();
  connection.reached();
  await settle();
  expect(sockets).toHaveLength(2);
  expect(pending().filter(({ ms }) => ms < 25_000)).toHaveLength(0);
  connection.reached();
  await settle();
  expect(sockets).toHaveLength(2);
});
