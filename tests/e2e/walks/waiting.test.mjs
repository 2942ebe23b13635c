// A network that comes and goes (U29), and answers that take their time (U37).
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { beginning, button, composer, row, send } from '../house/acts.mjs';
import { openBrowser } from '../house/browser.mjs';
import { actor, freshChannel, home, member, say } from '../house/demo.mjs';
import { findings, screens, visit } from '../house/screens.mjs';
import { held } from '../house/scrolling.mjs';

const SILENT_MS = 3000;

describe('waiting', { concurrency: 1 }, () => {
  let browser, host, channel, list;

  before(async () => {
    browser = await openBrowser();
    host = await actor('schaible');
    channel = await freshChannel(await actor('weber'), 'Antriebstechnik', 'funkloch');
    list = screens(await findings(await actor('hofmann')));
  });
  after(async () => browser?.close());

  describe('for the network', { concurrency: 1 }, () => {
    let who, sockets;
    const bar = () => who.page.getByText(who.t('platform.offline'));

    before(async () => {
      sockets = [];
      who = await member(browser, 'bauer', { width: 1280 });
      // The page's own time: it stands still but for what a test lets pass.
      await who.page.clock.install();
      await who.page.routeWebSocket(/realtime/, (socket) => {
        socket.connectToServer();
        sockets.push(socket);
      });
      await who.page.goto(channel.address);
      await composer(who, channel.name).waitFor();
      await held(
        who,
        () => sockets.length,
        (count) => count > 0,
      );
      await send(who, composer(who, channel.name), 'Ich bin da.');
      await who.page.clock.pauseAt(new Date(Date.now() + 60_000));
    });

    it('a loss of under three seconds shows nothing, a longer one a single quiet bar (U29)', async () => {
      await who.context.setOffline(true);
      await who.page.clock.runFor(SILENT_MS - 100);
      assert.equal(await bar().count(), 0);
      await who.page.clock.runFor(200);
      assert.equal(await bar().count(), 1);
      assert.equal(await who.page.getByRole('alert').count(), 0);
      await who.context.setOffline(false);
      await bar().waitFor({ state: 'detached' });
    });

    it('the connection is there again at once when the network or the person comes back (U29)', async () => {
      for (const event of ['online', 'visibilitychange']) {
        const before = sockets.length;
        await sockets.at(-1).close({ code: 4000 });
        // No time passes on the page, so no wait of its own can end.
        await who.page.evaluate(
          (name) => (name === 'online' ? window : document).dispatchEvent(new Event(name)),
          event,
        );
        await reached(before, event);
      }
      await say(host, channel, 'Wieder verbunden.');
      const arrived = row(who, host.name, 'Wieder verbunden.');
      for (let tries = 0; tries < 100 && (await arrived.count()) === 0; tries += 1) await who.page.clock.runFor(20);
      assert.equal(await arrived.count(), 1);
    });

    async function reached(before, event) {
      for (let tries = 0; tries < 200; tries += 1) {
        if (sockets.length > before) return;
        await who.page.evaluate(() => fetch('/favicon.svg'));
      }
      assert.fail(`${event} opened no new connection`);
    }
  });

  describe('for an answer', { concurrency: 1 }, () => {
    let who;

    before(async () => {
      who = await member(browser, 'hofmann', { width: 1280 });
      await who.page.goto(home);
      await visit(
        who,
        list.find((one) => one.name === 'people'),
      );
    });

    /** Answers to such requests wait until they are let go. */
    async function hold(pattern, method = 'GET') {
      let release;
      let asked;
      const opened = new Promise((go) => (release = go));
      const first = new Promise((go) => (asked = go));
      await who.page.route(pattern, async (route) => {
        if (route.request().method() === method) {
          asked();
          await opened;
        }
        await route.continue();
      });
      return { asked: first, release };
    }

    it('a link is acknowledged before the page behind it has anything to show, and where it will stand (U37)', async () => {
      const gate = await hold('**/groups/*/threads*');
      const link = who.page
        .getByRole('navigation', { name: who.t('platform.sidebar') })
        .getByRole('link', { name: beginning(who.t('platform.knowledge')) })
        .first();
      await link.click();
      await gate.asked;
      await link.and(who.page.locator('[aria-current=page]')).waitFor();
      await who.page.getByRole('heading', { name: who.t('knowledge.title') }).waitFor();
      const waiting = who.page.getByRole('status', { name: who.t('platform.loading') });
      await waiting.waitFor();
      assert.equal(
        await waiting.evaluate((one) => getComputedStyle(one).animationDelay),
        '0.2s',
        'a quick answer would flicker',
      );
      const { width } = await waiting.boundingBox();
      gate.release();
      const first = who.page
        .getByRole('main')
        .getByRole('list')
        .filter({ has: who.page.getByRole('heading') })
        .first();
      await first.waitFor();
      assert.equal(await waiting.count(), 0);
      assert.ok(Math.abs((await first.boundingBox()).width - width) <= 1, 'the list is not where its place was');
    });

    it('a channel that takes its time shows rows in their place, and its name at once (U37)', async () => {
      const gate = await hold('**/channels/*/messages*');
      await who.page.locator(`a[href="${new URL(channel.address).pathname}"]`).click();
      await gate.asked;
      await who.page.getByRole('heading', { name: 'funkloch' }).waitFor();
      await who.page.getByRole('status', { name: who.t('platform.loading') }).waitFor();
      await composer(who, channel.name).waitFor();
      gate.release();
      await row(who, host.name, 'Wieder verbunden.').waitFor();
    });

    it('a button that sends is busy before the answer has come, and sends once (U37)', async () => {
      await visit(
        who,
        list.find((one) => one.name === 'webinar'),
      );
      const gate = await hold('**/registration', 'PUT');
      let sent = 0;
      who.page.on(
        'request',
        (request) => (sent += Number(request.method() === 'PUT' && request.url().endsWith('/registration'))),
      );
      if ((await button(who, 'webinars.register').count()) === 0) await button(who, 'webinars.unregister').click();
      await button(who, 'webinars.register').click();
      await gate.asked;
      await who.page.locator('button[aria-busy=true]').first().waitFor();
      await who.page.locator('button[aria-busy=true]').first().click({ force: true });
      gate.release();
      await who.page.getByText(who.t('webinars.registeredText')).waitFor();
      assert.equal(sent, 1);
    });
  });
});
