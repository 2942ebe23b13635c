// What is being read stays where it is (U1 to U5): on the desk and on the phone.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { composer } from '../house/acts.mjs';
import { openBrowser } from '../house/browser.mjs';
import { actor, freshChannel, member, say, upload } from '../house/demo.mjs';
import { picture } from '../house/logo.mjs';
import { gapBelow, held, rowOf, topOf, wheel } from '../house/scrolling.mjs';

const GROUP = 'Antriebstechnik';
/** So many that nobody writes faster than the server lets one person write. */
const CROWD = [
  ...['weber', 'kessler', 'hofmann', 'yilmaz', 'lindqvist', 'schaible', 'rossi', 'bauer', 'demir', 'vogel'],
  ...['huber', 'schneider', 'becker', 'jansen', 'novotny', 'horvath', 'krueger', 'haas', 'eriksen', 'albrecht'],
];
const READ = 40;
const FRESH = 30;

for (const width of [1280, 390]) {
  describe(`reading at ${width} px`, { concurrency: 1 }, () => {
    let browser, who, host, reader, crowd, channel;

    before(async () => {
      browser = await openBrowser();
      host = await actor('aydin');
      reader = await actor('meier');
      crowd = await Promise.all(CROWD.map((key) => actor(key)));
      channel = await freshChannel(host, GROUP, `lesen-${width}`);
      await fill(READ);
      const { items } = await host.get(`/channels/${channel.id}/messages`);
      await reader.put(`/channels/${channel.id}/marker`, { position: items.at(-1).position });
      await fill(FRESH);
      who = await member(browser, 'meier', { width });
      await who.page.goto(channel.address);
      await composer(who, channel.name).waitFor();
    });
    after(async () => browser?.close());

    /** So many messages, each by the next of the crowd. */
    async function fill(count) {
      for (let n = 0; n < count; n += crowd.length) {
        await Promise.all(
          crowd
            .slice(0, count - n)
            .map((by, at) =>
              say(
                by,
                channel,
                `Nachricht ${n + at} von ${by.name}, lang genug für mehr als eine Zeile auf dem Telefon.`,
              ),
            ),
        );
      }
    }

    it('opens with the first unread under its rule, at a quarter of the height (U1)', async () => {
      const rule = who.page.getByRole('separator', { name: who.t('messages.newMessages') });
      await rule.waitFor();
      const { height } = await who.page.getByRole('log').boundingBox();
      await who.page.waitForFunction(() => document.querySelector('[role=log] .new'));
      assert.ok(Math.abs((await topOf(rule)) / height - 0.25) < 0.03, `at ${(await topOf(rule)) / height}`);
    });

    it('opens at the end with the last row wholly visible, once all is read (U1)', async () => {
      // A tab of its own: this one would come back to the place that it was left at, and tells how far it was read.
      await who.page.close();
      const { items } = await host.get(`/channels/${channel.id}/messages`);
      await reader.put(`/channels/${channel.id}/marker`, { position: items.at(-1).position });
      who.page = await who.context.newPage();
      await who.page.goto(channel.address);
      await who.page.getByRole('article').last().waitFor();
      await held(who, gapBelow, (gap) => gap <= 1);
      const log = await who.page.getByRole('log').boundingBox();
      const last = await who.page.getByRole('article').last().boundingBox();
      assert.ok(last.y >= log.y && last.y + last.height <= log.y + log.height, 'the last row is cut off');
    });

    it('pinned at the end: a growing row, a growing field and a keyboard leave no gap (U5)', async () => {
      const mine = await say(reader, channel, 'Kurz.');
      await rowOf(who, 'Kurz.').waitFor();
      await reader.patch(`/messages/${mine.id}`, { body: 'Jetzt lang.\n\n'.repeat(12) });
      await rowOf(who, 'Jetzt lang.').waitFor();
      await held(who, gapBelow, (gap) => gap <= 1);
      await host.put(`/messages/${mine.id}/reactions/${encodeURIComponent('👍')}`);
      await who.page.getByRole('button', { name: who.t('messages.reaction#one', { emoji: '👍', count: 1 }) }).waitFor();
      await held(who, gapBelow, (gap) => gap <= 1);
      await composer(who, channel.name).fill('eine\nzwei\ndrei\nvier\nfünf\nsechs');
      await held(who, gapBelow, (gap) => gap <= 1);
      const { height } = who.page.viewportSize();
      await who.page.setViewportSize({ width, height: height - 300 });
      await held(who, gapBelow, (gap) => gap <= 1);
      await who.page.setViewportSize({ width, height });
      await composer(who, channel.name).fill('');
      await held(who, gapBelow, (gap) => gap <= 1);
    });

    it('fifty messages that arrive below move the row that is read by nothing, and are counted (U2)', async () => {
      await wheel(who, -900);
      const [row, top] = await firstRow();
      await fill(50);
      const counted = who.page.getByRole('button', { name: who.t('messages.newBelow#other', { count: 50 }) });
      await counted.waitFor();
      assert.equal(await topOf(row), top);
      await counted.click();
      await held(who, gapBelow, (gap) => gap <= 1);
    });

    it('a late picture, an edit and a reaction above move nothing (U4)', async () => {
      let release;
      const late = new Promise((go) => (release = go));
      await who.page.route('**/files/*/content*', (route) => late.then(() => route.continue()));
      const edited = await say(host, channel, 'Wird bearbeitet.');
      const file = await upload(host, channel.group.id, 'skizze.png', picture(300, 200));
      const shown = await say(host, channel, 'Mit Bild.', { files: [file.id] });
      await fill(40);
      await held(who, gapBelow, (gap) => gap <= 1);
      await wheel(who, -700);
      const [row, top] = await firstRow();
      const img = who.page.getByRole('img', { name: who.t('messages.image', { name: 'skizze.png' }) });
      const before = await img.boundingBox();
      await host.patch(`/messages/${edited.id}`, { body: 'Bearbeitet.\n\n'.repeat(10) });
      await host.put(`/messages/${shown.id}/reactions/${encodeURIComponent('🎉')}`);
      await rowOf(who, 'Mit Bild.')
        .getByRole('button', { name: who.t('messages.reaction#one', { emoji: '🎉', count: 1 }) })
        .waitFor();
      assert.equal(await topOf(row), top, 'an edit or a reaction moved the row');
      release();
      await held(who, () => img.evaluate((one) => one.complete && one.naturalWidth > 0), Boolean);
      const now = await img.boundingBox();
      assert.deepEqual([now.width, now.height], [before.width, before.height], 'the picture had no size of its own');
      assert.equal(await topOf(row), top, 'the picture moved the row');
      await who.page.unroute('**/files/*/content*');
    });

    it('older messages come in while the wheel turns: no jump, no blank (U3)', async () => {
      let release;
      const late = new Promise((go) => (release = go));
      await who.page.route('**/messages?*before=*', (route) => late.then(() => route.continue()));
      const asked = who.page.waitForRequest(/messages\?.*before=/);
      while (!(await Promise.race([asked.then(() => true), wheel(who, -600).then(() => false)])));
      await who.page.evaluate(() => {
        const log = document.querySelector('[role=log]');
        globalThis.jumps = [];
        globalThis.turned = 0;
        log.addEventListener('wheel', (event) => (globalThis.turned += event.deltaY), { passive: true });
        const places = () =>
          new Map([...log.querySelectorAll('article')].map((one) => [one.id, one.getBoundingClientRect().top]));
        let before = places();
        const look = () => {
          const now = places();
          const moved = [...now].filter(([id]) => before.has(id)).map(([id, top]) => top - before.get(id));
          const seen = [...now.values()].some((top) => top < log.getBoundingClientRect().bottom);
          globalThis.jumps.push({ moved: moved.length > 0 ? Math.max(...moved.map(Math.abs)) : 0, blank: !seen });
          before = now;
          if (globalThis.jumps) requestAnimationFrame(look);
        };
        requestAnimationFrame(look);
      });
      const oldest = () => who.page.getByRole('article').first().getAttribute('id');
      const before = await oldest();
      release();
      const STEP = 20;
      const { x, y, width: w, height: h } = await who.page.getByRole('log').boundingBox();
      await who.page.mouse.move(x + w / 2, y + h / 2);
      for (let n = 0; n < 40; n += 1) await who.page.mouse.wheel(0, n % 2 ? STEP : -STEP);
      await held(who, oldest, (id) => id !== before);
      const seen = await who.page.evaluate(() => ({ jumps: globalThis.jumps, turned: globalThis.turned }));
      // Several turns may fall into one drawing, in one direction and back: they never add up to more than a few.
      const worst = Math.max(...seen.jumps.map(({ moved }) => moved));
      assert.ok(worst <= STEP * 2 + 2, `a jump of ${worst} px`);
      assert.ok(
        seen.jumps.every(({ blank }) => !blank),
        'a drawing showed no row',
      );
    });

    /** The first row that is wholly visible, and where it is. */
    async function firstRow() {
      const id = await who.page.evaluate(() => {
        const log = document.querySelector('[role=log]');
        const { top } = log.getBoundingClientRect();
        return [...log.querySelectorAll('article')].find((one) => one.getBoundingClientRect().top >= top)?.id;
      });
      const row = who.page.locator(`[id="${id}"]`);
      return [row, await topOf(row)];
    }
  });
}
