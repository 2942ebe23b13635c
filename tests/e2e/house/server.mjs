// A server of its own for a walk: the development binary with a fresh folder, gone afterwards, reached over a network that
// can be pulled.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { freePort, openNetwork } from './network.mjs';

const START_WITHIN_MS = 60_000;

/** Starts `guildhall serve`. `near` is its own address, `far` the one behind the network, which it takes for its public one. */
export async function openServer(environment = {}) {
  const binary = process.env.E2E_BINARY;
  if (!binary) throw new Error('E2E_BINARY is not set: start the walks by tests/e2e/run.sh');
  const data = await mkdtemp(join(tmpdir(), 'guildhall-e2e-'));
  const port = await freePort();
  const network = await openNetwork(port);
  const near = `http://127.0.0.1:${port}`;
  const far = `http://127.0.0.1:${network.port}`;
  const child = spawn(binary, ['serve'], {
    cwd: data,
    env: {
      ...process.env,
      GUILDHALL_LISTEN: `127.0.0.1:${port}`,
      GUILDHALL_STAGE_UDP: '127.0.0.1:0',
      GUILDHALL_STAGE_TCP: '127.0.0.1:0',
      GUILDHALL_DATA: data,
      GUILDHALL_PUBLIC_URL: far,
      ...environment,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const log = [];
  createInterface({ input: child.stderr }).on('line', (line) => log.push(line));
  const ended = once(child, 'exit');
  const setup = await setupLink(child, log);
  return {
    near,
    far,
    setup,
    network,
    log,
    /** What the server logged as its own fault: a walk ends with none. */
    faults: () => log.filter((line) => /\bERROR\b|panicked|"level":"ERROR"/.test(line)),
    async close() {
      child.kill('SIGTERM');
      await ended;
      network.close();
      await rm(data, { recursive: true, force: true });
    },
  };
}

/** The link that the server prints while nobody has set it up. */
function setupLink(child, log) {
  return new Promise((resolve, reject) => {
    const fail = (why) => reject(new Error(`${why}:\n${log.join('\n')}`));
    const late = setTimeout(() => fail('no start within a minute'), START_WITHIN_MS);
    child.once('exit', (code) => fail(`the server ended with ${code}`));
    createInterface({ input: child.stdout }).on('line', (line) => {
      log.push(line);
      const link = /(http\S+\/setup#\S+)/.exec(line)?.[1];
      if (!link) return;
      clearTimeout(late);
      resolve(link);
    });
  });
}
