// People with a browser: each a profile of their own, with a language and a width.
import { createRequire } from 'node:module';
import { readFileSync, mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import process from 'node:process';
import { chromium } from 'playwright-core';

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const pictures = fileURLToPath(new URL('../pictures/', import.meta.url));
const texts = new URL('../../../web/src/platform/i18n/messages/', import.meta.url);
const WAIT_MS = 15_000;
const LOCALES = { de: 'de-DE', en: 'en-GB' };
const PHONE_UP_TO = 720;

export function openBrowser() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
  });
}

const read = (room, language) => JSON.parse(readFileSync(new URL(`${room}.${language}.json`, texts), 'utf8'));

/** The client's own words: `t('groups.create')`, `t('messages.said', { name, text })`. */
function words(language) {
  const rooms = {};
  return (key, holes = {}) => {
    const [room, ...rest] = key.split('.');
    rooms[room] ??= read(room, language);
    const text = rooms[room][rest.join('.')];
    if (text === undefined) throw new Error(`no text ${key} in ${language}`);
    return text.replace(/\{(\w+)\}/g, (_, hole) => holes[hole] ?? `{${hole}}`);
  };
}

/** A person: a context of its own, one page, and what went wrong in it. */
export async function person(browser, { name, language, width }) {
  const phone = width <= PHONE_UP_TO;
  const context = await browser.newContext({
    viewport: { width, height: phone ? 844 : 900 },
    hasTouch: phone,
    isMobile: phone,
    locale: LOCALES[language],
    timezoneId: 'Europe/Berlin',
    permissions: ['clipboard-read', 'clipboard-write'],
    reducedMotion: 'reduce',
  });
  const page = await context.newPage();
  page.setDefaultTimeout(WAIT_MS);
  const wrong = [];
  page.on('pageerror', (error) => wrong.push(`${name}: ${error.message}`));
  page.on('console', (message) => {
    if (message.type() === 'error' && /Content Security Policy|Trusted|Uncaught/.test(message.text())) {
      wrong.push(`${name}: ${message.text()}`);
    }
  });
  return { name, language, width, phone, context, page, wrong, t: words(language) };
}

/** Keeps a picture of the screen as it is. */
export async function capture(who, screen) {
  mkdirSync(pictures, { recursive: true });
  await who.page.screenshot({ path: `${pictures}${screen}-${who.language}-${who.width}.png` });
}

/** Looks at the screen: a picture is kept, and what axe finds serious fails. */
export async function look(who, screen) {
  await capture(who, screen);
  await who.page.evaluate(axeSource);
  const { violations } = await who.page.evaluate(() =>
    globalThis.axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] }),
  );
  const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
  const overflow = await who.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  const told = serious.map(({ id, help, nodes }) => `${id}: ${help}\n    ${nodes.map(({ html }) => html.slice(0, 160)).join('\n    ')}`);
  if (overflow > 0) told.push(`the page is ${overflow} px wider than the screen`);
  if (told.length > 0) throw new Error(`${screen}, ${who.language}, ${who.width} px:\n  ${told.join('\n  ')}`);
}
