// What is written is not lost, comes in order, and stands once (U9 to U14): on the desk and with a finger.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { button, composer, send } from '../house/acts.mjs';
import { openBrowser } from '../house/browser.mjs';
import { actor, freshChannel, member, newcomer, say } from '../house/demo.mjs';
import { held, rowOf, topOf } from '../house/scrolling.mjs';

const GROUP = 'Service';
const CROWD = ['kessler', 'hofmann', 'yilmaz', 'kowalczyk', 'demir', 'vogel', 'nowak', 'huber', 'schneider', 'fischer'];
const POSTS = '**/channels/*/messages';

for (const width of [1280, 390]) {
  describe(`writing at ${width} px`, { concurrency: 1 }, () => {
    let browser, who, host, channel, other, box;

    before(async () => {
      browser = await openBrowser();
      host = await actor('kessler');
      channel = await freshChannel(host, GROUP, `schreiben-${width}`);
      other = await freshChannel(host, GROUP, `anderswo-${width}`);
      who = await member(browser, 'zimmermann', { width });
      await enter(channel);
    });
    after(async () => browser?.close());

    async function enter({ address, name }) {
      await who.page.goto(address);
      box = composer(who, name);
      await box.waitFor();
    }
    const posted = async () => {
      const { items } = await host.get(`/channels/${channel.id}/messages`);
      return items.map(({ body }) => body);
    };

    it('no key is lost while a flood of messages comes in (U9)', async () => {
      const crowd = await Promise.all(CROWD.map((key) => actor(key)));
      const flood = Promise.all(
        crowd.map(async (by) => {
          for (let n = 0; n < 8; n += 1) await say(by, channel, `Flut ${n} von ${by.key}`);
        }),
      );
      const text = 'Zwölf Boxkämpfer jagen Viktor quer über den großen Sylter Deich, und keiner fällt hinein.';
      await box.pressSequentially(text);
      await flood;
      await rowOf(who, 'Flut 7 von fischer').waitFor();
      assert.equal(await box.inputValue(), text);
      await box.fill('');
    });

    it('a draft survives switch, reload, crash and an expired log-in (U10)', async () => {
      const text = 'Noch nicht fertig: die Dichtung';
      const kept = async (where) => {
        await box.waitFor();
        assert.equal(await box.inputValue(), text, where);
      };
      await box.pressSequentially(text);
      await enter(other);
      assert.equal(await box.inputValue(), '');
      await enter(channel);
      await kept('after a switch');
      await who.page.reload();
      await kept('after a reload');
      await who.page.waitForFunction((wanted) => Object.values(localStorage).includes(wanted), text);
      await crash();
      await enter(channel);
      await kept('after a crash');
      await newLogIn();
      await enter(channel);
      await kept('before the log-in ends');
      await who.by.delete('/logins/current');
      await who.page.getByRole('heading', { name: who.t('accounts.loginTitle') }).waitFor();
      await newLogIn();
      await enter(channel);
      await kept('after an expired log-in');
      await box.fill('');
    });

    /** The tab dies without a word to the page. */
    async function crash() {
      const dead = who.page;
      const session = await who.context.newCDPSession(dead);
      session.send('Page.crash').catch(() => undefined);
      await dead.waitForEvent('crash');
      who.page = await who.context.newPage();
      await dead.close();
    }

    /** A log-in that no other walk shares, so that it may be ended. */
    async function newLogIn() {
      who.by = await newcomer(who.context, 'zimmermann');
    }

    it(
      width > 720
        ? 'an input method’s Enter takes a word and sends nothing (U11)'
        : 'with a finger, Enter breaks the line (U11)',
      async () => {
        const before = await posted();
        await box.focus();
        if (who.phone) {
          await box.pressSequentially('oben');
          await box.press('Enter');
          await box.pressSequentially('unten');
          assert.equal(await box.inputValue(), 'oben\nunten');
        } else {
          const session = await who.context.newCDPSession(who.page);
          await session.send('Input.imeSetComposition', { text: 'nihongo', selectionStart: 7, selectionEnd: 7 });
          await who.page.keyboard.down('Enter');
          await session.send('Input.insertText', { text: '日本語' });
          assert.match(await box.inputValue(), /日本語/);
        }
        assert.deepEqual(await posted(), before);
        await box.fill('');
      },
    );

    it('an own message stands at once in the place it keeps, and stands once (U12)', async () => {
      await toEnd();
      const gate = await holdPosts();
      await box.fill('Sofort zu sehen');
      await who.page.evaluate(() => {
        const count = () =>
          [...document.querySelectorAll('[role=log] article')].filter((one) =>
            one.textContent.includes('Sofort zu sehen'),
          ).length;
        const frame = () => requestAnimationFrame(() => requestAnimationFrame(() => (globalThis.atOnce = count())));
        addEventListener('keydown', frame, { once: true });
        addEventListener('click', frame, { once: true });
      });
      await send(who, box, 'Sofort zu sehen');
      assert.equal(
        await held(
          who,
          () => who.page.evaluate(() => globalThis.atOnce),
          (seen) => seen !== undefined,
        ),
        1,
      );
      const row = rowOf(who, 'Sofort zu sehen');
      const top = await topOf(row);
      await row.evaluate((one) => (one.marked = true));
      gate.open();
      await held(who, posted, (all) => all.includes('Sofort zu sehen'));
      await row.and(who.page.locator('[id^="message-"]')).waitFor();
      await held(
        who,
        () => row.getAttribute('class'),
        (name) => !name.includes('waiting'),
      );
      assert.equal(await row.evaluate((one) => one.marked), true, 'the row was drawn anew');
      assert.equal(await topOf(row), top);
      assert.equal(await who.page.getByRole('article').filter({ hasText: 'Sofort zu sehen' }).count(), 1);
    });

    it('three that are sent without network arrive in order, once (U13)', async () => {
      await who.context.setOffline(true);
      for (const text of ['Erstens', 'Zweitens', 'Drittens']) await send(who, box, text);
      await rowOf(who, 'Drittens').waitFor();
      assert.ok(!(await posted()).includes('Erstens'));
      await who.context.setOffline(false);
      const all = await held(who, posted, (bodies) => bodies.includes('Drittens'));
      assert.deepEqual(
        all.filter((body) => body.endsWith('tens')),
        ['Erstens', 'Zweitens', 'Drittens'],
      );
      for (const text of ['Erstens', 'Zweitens', 'Drittens']) {
        assert.equal(await who.page.getByRole('article').filter({ hasText: text }).count(), 1);
      }
    });

    it('a final refusal offers to send again, edit or delete in the row, and leaves the field alone (U14)', async () => {
      const refuse = (route) =>
        route.request().method() === 'POST'
          ? route.fulfill({
              status: 403,
              contentType: 'application/problem+json',
              body: JSON.stringify({ code: 'forbidden', status: 403 }),
            })
          : route.fallback();
      const failed = (text) => rowOf(who, text).getByRole('alert');
      const act = (text, key) =>
        failed(text)
          .getByRole('button', { name: who.t(key), exact: true })
          .click();
      await who.page.route(POSTS, refuse);
      await send(who, box, 'Kommt nicht durch');
      await box.fill('Schon beim nächsten');
      await failed('Kommt nicht durch').waitFor();
      assert.equal(await box.inputValue(), 'Schon beim nächsten');
      await act('Kommt nicht durch', 'messages.editPending');
      assert.equal(await box.inputValue(), 'Schon beim nächsten\nKommt nicht durch');
      await box.fill('');
      await send(who, box, 'Wird verworfen');
      await act('Wird verworfen', 'messages.deletePending');
      await rowOf(who, 'Wird verworfen').waitFor({ state: 'detached' });
      await send(who, box, 'Beim zweiten Mal');
      await failed('Beim zweiten Mal').waitFor();
      await who.page.unroute(POSTS, refuse);
      await act('Beim zweiten Mal', 'messages.retrySend');
      const all = await held(who, posted, (bodies) => bodies.includes('Beim zweiten Mal'));
      assert.ok(!all.includes('Kommt nicht durch') && !all.includes('Wird verworfen'));
      assert.equal(await button(who, 'messages.retrySend').count(), 0);
    });

    /** What is newest is on the screen: below a gap there would be no place for what one writes. */
    async function toEnd() {
      const down = who.page.locator('.to-end');
      if (await down.isVisible()) await down.click();
      await down.waitFor({ state: 'detached' });
    }

    /** The server's answer to what is posted waits until the gate is opened. */
    async function holdPosts() {
      let release;
      const opened = new Promise((go) => (release = go));
      const hold = async (route) => {
        if (route.request().method() === 'POST') await opened;
        await route.continue();
      };
      await who.page.route(POSTS, hold);
      return { open: release };
    }
  });
}
