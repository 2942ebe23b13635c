// Fails when the built client is heavier than its budgets (gzip, kB of 1,000 bytes).
import { readFileSync, statSync } from 'node:fs';

const dist = new URL('../dist/', import.meta.url);
const manifest = JSON.parse(readFileSync(new URL('.vite/manifest.json', dist), 'utf8'));
const FIRST_PAGES = [
  'src/accounts/LoginPage.svelte',
  'src/messages/HomePage.svelte',
  'src/messages/ChannelPage.svelte',
];
const LIMIT_KB = { initialScript: 90, lazyRoute: 50, stage: 75, styles: 22, firstFonts: 40 };
const STAGE = 'src/stage/StagePage.svelte';

function reach(key, seen = new Set()) {
  if (seen.has(key) || !manifest[key]) return seen;
  seen.add(key);
  for (const next of manifest[key].imports ?? []) reach(next, seen);
  return seen;
}
const gz = (file) => statSync(new URL(`${file}.gz`, dist)).size / 1000;
const sum = (numbers) => numbers.reduce((total, one) => total + one, 0);
const scripts = (keys) => sum([...keys].map((key) => gz(manifest[key].file)));
const styles = (keys) => sum([...new Set([...keys].flatMap((key) => manifest[key].css ?? []))].map(gz));

const entry = Object.keys(manifest).find((key) => manifest[key].isEntry);
const initial = FIRST_PAGES.reduce((seen, page) => reach(page, seen), reach(entry));
const rows = [
  ['initial script, log-in to readable channel', scripts(initial), LIMIT_KB.initialScript],
  ['styles of the first channel', styles(initial), LIMIT_KB.styles],
];
for (const key of Object.keys(manifest).filter(
  (name) => manifest[name].isDynamicEntry && !FIRST_PAGES.includes(name),
)) {
  const own = [...reach(key)].filter((part) => !initial.has(part));
  rows.push([`lazy ${key}`, scripts(own), key === STAGE ? LIMIT_KB.stage : LIMIT_KB.lazyRoute]);
}
const html = readFileSync(new URL('index.html', dist), 'utf8');
const preloaded = [...html.matchAll(/<link[^>]+as="font"[^>]*>/g)].map((tag) => /href="\/([^"]+)"/.exec(tag[0])?.[1]);
rows.push([
  'fonts before first paint',
  sum(preloaded.map((file) => statSync(new URL(file, dist)).size / 1000)),
  LIMIT_KB.firstFonts,
]);

let over = false;
for (const [name, size, limit] of rows) {
  over ||= size > limit;
  console.log(`${size > limit ? 'OVER' : ' ok '} ${size.toFixed(1).padStart(6)} of ${limit} kB  ${name}`);
}
process.exit(over ? 1 : 0);
