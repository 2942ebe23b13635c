// On the phone (U32), in other zones (U35), in another language and a longer one (U36).
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { composer, row, tools } from '../house/acts.mjs';
import { openBrowser, overflowOf } from '../house/browser.mjs';
import { actor, channel as channelOf, freshChannel, home, member, say, start } from '../house/demo.mjs';
import { findings, leave, screens, visit } from '../house/screens.mjs';
import { held } from '../house/scrolling.mjs';

/** One of each kind: talk, list, text, form, settings. */
const LENGTHENED = ['channel', 'knowledge', 'thread', 'webinars', 'plan', 'webinar', 'people', 'groups', 'account'];

describe('on the phone', { concurrency: 1 }, () => {
  let browser, who, channel;

  before(async () => {
    browser = await openBrowser();
    channel = await freshChannel(await actor('brandt'), 'Motion', 'pocket');
    await say(await actor('patel'), channel, 'Anybody with a spare coupling?');
    who = await member(browser, 'garcia', { width: 390 });
  });
  after(async () => browser?.close());

  it('there is one column with tabs below from 320 to 720 px, and two above (U32)', async () => {
    await who.page.goto(channel.address);
    await composer(who, channel.name).waitFor();
    const side = who.page.getByRole('navigation', { name: who.t('platform.sidebar') });
    const tabs = who.page.getByRole('navigation', { name: who.t('platform.mainNavigation') });
    for (const width of [320, 390, 720]) {
      await who.page.setViewportSize({ width, height: 800 });
      const main = await who.page.getByRole('main').boundingBox();
      assert.deepEqual([await side.isVisible(), await tabs.isVisible(), main.width], [false, true, width]);
      const { y, height } = await tabs.boundingBox();
      assert.equal(y + height, 800);
    }
    await who.page.setViewportSize({ width: 721, height: 800 });
    assert.deepEqual([await side.isVisible(), await tabs.isVisible()], [true, false]);
    await who.page.setViewportSize({ width: 390, height: 844 });
  });

  it('Back closes a menu’s panel, then the replies, then the channel (U32)', async () => {
    await who.page.goto(home);
    const side = who.page.getByRole('navigation', { name: who.t('platform.sidebar') });
    await side.locator(`a[href="${new URL(channel.address).pathname}"]`).click();
    const question = row(who, 'Rahul Patel', 'Anybody with a spare coupling?');
    await (await tools(who, question)).getByRole('button', { name: who.t('messages.reply'), exact: true }).click();
    const replies = who.page.getByRole('complementary', { name: who.t('messages.thread') });
    await replies.waitFor();
    const box = await replies.boundingBox();
    assert.equal(box.width, 390, 'the replies take the whole column');
    await who.page.goBack();
    await replies.waitFor({ state: 'detached' });
    await question.waitFor();
    await who.page.goBack();
    await side.waitFor();
    assert.equal(new URL(who.page.url()).pathname, new URL(home).pathname);
  });

  it('a font of under 16 px would make the phone zoom into a field', async () => {
    for (const path of ['/search', '/people', '/me', '/webinars']) {
      await who.page.goto(`${home}${path}`);
      await who.page.getByRole('main').getByRole('heading').first().waitFor();
      const small = await who.page.evaluate(() =>
        [...document.querySelectorAll('input:not([type=radio], [type=checkbox], [type=file]), textarea')]
          .filter(
            (one) =>
              one.checkVisibility() && !one.matches('.hidden-text') && parseFloat(getComputedStyle(one).fontSize) < 16,
          )
          .map((one) => one.outerHTML.slice(0, 80)),
      );
      assert.deepEqual(small, [], path);
    }
  });
});

describe('in other zones and languages', { concurrency: 1 }, () => {
  let browser;

  before(async () => (browser = await openBrowser()));
  after(async () => browser?.close());

  it('a message’s time is that of the viewer’s zone (U35)', async () => {
    const channel = await channelOf(await actor('tanaka'), 'Motion', 'general');
    const { items } = await (await actor('tanaka')).get(`/channels/${channel.id}/messages`);
    const last = items.findLast((one) => !one.reply_to);
    for (const key of ['tanaka', 'miller']) {
      // The machine's own clock stands elsewhere: what counts is the zone of the account.
      const who = await member(browser, key, { width: 1280, timeZone: 'Pacific/Auckland' });
      await who.page.goto(channel.address);
      const time = who.page.locator(`[id="message-${last.id}"] time`).first();
      const { time_zone: timeZone } = await zoneOf(key);
      const expected = new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit' }).format(
        new Date(last.created_at),
      );
      assert.equal((await time.textContent()).trim(), expected, key);
      await who.context.close();
    }
  });

  it('a webinar is told in the viewer’s zone and in the host’s, also across a change of the clocks (U35)', async () => {
    const host = await actor('brandt');
    const { groups } = await start(host);
    const { group } = groups.find((one) => one.group.name.startsWith('Motion'));
    const plan = (local_start) =>
      host.post(`/groups/${group.id}/webinars`, {
        title: `Around the clock change ${local_start}`,
        description: '',
        local_start,
        time_zone: 'Europe/Berlin',
        duration_minutes: 60,
        capacity: null,
        publish: true,
      });
    const who = await member(browser, 'chen', { width: 1280 });
    // Berlin turns its clocks in the night to 28 March 2027, Singapore never.
    for (const [local, hosts, viewers] of [
      ['2027-03-27T10:00', '10:00–11:00', '17:00–18:00'],
      ['2027-03-28T10:00', '10:00–11:00', '16:00–17:00'],
    ]) {
      const webinar = await plan(local);
      await who.page.goto(`${home}/webinars/${webinar.id}`);
      await who.page.getByRole('main').getByText(viewers).first().waitFor();
      await who.page.getByRole('main').getByText(hosts).first().waitFor();
      await host.post(`/webinars/${webinar.id}/cancel`, {});
    }
    await who.context.close();
  });

  it('another language and another zone are there without a reload (U36)', async () => {
    const who = await member(browser, 'kowalczyk', { width: 1280 });
    await who.page.goto(`${home}/me`);
    await who.page.getByRole('heading', { name: who.t('accounts.languageAndTime') }).waitFor();
    await who.page.evaluate(() => (globalThis.unreloaded = true));
    const german = { ...who, t: who.in('de') };
    const language = who.page.getByLabel(who.t('platform.language'), { exact: true });
    const zone = (one) => one.page.getByLabel(one.t('platform.timeZone'), { exact: true });
    await language.selectOption('de');
    await who.page.getByRole('heading', { name: german.t('accounts.languageAndTime') }).waitFor();
    assert.equal(await who.page.evaluate(() => document.documentElement.lang), 'de');
    await zone(german).selectOption('Asia/Tokyo');
    await held(
      who,
      async () => (await (await actor('kowalczyk')).get('/me')).account.time_zone,
      (name) => name === 'Asia/Tokyo',
    );
    await visit(
      german,
      screens(await findings(await actor('kowalczyk'))).find((one) => one.name === 'webinars'),
    );
    await who.page
      .getByRole('main')
      .getByText(/Tok[iy]o/)
      .first()
      .waitFor();
    assert.equal(await who.page.evaluate(() => globalThis.unreloaded), true);
    await (await actor('kowalczyk')).patch('/me', { language: 'en', time_zone: 'Europe/Warsaw' });
    await who.context.close();
  });

  for (const width of [1280, 390]) {
    it(`words that are 40 % longer break nothing at ${width} px (U36)`, async () => {
      const wrong = [];
      const who = await member(browser, 'aydin', { width });
      await who.page.goto(home);
      for (const screen of screens(await findings(await actor('aydin'))).filter(({ name }) =>
        LENGTHENED.includes(name),
      )) {
        await visit(who, screen).catch(() => wrong.push(`${screen.name} did not come`));
        await who.page.evaluate(lengthen);
        wrong.push(...(await overflowOf(who)).map((fault) => `${screen.name}: ${fault}`));
        await leave(who);
        // What was lengthened is thrown away with the page.
        await who.page.goto(home);
      }
      await who.context.close();
      assert.deepEqual(wrong, []);
    });
  }
});

const zoneOf = async (key) => (await (await actor(key)).get('/me')).account;

/** A language of the future: every word of the interface is 40 % longer. What people have written stays. */
function lengthen() {
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const texts = [];
  while (walk.nextNode()) texts.push(walk.currentNode);
  for (const text of texts) {
    if (text.parentElement.closest('.html, script, style, option')) continue;
    text.data = text.data.replace(/\p{L}{3,}/gu, (word) => word + word.slice(0, Math.ceil(word.length * 0.4)));
  }
}
