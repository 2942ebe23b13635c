// A network that can be pulled: a plain TCP relay in front of the server. (The browser's own offline mode leaves sockets
// that are already open as they are, which no real network does.)
import { connect, createServer } from 'node:net';
import { once } from 'node:events';

/** A port that is free now. */
export async function freePort() {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address();
  probe.close();
  await once(probe, 'close');
  return port;
}

/** Relays to a port; `pull` cuts everything and lets nothing through until `mend`. */
export async function openNetwork(target) {
  const open = new Set();
  let pulled = false;
  const server = createServer((near) => {
    if (pulled) return near.destroy();
    const far = connect(target, '127.0.0.1');
    for (const [from, to] of [
      [near, far],
      [far, near],
    ]) {
      open.add(from);
      from.on('error', () => from.destroy());
      from.on('close', () => {
        open.delete(from);
        to.destroy();
      });
      from.pipe(to);
    }
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: server.address().port,
    pull() {
      pulled = true;
      for (const socket of open) socket.destroy();
    },
    mend() {
      pulled = false;
    },
    close() {
      pulled = true;
      for (const socket of open) socket.destroy();
      server.close();
    },
  };
}
