// Forms that keep what was typed, groups that an admin is not in, titles that show why they were found, and a log-out that
// ends every device at once.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { button, field } from '../house/acts.mjs';
import { openBrowser } from '../house/browser.mjs';
import { actor, home, known, member, newcomer, start } from '../house/demo.mjs';

describe('forms, groups and devices', { concurrency: 1 }, () => {
  let browser, who, owner;

  before(async () => {
    browser = await openBrowser();
    owner = await actor('brandt');
    who = await member(browser, 'aydin', { width: 1280 });
  });
  after(async () => browser?.close());

  it('a group and a webinar that are being written survive a reload, and are forgotten once they are sent', async () => {
    await who.page.goto(`${home}/admin/groups`);
    await button(who, 'groups.create').first().click();
    await field(who, 'groups.name').fill('Halb geschrieben');
    await who.page.reload();
    await button(who, 'groups.create').first().click();
    assert.equal(await field(who, 'groups.name').inputValue(), 'Halb geschrieben');
    await who.page
      .getByRole('dialog')
      .getByRole('button', { name: who.t('groups.create'), exact: true })
      .click();
    await who.page.getByRole('heading', { name: 'Halb geschrieben' }).waitFor();
    await button(who, 'groups.create').first().click();
    assert.equal(await field(who, 'groups.name').inputValue(), '');

    await who.page.goto(`${home}/webinars?new=1`);
    await field(who, 'webinars.webinarTitle').fill('Noch ein Entwurf');
    await field(who, 'webinars.minutes').fill('45');
    await who.page.reload();
    await field(who, 'webinars.webinarTitle').waitFor();
    assert.equal(await field(who, 'webinars.webinarTitle').inputValue(), 'Noch ein Entwurf');
    assert.equal(await field(who, 'webinars.minutes').inputValue(), '45');
  });

  it('an admin sees a group that they are not in, cannot look into it, and may join', async () => {
    const { brand } = await start(owner);
    const group = await owner.post(`/brands/${brand.id}/groups`, { name: 'Geschäftsleitung', description: '' });
    await who.page.goto(`${home}/admin/groups`);
    await who.page.getByRole('heading', { name: who.t('groups.othersTitle') }).waitFor();
    await who.page.getByRole('heading', { name: group.name }).waitFor();
    assert.equal(await who.page.getByRole('main').locator(`a[href*="${group.id}"]`).count(), 0);
    const card = who.page.getByRole('main').locator('section').filter({ hasText: group.name });
    await card.getByRole('button', { name: who.t('groups.join') }).click();
    await who.page
      .getByRole('dialog')
      .getByRole('button', { name: who.t('groups.join') })
      .click();
    await who.page.getByRole('main').locator(`a[href*="${group.id}"]`).first().waitFor();
  });

  it('a title shows the word for which it was found', async () => {
    const { groups } = await start(owner);
    const [thread] = (await owner.get(`/groups/${groups[0].group.id}/threads`)).items;
    const word = thread.title
      .split(/[^\p{L}]+/u)
      .reduce((longest, one) => (one.length > longest.length ? one : longest));
    await who.page.goto(`${home}/search?kind=thread&q=${encodeURIComponent(word)}`);
    await who.page.locator('.title mark').filter({ hasText: word }).first().waitFor();
  });

  it('logging out everywhere ends all devices at once', async () => {
    const key = 'richter';
    const here = await member(browser, key, { width: 1280 });
    const by = await newcomer(here.context, key);
    const other = await newcomer((await member(browser, key, { width: 1280 })).context, key);
    let deletions = 0;
    here.page.on('request', (request) => (deletions += Number(request.method() === 'DELETE')));
    await here.page.goto(`${home}/me`);
    await button(here, 'accounts.endEverywhere').click();
    await here.page
      .getByRole('dialog')
      .getByRole('button', { name: here.t('accounts.endEverywhere') })
      .click();
    await here.page.getByRole('heading', { name: here.t('accounts.loginTitle') }).waitFor();
    for (const one of [by, other]) await assert.rejects(one.get('/me'), /401/, known(key).name);
    assert.equal(deletions, 1);
  });
});
