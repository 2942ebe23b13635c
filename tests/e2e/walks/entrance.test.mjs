// The way in, and a house with nothing in it yet (U24, U25, U38): set-up, log-in, reset and joining as axe and a ruler see
// them, and what each empty page offers as the next step.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import process from 'node:process';
import { PASSWORD, button, fill } from '../house/acts.mjs';
import { capture, faultsOf, openBrowser, overflowOf, person, smallTargetsOf } from '../house/browser.mjs';
import { caller } from '../house/caller.mjs';
import { openServer } from '../house/server.mjs';

const OWNER = { name: 'Greta Lindqvist', email: 'greta@helvion.example' };
const GUEST = 'jonas@adler-pumpen.example';

for (const language of ['de', 'en']) {
  describe(`the way in, in ${language}`, { concurrency: 1 }, () => {
    let server, browser, owner, guest, by, brand, wrong;

    before(async () => {
      wrong = [];
      server = await openServer();
      browser = await openBrowser();
      owner = await person(browser, { name: OWNER.name, language, width: 1280 });
      guest = await person(browser, { name: 'Jonas Adler', language, width: 390 });
    });
    after(async () => {
      await browser?.close();
      await server?.close();
    });
    const here = (link) => link.replace(server.far, server.near);

    /** A screen in both themes, on the desk and on two phones. */
    async function seen(who, name) {
      const { width: own, height } = who.page.viewportSize();
      for (const [width, theme] of [
        [own, 'light'],
        [own, 'dark'],
        [320, 'light'],
      ]) {
        await who.page.setViewportSize({ width, height });
        await who.page.emulateMedia({ colorScheme: theme });
        const faults = [...(await faultsOf(who)), ...(await smallTargetsOf(who))];
        if (process.env.E2E_PICTURES === '1') await capture({ ...who, width }, `${name}-${theme}`);
        wrong.push(...faults.map((fault) => `${name}, ${language}, ${width} px, ${theme}: ${fault}`));
      }
      await who.page.setViewportSize({ width: own, height });
      await who.page.evaluate(() => document.documentElement.style.setProperty('font-size', '200%'));
      wrong.push(...(await overflowOf(who)).map((fault) => `${name}, ${language}, text at 200 %: ${fault}`));
      await who.page.evaluate(() => document.documentElement.style.removeProperty('font-size'));
    }
    const heading = (who, key, holes) =>
      who.page
        .getByRole('heading', { name: who.t(key, holes) })
        .first()
        .waitFor();
    const clean = () => assert.ok(wrong.length === 0, wrong.join('\n'));

    it('set-up: without its key, the form, the form with mistakes, the logo', async () => {
      await owner.page.goto(`${server.near}/setup`);
      await heading(owner, 'setup.noTokenTitle');
      await seen(owner, 'setup-without-key');
      await owner.page.goto('about:blank');
      await owner.page.goto(here(server.setup));
      await heading(owner, 'setup.title');
      await seen(owner, 'setup');
      await button(owner, 'setup.found').click();
      await owner.page.locator('[aria-invalid=true]').first().waitFor();
      await seen(owner, 'setup-mistakes');
      await fill(owner, { 'setup.name': OWNER.name, 'setup.email': OWNER.email, 'setup.brandName': 'Helvion' });
      await owner.page.getByLabel(owner.t('accounts.password'), { exact: true }).fill(PASSWORD);
      await button(owner, 'setup.found').click();
      await heading(owner, 'setup.logoTitle');
      await seen(owner, 'setup-logo');
      const [cookie] = await owner.context.cookies();
      by = caller(server.near, `${cookie.name}=${cookie.value}`);
      brand = (await by.get('/me')).memberships[0].brand;
      clean();
    });

    it('every page of an empty house says what it is for and offers the next step (U38)', async () => {
      const base = `${server.near}/b/${brand.slug}`;
      const offers = async (path, title, [role, ...step], name = path) => {
        await owner.page.goto(`${base}${path}`);
        await heading(owner, ...[title].flat());
        await owner.page
          .getByRole('main')
          .getByRole(role, { name: owner.t(...step) })
          .first()
          .waitFor();
        await seen(owner, `empty${name.replaceAll('/', '-')}`);
      };
      await offers('', 'platform.noGroupsTitle', ['link', 'platform.noGroupsAction']);
      await offers('/admin/groups', 'groups.emptyTitle', ['button', 'groups.create']);
      await offers('/admin/invitations', 'invitations.groupFirstTitle', ['link', 'invitations.toGroups']);
      await offers('/admin/mails', 'mails.emptyTitle', ['button', 'mails.refresh']);
      const group = await by.post(`/brands/${brand.id}/groups`, { name: 'Getriebe', description: '' });
      const { channels } = await by.get(`/groups/${group.id}`);
      const chat = channels.find((one) => one.kind === 'chat');
      await offers(
        '/admin/invitations',
        'invitations.emptyTitle',
        ['button', 'invitations.invite'],
        '/admin/invitations-2',
      );
      await offers(`/g/${group.id}/knowledge`, 'knowledge.emptyTitle', ['link', 'knowledge.ask'], '/knowledge');
      await offers('/webinars', 'webinars.emptyTitle', ['link', 'webinars.plan']);
      await offers('/search', 'search.startTitle', ['searchbox', 'search.field']);
      await offers(
        `/g/${group.id}/c/${chat.id}`,
        ['messages.emptyTitle', { channel: `#${chat.name}` }],
        ['textbox', 'messages.placeholder', { channel: `#${chat.name}` }],
        '/channel',
      );
      clean();
    });

    it('an invitation: a dead one, the first step, the second, and who is signed in already', async () => {
      const { groups } = await by.get(`/brands/${brand.id}/start`);
      await by.post(`/brands/${brand.id}/invitations`, {
        kind: 'email',
        email: GUEST,
        groups: [groups[0].group.id],
        group_role: 'member',
        brand_role: 'member',
      });
      const link = await mailed(/http\S+\/join#\S+/);
      await guest.page.goto(`${server.near}/join#dead`);
      await heading(guest, 'invitations.deadTitle');
      await seen(guest, 'join-dead');
      await guest.page.goto('about:blank');
      await guest.page.goto(here(link));
      await guest.page.getByText('Getriebe').first().waitFor();
      await seen(guest, 'join');
      await button(guest, 'invitations.askForCode').click();
      await heading(guest, 'invitations.stepDetails');
      await seen(guest, 'join-details');
      await button(guest, 'invitations.join').click();
      await guest.page.locator('[aria-invalid=true]').first().waitFor();
      await seen(guest, 'join-mistakes');
      await owner.page.goto(here(link));
      await button(owner, 'invitations.accept').waitFor();
      await seen(owner, 'join-signed-in');
      clean();
    });

    it('log-in, its refusal, a forgotten password and the new one', async () => {
      await guest.page.goto(`${server.near}/login`);
      await heading(guest, 'accounts.loginTitle');
      await seen(guest, 'login');
      await fill(guest, { 'accounts.email': OWNER.email });
      await guest.page.getByLabel(guest.t('accounts.password'), { exact: true }).fill('nicht dieses');
      await button(guest, 'accounts.logIn').click();
      await guest.page.getByRole('alert').first().waitFor();
      await seen(guest, 'login-refused');
      await guest.page.getByRole('link', { name: guest.t('accounts.forgotten') }).click();
      await heading(guest, 'accounts.resetTitle');
      await seen(guest, 'reset');
      await fill(guest, { 'accounts.email': OWNER.email });
      await button(guest, 'accounts.askForLink').click();
      await heading(guest, 'accounts.mailedTitle');
      await seen(guest, 'reset-mailed');
      await guest.page.goto('about:blank');
      await guest.page.goto(`${server.near}/reset#some-token`);
      await heading(guest, 'accounts.newPasswordTitle');
      await guest.page.getByLabel(guest.t('accounts.newPassword'), { exact: true }).fill(PASSWORD);
      await seen(guest, 'reset-new');
      clean();
      assert.deepEqual([...owner.wrong, ...guest.wrong, ...server.faults()], []);
    });

    /** What a mail of the brand says. */
    async function mailed(pattern) {
      const { items } = await by.get(`/brands/${brand.id}/mails`);
      for (const { id } of items) {
        const found = pattern.exec((await by.get(`/mails/${id}`)).text ?? '');
        if (found) return found[0];
      }
      return assert.fail(`no mail matches ${pattern}`);
    }
  });
}
