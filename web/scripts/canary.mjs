// svelte-check must refuse canary/Canary.svelte; if it passes, the type check has stopped checking.
import { spawnSync } from 'node:child_process';

const run = spawnSync('npx', ['svelte-check', '--tsconfig', './canary/tsconfig.json', '--output', 'machine'], {
  encoding: 'utf8',
});
const found = /ERROR .*Canary\.svelte.*not assignable/.test(run.stdout);
if (run.status === 0 || !found) {
  console.error('The canary passed the type check: svelte-check no longer sees type errors.\n' + run.stdout);
  process.exit(1);
}
console.log('canary: refused, as it must be');
