// A server of its own: the development binary with a fresh folder, gone afterwards.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { freePort, openNetwork } from './network.mjs';

const START_WITHIN_MS = 120_000;

/**
 * Starts `guildhall serve`, reached over a network that can be pulled. `near` is its own address, `far` the one behind the
 * network, which it takes for its public one.
 */
export async function openServer(environment = {}) {
  const port = await freePort();
  const network = await openNetwork(port);
  const far = `http://127.0.0.1:${network.port}`;
  const link = (line) => /(http\S+\/setup#\S+)/.exec(line)?.[1];
  const run = await start('serve', port, { GUILDHALL_PUBLIC_URL: far, ...environment }, link);
  return {
    near: run.near,
    far,
    setup: run.said,
    network,
    faults: run.faults,
    async close() {
      await run.close();
      network.close();
    },
  };
}

/** Starts `guildhall demo`: a brand of forty people with three months of talk. */
export async function openDemo() {
  const port = await freePort();
  const address = `http://127.0.0.1:${port}`;
  return start('demo', port, { GUILDHALL_PUBLIC_URL: address }, (line) => line.includes(`listens on ${address}`));
}

/** `said`: what `ready` made of the line of output with which the server is ready. */
async function start(command, port, environment, ready) {
  const binary = process.env.E2E_BINARY;
  if (!binary) throw new Error('E2E_BINARY is not set: start the walks by tests/e2e/run.sh');
  const data = await mkdtemp(join(tmpdir(), 'guildhall-e2e-'));
  const child = spawn(binary, [command], {
    cwd: data,
    env: {
      ...process.env,
      GUILDHALL_LISTEN: `127.0.0.1:${port}`,
      GUILDHALL_STAGE_UDP: '127.0.0.1:0',
      GUILDHALL_STAGE_TCP: '127.0.0.1:0',
      GUILDHALL_DATA: data,
      ...environment,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const log = [];
  createInterface({ input: child.stderr }).on('line', (line) => log.push(line));
  const ended = once(child, 'exit');
  return {
    near: `http://127.0.0.1:${port}`,
    said: await untilReady(child, log, ready),
    /** What the server logged as its own fault: a walk ends with none. */
    faults: () => log.filter((line) => /\bERROR\b|panicked|"level":"ERROR"/.test(line)),
    async close() {
      child.kill('SIGTERM');
      await ended;
      await rm(data, { recursive: true, force: true });
    },
  };
}

function untilReady(child, log, ready) {
  return new Promise((resolve, reject) => {
    const fail = (why) => reject(new Error(`${why}:\n${log.join('\n')}`));
    const late = setTimeout(() => fail('the server did not get ready'), START_WITHIN_MS);
    child.once('exit', (code) => fail(`the server ended with ${code}`));
    createInterface({ input: child.stdout }).on('line', (line) => {
      log.push(line);
      const said = ready(line);
      if (!said) return;
      clearTimeout(late);
      resolve(said);
    });
  });
}
