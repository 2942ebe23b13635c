// Runs the walks that are named. Those in the demo share one, with the log-ins of its people.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { openDemo } from './server.mjs';

const FILE_WITHIN_MS = 900_000;
/** Two walks at a time: more browsers than that only wait for each other. */
const AT_ONCE = 2;

const files = process.argv.slice(2);
const inDemo = files.some((file) => readFileSync(file, 'utf8').match(/house\/(demo|sweep)\.mjs/));
const logIns = await mkdtemp(join(tmpdir(), 'guildhall-logins-'));
// A demo that runs already may be named, which makes trying one walk again and again quick.
const demo = inDemo && !process.env.E2E_DEMO ? await openDemo() : undefined;

const options = ['--test', '--test-force-exit', `--test-concurrency=${AT_ONCE}`, `--test-timeout=${FILE_WITHIN_MS}`];
const walks = spawn(process.execPath, [...options, ...files], {
  env: { ...process.env, E2E_DEMO: process.env.E2E_DEMO ?? demo?.near ?? '', E2E_LOG_INS: logIns },
  stdio: 'inherit',
});
const [code] = await once(walks, 'exit');

const faults = demo?.faults() ?? [];
if (faults.length > 0) console.error(`the demo's server had faults:\n${faults.join('\n')}`);
await demo?.close();
await rm(logIns, { recursive: true, force: true });
process.exit(code !== 0 || faults.length > 0 ? 1 : 0);
