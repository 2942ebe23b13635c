// By keys and by ear (U18, U21 to U23, U26): the switcher everywhere, the focus never lost, what a screen reader is told.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { button, composer, menu as chooseFor, tools } from '../house/acts.mjs';
import { openBrowser } from '../house/browser.mjs';
import { actor, freshChannel, home, member, say } from '../house/demo.mjs';
import { held, rowOf } from '../house/scrolling.mjs';
import { findings, leave, screens, visit } from '../house/screens.mjs';

const GROUP = 'Motion';
const OVERLAYS = [
  'channel-emoji',
  'channel-menu',
  'webinars-feed',
  'people-menu',
  'groups-new',
  'invite',
  'account-everywhere',
];

describe('by keys and by ear', { concurrency: 1 }, () => {
  let browser, who, host, channel, list;

  before(async () => {
    browser = await openBrowser();
    host = await actor('aydin');
    channel = await freshChannel(host, GROUP, 'tasten');
    list = screens(await findings(host));
    who = await member(browser, 'aydin', { width: 1280 });
    await who.page.goto(home);
  });
  after(async () => browser?.close());

  /** What has the focus, whether that can be seen, and whether something lies over it. */
  const focus = () =>
    who.page.evaluate(() => {
      const one = document.activeElement;
      const { left, top, width, height } = one.getBoundingClientRect();
      const above = document.elementFromPoint(left + Math.min(width / 2, 40), top + height / 2);
      const style = getComputedStyle(one);
      const framed = one.closest('.box, .composer');
      const ring = style.outlineStyle !== 'none' || (framed && getComputedStyle(framed).outlineStyle !== 'none');
      return {
        name: one.getAttribute('aria-label') ?? one.textContent.trim().slice(0, 40),
        lost: one === document.body,
        ring: Boolean(ring),
        hidden: !(above && (one.contains(above) || above.contains(one))),
      };
    });

  it('Ctrl and K opens the switcher on every page, also while writing, and gives the focus back (U18)', async () => {
    for (const screen of list.filter((one) => !one.open && one.name !== 'nowhere')) {
      await visit(who, screen);
      const field = who.page.getByRole('main').locator('textarea, input').first();
      if (await field.isVisible()) await field.focus();
      const before = await focus();
      await who.page.keyboard.press('Control+k');
      await who.page.getByRole('combobox', { name: who.t('platform.switcherLabel') }).waitFor();
      await who.page.keyboard.press('Escape');
      await who.page.getByRole('dialog').waitFor({ state: 'hidden' });
      assert.deepEqual(await focus(), before, screen.name);
    }
  });

  it('what is closed gives the focus back to what opened it, where it is seen (U21)', async () => {
    for (const name of OVERLAYS) {
      const screen = list.find((one) => one.name === name);
      await visit(who, screen);
      await who.page.keyboard.press('Escape');
      await who.page.locator('dialog[open], :popover-open').waitFor({ state: 'detached' });
      const { lost, ring, hidden, name: focused } = await focus();
      assert.deepEqual({ lost, ring, hidden }, { lost: false, ring: true, hidden: false }, `${name}: ${focused}`);
      await leave(who);
    }
  });

  it('the focus is on something after every act on a message, and after every page (U21)', async () => {
    await who.page.goto(channel.address);
    await composer(who, channel.name).waitFor();
    await say(host, channel, 'Zum Bearbeiten und Löschen.');
    await rowOf(who, 'Zum Bearbeiten').waitFor();
    const kept = async (act) => assert.equal((await focus()).lost, false, act);
    await chooseFor(who, rowOf(who, 'Zum Bearbeiten'), 'messages.edit');
    await who.page.getByRole('textbox', { name: who.t('messages.editLabel') }).fill('Bearbeitet und bald gelöscht.');
    await who.page.keyboard.press('Enter');
    await rowOf(who, 'Bearbeitet und bald').waitFor();
    await kept('after an edit');
    await (
      await tools(who, rowOf(who, 'Bearbeitet'))
    )
      .getByRole('button', { name: who.t('messages.reply'), exact: true })
      .click();
    await button(who, 'messages.closeThread').click();
    await who.page.getByRole('complementary').waitFor({ state: 'detached' });
    await kept('after closing the replies');
    await chooseFor(who, rowOf(who, 'Bearbeitet'), 'messages.remove');
    await who.page
      .getByRole('dialog')
      .getByRole('button', { name: who.t('messages.deleteConfirm') })
      .click();
    await who.page.getByRole('dialog').waitFor({ state: 'hidden' });
    await rowOf(who, 'Bearbeitet und bald').waitFor({ state: 'detached' });
    await kept('after deleting');
    for (const screen of list.filter((one) => !one.open && one.name !== 'nowhere')) {
      await visit(who, screen);
      await held(who, focus, ({ lost }) => !lost);
    }
  });

  it('a webinar’s page leaves the focus where it is: writing is not what it is about', async () => {
    await visit(
      who,
      list.find((one) => one.name === 'webinar'),
    );
    await who.page.getByRole('main').getByRole('textbox').waitFor();
    assert.notEqual(await who.page.evaluate(() => document.activeElement.localName), 'textarea');
  });

  it('a row’s name begins with author and text, and the list itself is silent (U22, U23)', async () => {
    await who.page.goto(channel.address);
    const by = await actor('nair');
    await say(by, channel, 'The **coupling** arrived.');
    const log = who.page.getByRole('log');
    await log.getByRole('article', { name: /^Priya Nair: The \*?\*?coupling/ }).waitFor();
    assert.equal(await log.getAttribute('aria-live'), 'off');
  });

  it('new messages are spoken as name and text, one in three seconds (U22)', async () => {
    const listener = await member(browser, 'rossi', { width: 1280 });
    await listener.page.clock.install();
    await listener.page.goto(channel.address);
    await composer(listener, channel.name).waitFor();
    await listener.page.evaluate(() => {
      globalThis.spoken = [];
      const place = document.querySelector('p.hidden-text[aria-live=polite]');
      new MutationObserver(() => globalThis.spoken.push(place.textContent)).observe(place, {
        childList: true,
        characterData: true,
        subtree: true,
      });
    });
    // From now on time stands still but for what the test lets pass.
    await listener.page.clock.pauseAt(new Date(Date.now() + 60_000));
    const by = await actor('nair');
    for (let n = 1; n <= 5; n += 1) await say(by, channel, `Spoken ${n}`);
    const arrived = () => listener.page.getByRole('article').filter({ hasText: 'Spoken 5' }).count();
    for (let tries = 0; tries < 100 && (await arrived()) === 0; tries += 1) await listener.page.clock.runFor(20);
    assert.equal(await arrived(), 1, 'within two seconds of the page’s time');
    const said = () => listener.page.evaluate(() => globalThis.spoken);
    assert.equal((await said()).length, 1);
    assert.match((await said())[0], /^Priya Nair: Spoken \d$/);
    await listener.page.clock.runFor(3000);
    assert.equal((await said()).length, 2);
    assert.equal((await said())[1], 'Priya Nair: Spoken 5');
    await listener.page.clock.runFor(6000);
    assert.equal((await said()).length, 2, 'nothing is said twice');
    await listener.context.close();
  });

  it('who wants less motion gets none, who does not gets some (U26)', async () => {
    const moving = async (reducedMotion) => {
      await who.page.emulateMedia({ reducedMotion });
      await visit(
        who,
        list.find((one) => one.name === 'groups-new'),
      );
      const longest = await who.page.locator('dialog[open]').evaluate((one) => {
        const seconds = (text) => Math.max(...text.split(',').map((part) => parseFloat(part)));
        const all = [one, ...one.querySelectorAll('*')].map((each) => getComputedStyle(each));
        return Math.max(
          ...all.map((style) => Math.max(seconds(style.animationDuration), seconds(style.transitionDuration))),
        );
      });
      await leave(who);
      return longest;
    };
    assert.ok((await moving('no-preference')) >= 0.1);
    assert.ok((await moving('reduce')) <= 0.001);
  });

  it('in forced colours what is chosen, pressed and unread still differs (U26)', async () => {
    await who.page.emulateMedia({ forcedColors: 'active' });
    await visit(
      who,
      list.find((one) => one.name === 'account'),
    );
    const line = (one) =>
      one.evaluate((each) => {
        // Colours of the page say nothing here: only lines are left.
        const { outlineStyle, borderTopStyle, borderTopWidth } = getComputedStyle(each);
        return { outlineStyle, borderTopStyle, borderTopWidth };
      });
    const chosen = who.page.getByRole('main').locator('label:has(input:checked)').first();
    const other = who.page.getByRole('main').locator('label:has(input:not(:checked))').first();
    assert.notDeepEqual(await line(chosen), await line(other), 'a chosen option looks like the others');
    const here = who.page.getByRole('navigation', { name: who.t('platform.sidebar') });
    await visit(
      who,
      list.find((one) => one.name === 'people'),
    );
    assert.notDeepEqual(
      await line(here.locator('.entry[aria-current]')),
      await line(here.locator('.entry:not([aria-current])').first()),
      'the current page looks like the others',
    );
    for (const primary of await who.page.locator('.button.primary').all()) {
      const { borderTopStyle, borderTopWidth } = await line(primary);
      assert.ok(borderTopStyle !== 'none' && parseFloat(borderTopWidth) > 0, 'a button has no edge');
    }
    await who.page.emulateMedia({ forcedColors: 'none' });
  });
});
