#!/usr/bin/env node
// Every check there is, cheap ones first. All steps run even when one fails; the last line counts what the runners
// themselves reported.
//   tests/all.mjs               everything
//   tests/all.mjs format unit   some steps
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

// [name, command, folder]. A step that needs another's result names it by building it: make knows what is up to date.
const STEPS = [
  ['format', 'cargo fmt --all --check'],
  ['web-install', 'make --no-print-directory web/node_modules/.package-lock.json'],
  ['web-types', 'npm run --silent types:check', 'web'],
  ['web-lint', 'npm run --silent lint', 'web'],
  ['web-check', 'npm run --silent check', 'web'],
  ['web-unit', 'npm run --silent test', 'web'],
  ['web-build', 'make --no-print-directory web/dist/index.html'],
  ['web-budget', 'npm run --silent budget', 'web'],
  ['licences', 'tests/licences.sh'],
  ['clippy', 'cargo clippy --workspace --all-targets --locked -- -D warnings'],
  // Unit tests, tidy, and the walks on SQLite.
  ['unit', 'cargo test --workspace --locked --no-fail-fast'],
  ['packages', 'tests/packages.sh'],
  ['postgres', 'tests/postgres.sh cargo test --package guildhall-tests --locked --no-fail-fast --tests'],
  ['e2e', 'tests/e2e/run.sh'],
];

// How each runner tells its numbers: cargo test, vitest, node:test.
const CARGO = /^test result: \S+ (\d+) passed; (\d+) failed; (\d+) ignored/gm;
const VITEST = /^\s*Tests\s+(.*)\(\d+\)/gm;
const NODE = /^(?:ℹ|#) (pass|fail|skipped) (\d+)$/gm;
// A check that could not run says so in a line of its own, and is counted as skipped, never as passed.
const SKIPPED = /^SKIPPED\b/gm;
const COLOURS = /\u001b\[[0-9;]*m/g;

function counted(text) {
  const sum = { passed: 0, failed: 0, skipped: 0 };
  for (const [, passed, failed, skipped] of text.matchAll(CARGO)) {
    sum.passed += Number(passed);
    sum.failed += Number(failed);
    sum.skipped += Number(skipped);
  }
  for (const [, line] of text.matchAll(VITEST)) {
    for (const [, n, kind] of line.matchAll(/(\d+) (passed|failed|skipped)/g)) sum[kind] += Number(n);
  }
  const kinds = { pass: 'passed', fail: 'failed', skipped: 'skipped' };
  for (const [, kind, n] of text.matchAll(NODE)) sum[kinds[kind]] += Number(n);
  sum.skipped += [...text.matchAll(SKIPPED)].length;
  return sum;
}

async function run(name, command, folder = '.') {
  console.log(`\n== ${name}: ${command}`);
  const began = Date.now();
  const child = spawn(command, { cwd: root + folder, shell: true, stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  const keep = (to) => (chunk) => {
    text += chunk;
    to.write(chunk);
  };
  child.stdout.setEncoding('utf8').on('data', keep(process.stdout));
  child.stderr.setEncoding('utf8').on('data', keep(process.stderr));
  const [code] = await once(child, 'close');
  const sum = counted(text.replace(COLOURS, ''));
  // A failure that is no test's (a compiler's error, a crash) is one; a check without tests (a formatter) is one check.
  if (code !== 0 && sum.failed === 0) sum.failed = 1;
  if (code === 0 && sum.passed + sum.failed + sum.skipped === 0) sum.passed = 1;
  return { name, seconds: Math.round((Date.now() - began) / 1000), code, ...sum };
}

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !STEPS.some(([step]) => step === name));
if (unknown.length > 0) {
  console.error(`no such step: ${unknown.join(', ')}; there are ${STEPS.map(([name]) => name).join(', ')}`);
  process.exit(2);
}

const rows = [];
for (const [name, command, folder] of STEPS) {
  if (wanted.length === 0 || wanted.includes(name)) rows.push(await run(name, command, folder));
}

console.log('');
for (const row of rows) {
  const numbers = `${row.passed} passed, ${row.failed} failed${row.skipped ? `, ${row.skipped} skipped` : ''}`;
  console.log(
    `${row.failed || row.code ? 'FAILED' : 'ok    '} ${row.name.padEnd(12)} ${numbers.padEnd(36)} ${row.seconds} s`,
  );
}
const total = (key) => rows.reduce((sum, row) => sum + row[key], 0);
const skipped = total('skipped') ? `, ${total('skipped')} skipped` : '';
console.log(`${total('passed')} passed, ${total('failed')} failed${skipped}`);
process.exit(rows.some((row) => row.failed || row.code) ? 1 : 0);
