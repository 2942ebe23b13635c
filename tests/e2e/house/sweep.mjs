// Every screen as axe and a ruler see it (U24, U25): both themes, on the desk, on the phone at 390 and 320 px, and with text at
// 200 %.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import process from 'node:process';
import { COLOURS, capture, faultsOf, openBrowser, overflowOf, smallTargetsOf } from './browser.mjs';
import { actor, home, member, start } from './demo.mjs';
import { findings, leave, screens, visit } from './screens.mjs';

/** Pictures of everything are for looking at by eye, and take their time. */
const PICTURES = process.env.E2E_PICTURES === '1';

/** `key`: somebody who hosts a group; made an owner, they see all of the brand. */
export function sweep(key, language) {
  describe(`every screen in ${language}`, { concurrency: 1 }, () => {
    let browser, desk, phone, list;

    before(async () => {
      browser = await openBrowser();
      const by = await actor(key);
      await by.patch('/me', { language });
      await makeOwner(by);
      list = screens(await findings(by));
      desk = await member(browser, key, { width: 1280, language });
      phone = await member(browser, key, { width: 390, language });
      await Promise.all([desk, phone].map((who) => who.page.goto(home)));
    });
    after(async () => browser?.close());

    it('on the desk, light and dark, and with text at 200 %', () =>
      through(desk, list, async (screen) => [
        ...(await seen(desk, screen, 'light')),
        ...(await seen(desk, screen, 'dark', COLOURS)),
        ...(await enlarged(desk, screen)),
      ]));

    it('on the phone at 390 and 320 px, light and dark', () =>
      through(phone, list, async (screen) => {
        const wide = await seen(phone, screen, 'light');
        await phone.page.setViewportSize({ width: 320, height: 700 });
        const narrow = await seen(phone, screen, 'dark');
        await phone.page.setViewportSize({ width: 390, height: 844 });
        return [...wide, ...narrow];
      }));
  });
}

async function makeOwner(by) {
  const { brand, me } = await start(by);
  if (me.brand_role !== 'owner')
    await (await actor('brandt')).patch(`/brands/${brand.id}/members/${me.id}`, { role: 'owner' });
}

/** All screens are seen even where one is wrong. */
async function through(who, list, look) {
  const wrong = [];
  for (const screen of list) {
    try {
      await visit(who, screen);
      wrong.push(...(await look(screen)));
    } catch (fault) {
      wrong.push(`${screen.name} did not come: ${fault.message.split('\n')[0]}`);
    }
    await leave(who);
  }
  const all = [...wrong, ...who.wrong];
  assert.ok(all.length === 0, all.join('\n'));
}

async function seen(who, screen, theme, rules) {
  await who.page.emulateMedia({ colorScheme: theme });
  const { width } = who.page.viewportSize();
  const faults = [...(await faultsOf(who, rules)), ...(theme === 'light' ? await smallTargetsOf(who) : [])];
  if (PICTURES) await capture({ ...who, width }, `${screen.name}-${theme}`);
  return faults.map((fault) => `${screen.name}, ${who.language}, ${width} px, ${theme}: ${fault}`);
}

/** Text twice as large, as the browser's own setting makes it. */
async function enlarged(who, screen) {
  await who.page.evaluate(() => document.documentElement.style.setProperty('font-size', '200%'));
  const faults = await overflowOf(who);
  if (PICTURES) await capture(who, `${screen.name}-200`);
  await who.page.evaluate(() => document.documentElement.style.removeProperty('font-size'));
  return faults.map((fault) => `${screen.name}, ${who.language}, text at 200 %: ${fault}`);
}
