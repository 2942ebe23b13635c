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
    args: ['--disable-gpu', ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])],
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

/** A person: a context of its own, one page, and what went wrong in it. `more`: options of the context. */
export async function person(browser, { name, language, width, timeZone = 'Europe/Berlin', ...more }) {
  const phone = width <= PHONE_UP_TO;
  const context = await browser.newContext({
    viewport: { width, height: phone ? 844 : 900 },
    hasTouch: phone,
    isMobile: phone,
    locale: LOCALES[language],
    timezoneId: timeZone,
    permissions: ['clipboard-read', 'clipboard-write'],
    reducedMotion: 'reduce',
    ...more,
  });
  context.setDefaultTimeout(WAIT_MS);
  const page = await context.newPage();
  const wrong = [];
  page.on('pageerror', (error) => wrong.push(`${name}: ${error.message}`));
  page.on('console', (message) => {
    if (message.type() === 'error' && /Content Security Policy|Trusted|Uncaught/.test(message.text())) {
      wrong.push(`${name}: ${message.text()}`);
    }
  });
  return { name, language, width, phone, context, page, wrong, t: words(language), in: words };
}

/** Keeps a picture of the screen as it is. */
export async function capture(who, screen) {
  mkdirSync(pictures, { recursive: true });
  await who.page.screenshot({ path: `${pictures}${screen}-${who.language}-${who.width}.png` });
}

/** What another theme can change. */
export const COLOURS = ['color-contrast', 'link-in-text-block'];
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

/**
 * What is wrong with the screen as it is: everything that axe finds against WCAG 2.2 A and AA, and what is cut off. While
 * a dialog or menu is open, that is looked at; what lies behind it was looked at before.
 */
export async function faultsOf(who, rules = RULES) {
  if (!(await who.page.evaluate(() => 'axe' in globalThis))) await who.page.evaluate(axeSource);
  const found = await who.page.evaluate(async (runOnly) => {
    // Colours on their way from one theme to the other are nobody's.
    await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)));
    await Promise.allSettled(document.getAnimations().map((one) => one.finished));
    const open = document.querySelector('dialog[open], :popover-open');
    const { violations } = await globalThis.axe.run(open ?? document, {
      runOnly,
      resultTypes: ['violations'],
      iframes: false,
    });
    return violations.map(
      ({ id, help, nodes }) => `${id}: ${help}\n    ${nodes.map(({ html }) => html.slice(0, 160)).join('\n    ')}`,
    );
  }, rules);
  return [...found, ...(await overflowOf(who))];
}

/** What is wider than the room it has: the page may only be scrolled downwards. */
export async function overflowOf(who) {
  const wide = await who.page.evaluate(() => {
    const boxes = [document.documentElement, ...document.querySelectorAll('main, .page, dialog[open], .side, .log')];
    return (
      boxes
        // One pixel is how a part is kept for screen readers only.
        .filter((box) => box.clientWidth > 1 && box.scrollWidth > box.clientWidth)
        .map((box) => `${box.localName}.${box.className} holds ${box.scrollWidth} px in ${box.clientWidth} px`)
    );
  });
  return wide.map((one) => `overflow: ${one}`);
}

/** What is smaller than a finger or a pointer needs (U25). A link within a line of text is as tall as its line. */
export async function smallTargetsOf(who) {
  const least = who.phone ? 44 : 24;
  const small = await who.page.evaluate((px) => {
    const open = document.querySelector('dialog[open], :popover-open') ?? document;
    const controls = open.querySelectorAll('a[href], button, input, select, textarea, [role=option]');
    const shown = (one) => one.checkVisibility({ visibilityProperty: true, opacityProperty: true });
    const inText = (one) => one.closest('.html, p') && getComputedStyle(one).display === 'inline';
    return [...controls]
      .filter((one) => shown(one) && !inText(one) && !one.closest('.hidden-text, .skip'))
      .map((one) => (/checkbox|radio/.test(one.type) ? (one.closest('label') ?? one) : one))
      .map((one) => ({ one, box: (one.closest('.box, .composer') ?? one).getBoundingClientRect() }))
      .filter(({ box }) => box.width > 1 && (box.width < px - 0.5 || box.height < px - 0.5))
      .map(({ one, box }) => `${Math.round(box.width)} x ${Math.round(box.height)}: ${one.outerHTML.slice(0, 140)}`);
  }, least);
  return [...new Set(small)].map((one) => `target ${one}`);
}

/** Looks at the screen: a picture is kept, and what is wrong with it fails. */
export async function look(who, screen) {
  await capture(who, screen);
  const told = await faultsOf(who);
  if (told.length > 0) throw new Error(`${screen}, ${who.language}, ${who.width} px:\n  ${told.join('\n  ')}`);
}
