// Compiles src/platform/i18n/messages/<room>.{de,en}.json to one typed function per text.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { compileRoom } from './compile-texts.mjs';

const messages = new URL('../src/platform/i18n/messages/', import.meta.url);
const out = new URL('../src/platform/i18n/texts/', import.meta.url);
const read = (name) => JSON.parse(readFileSync(new URL(name, messages), 'utf8'));

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
