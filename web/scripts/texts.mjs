// Compiles src/platform/i18n/messages/<room>.{de,en}.json to one typed function per text.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { compileRoom } from './compile-texts.mjs';

const messages = new URL('../src/platform/i18n/messages/', import.meta.url);
const out = new URL('../src/platform/i18n/texts/', import.meta.url);
const read = (name) => pseudo(JSON.parse(readFileSync(new URL(name, messages), 'utf8')));

/** GUILDHALL_PSEUDO=1 makes every text 40 % longer, to find what breaks when a language needs more room. */
function pseudo(texts) {
  if (!process.env.GUILDHALL_PSEUDO) return texts;
  const longer = (text) => `${text} ${'ẍ'.repeat(Math.ceil(text.length * 0.4))}`;
  return Object.fromEntries(Object.entries(texts).map(([key, text]) => [key, longer(text)]));
}

const rooms = [...new Set(readdirSync(messages).map((file) => file.replace(/\.(de|en)\.json$/, '')))];
const compiled = rooms.map((room) => [room, compileRoom(room, read(`${room}.de.json`), read(`${room}.en.json`))]);
const wrong = compiled.flatMap(([, { errors }]) => errors);
if (wrong.length > 0) {
  console.error(wrong.join('\n'));
  process.exit(1);
}
rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
for (const [room, { code }] of compiled) writeFileSync(new URL(`${room}.ts`, out), code);
