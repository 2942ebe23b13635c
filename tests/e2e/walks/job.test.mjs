// The main job, as people do it: a brand invites professionals, they talk, it is found again, a webinar stands in the
// calendar, and who is removed is gone. Two people at once, desktop and phone, German and English.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import {
  PASSWORD,
  administer,
  button,
  composer,
  field,
  fill,
  go,
  heading,
  join,
  mailTo,
  menu,
  openChannel,
  openPeople,
  row,
  send,
  tools,
} from '../house/acts.mjs';
import { capture, look, openBrowser, person } from '../house/browser.mjs';
import { logo } from '../house/logo.mjs';
import { openServer } from '../house/server.mjs';

const OFFLINE_MS = 10_000;
const TIME_TO_REGISTER_MS = 25_000;
const LIVE_WITHIN_MS = 150_000;
const OWNER = { name: 'Greta Lindqvist', email: 'greta@helvion.example' };
const GUEST = {
  name: 'Jonas Adler',
  email: 'jonas@adler-pumpen.example',
  company: 'Adler Pumpen',
  jobTitle: 'Instandhaltung',
};
const THIRD = { name: 'Mira Novak', email: 'mira@novak.example', company: 'Novak Tooling', jobTitle: 'Buyer' };
const GROUP = 'Getriebe und Kupplungen';
const WEBINAR = 'Schmierung im Winter';
const CHANNELS = { de: 'allgemein', en: 'general' };

const SCREENS = [
  { owner: { language: 'de', width: 1280 }, guest: { language: 'en', width: 390 } },
  { owner: { language: 'en', width: 390 }, guest: { language: 'de', width: 1280 } },
];

for (const screens of SCREENS) {
  const told = `owner ${screens.owner.language} ${screens.owner.width} px, guest ${screens.guest.language} ${screens.guest.width} px`;
  describe(`the main job: ${told}`, () => walk(screens));
}

function walk(screens) {
  const channel = CHANNELS[screens.owner.language];
  let server, browser, owner, guest, third, links;
  let broken = false;

  /** The steps build on each other: behind a broken one the rest would only fail again. */
  const step = (name, act) =>
    it(name, async (t) => {
      if (broken) return t.skip('an earlier step failed');
      broken = true;
      try {
        await act();
        broken = false;
      } finally {
        if (broken)
          await Promise.all([owner, guest, third].map((who) => capture(who, `broken-${who.name.split(' ')[0]}`)));
      }
    });

  before(async () => {
    server = await openServer();
    browser = await openBrowser();
    owner = await person(browser, { name: OWNER.name, ...screens.owner });
    guest = await person(browser, { name: GUEST.name, ...screens.guest });
    third = await person(browser, { name: THIRD.name, ...screens.guest, width: screens.owner.width });
  });
  after(async () => {
    await browser?.close();
    await server?.close();
  });

  step('the owner opens the set-up link, makes an account and names the brand', async () => {
    await owner.page.goto(server.setup.replace(server.far, server.near));
    await look(owner, '01-setup');
    await fill(owner, { 'setup.name': OWNER.name, 'setup.email': OWNER.email, 'setup.brandName': 'Helvion' });
    await owner.page.getByLabel(owner.t('accounts.password'), { exact: true }).fill(PASSWORD);
    await fill(owner, { 'brands.colour': '#27548A' });
    await button(owner, 'setup.found').click();
    await owner.page
      .locator('input[type=file]')
      .setInputFiles({ name: 'logo.png', mimeType: 'image/png', buffer: logo() });
    await owner.page.getByRole('img', { name: owner.t('brands.logoOf', { name: 'Helvion' }) }).waitFor();
    await look(owner, '02-logo');
    await owner.page.getByRole('link', { name: owner.t('setup.enter') }).click();
  });

  step('creates a group, which has a chat and an announcements channel', async () => {
    await administer(owner, 'platform.groups');
    await button(owner, 'groups.create').click();
    await fill(owner, { 'groups.name': GROUP, 'groups.description': 'Auslegung, Montage, Schäden' });
    await look(owner, '03-group');
    await owner.page
      .getByRole('dialog')
      .getByRole('button', { name: owner.t('groups.create'), exact: true })
      .click();
    await owner.page.getByRole('main').getByText(channel).first().waitFor();
    await owner.page.getByRole('main').getByText(owner.t('groups.onlyHosts')).first().waitFor();
    await look(owner, '04-groups');
  });

  step('invites one person by mail and others by link', async () => {
    await administer(owner, 'platform.adminInvitations');
    await button(owner, 'invitations.invite').click();
    await fill(owner, { 'invitations.theirEmail': GUEST.email });
    await look(owner, '05-invite');
    await button(owner, 'invitations.send').click();
    await owner.page.getByRole('main').getByText(GUEST.email).first().waitFor();
    await button(owner, 'invitations.invite').click();
    await owner.page.getByRole('radio', { name: new RegExp(owner.t('invitations.byLink')) }).check();
    await button(owner, 'invitations.makeLink').click();
    const byLink = await owner.page.getByLabel(owner.t('invitations.linkLabel')).inputValue();
    await button(owner, 'invitations.done').click();
    links = { byLink, byMail: await mailTo(owner, GUEST.email, /http\S+\/join#\S+/) };
    await look(owner, '06-outbox');
  });

  step('the invited see who invites them to what, confirm the code, and stand in the group', async () => {
    await guest.page.goto(links.byMail);
    await guest.page.getByText(GROUP).waitFor();
    await guest.page.getByText(guest.t('invitations.invitesYou', { name: OWNER.name })).waitFor();
    await look(guest, '07-invitation');
    await join(guest, owner, links.byMail, GUEST);
    await openChannel(guest, channel);
    await look(guest, '08-channel');
    await join(third, owner, links.byLink, { ...THIRD, byLink: true });
    await openChannel(third, channel);
  });

  step('both write, and each sees the other without reload: message, typing, presence', async () => {
    await openChannel(owner, channel);
    await send(owner, composer(owner, channel), 'Willkommen! Wer hat Erfahrung mit Planetengetrieben im Außeneinsatz?');
    const question = row(guest, OWNER.name, 'Willkommen! Wer hat Erfahrung mit Planetengetrieben im Außeneinsatz?');
    await question.waitFor();
    await composer(guest, channel).pressSequentially('Wir');
    await owner.page
      .getByText(owner.t('messages.typingOne', { name: GUEST.name }))
      .first()
      .waitFor();
    await send(guest, composer(guest, channel), 'Wir fahren zwölf Stück seit 2019.');
    await row(owner, GUEST.name, 'Wir fahren zwölf Stück seit 2019.').waitFor();
    const wide = owner.phone ? guest : owner;
    await wide.page.getByText(wide.t('messages.onlineCount', { count: 3 })).waitFor();
    await look(owner, '09-talk');
  });

  step('edit, reaction, reply and deletion reach the other screen', async () => {
    const mine = row(guest, GUEST.name, 'Wir fahren zwölf Stück seit 2019.');
    await menu(guest, mine, 'messages.edit');
    await guest.page
      .getByRole('textbox', { name: guest.t('messages.editLabel') })
      .fill('Wir fahren dreizehn Stück seit 2019.');
    await button(guest, 'messages.save').click();
    const edited = row(owner, GUEST.name, 'Wir fahren dreizehn Stück seit 2019.');
    await edited.waitFor();

    const bar = await tools(owner, edited);
    await bar.getByRole('button', { name: owner.t('messages.reactWith', { emoji: '👍' }) }).click();
    await row(guest, GUEST.name, 'Wir fahren dreizehn Stück seit 2019.')
      .getByRole('button', { name: guest.t('messages.reaction#one', { emoji: '👍', count: 1 }) })
      .waitFor();

    await (await tools(owner, edited)).getByRole('button', { name: owner.t('messages.reply'), exact: true }).click();
    const replies = owner.page.getByRole('complementary', { name: owner.t('messages.thread') });
    await send(
      owner,
      replies.getByRole('textbox', { name: owner.t('messages.replyPlaceholder') }),
      'Welche Schmierung?',
    );
    await replies
      .getByRole('article', { name: owner.t('messages.said', { name: OWNER.name, text: 'Welche Schmierung?' }) })
      .waitFor();
    await look(owner, '10-replies');
    await button(owner, 'messages.closeThread').click();
    await row(guest, GUEST.name, 'Wir fahren dreizehn Stück seit 2019.')
      .getByText(guest.t('messages.replies#one', { count: 1 }))
      .waitFor();

    await send(guest, composer(guest, channel), 'Das war für einen anderen Kanal.');
    const slip = row(guest, GUEST.name, 'Das war für einen anderen Kanal.');
    await row(owner, GUEST.name, 'Das war für einen anderen Kanal.').waitFor();
    await menu(guest, slip, 'messages.remove');
    await guest.page
      .getByRole('dialog')
      .getByRole('button', { name: guest.t('messages.deleteConfirm') })
      .click();
    await row(owner, GUEST.name, owner.t('messages.deleted')).waitFor();
  });

  step('a webinar is planned for the next minute, registered for, in mail and calendar', async () => {
    await go(owner, 'platform.webinars');
    await owner.page
      .getByRole('link', { name: owner.t('webinars.plan') })
      .first()
      .click();
    const group = owner.page.getByLabel(owner.t('webinars.group'), { exact: true });
    if (await group.isVisible()) await group.selectOption({ label: GROUP });
    const [date, time] = soon();
    await fill(owner, {
      'webinars.webinarTitle': WEBINAR,
      'webinars.description': 'Was hält, was bricht.',
      'webinars.date': date,
      'webinars.time': time,
    });
    await look(owner, '15-plan');
    await button(owner, 'webinars.publish').click();

    await openWebinar(guest);
    await button(guest, 'webinars.register').click();
    await guest.page.getByText(guest.t('webinars.registeredText')).waitFor();
    await look(guest, '16-webinar');
    await mailTo(owner, GUEST.email, /Schmierung im Winter[^]*\.ics/);

    await go(guest, 'platform.webinars');
    await button(guest, 'webinars.myCalendar').click();
    await button(guest, 'calendar.make').click();
    const feed = await guest.page.getByLabel(guest.t('calendar.address')).inputValue();
    const entry = await (await fetch(feed)).text();
    assert.match(entry, /SUMMARY:Schmierung im Winter/);
    await guest.page.keyboard.press('Escape');
  });

  step('ten seconds without network: the screen says so, nothing is lost, nothing is doubled', async () => {
    for (const who of [owner, guest]) await openChannel(who, channel);
    server.network.pull();
    await guest.context.setOffline(true);
    await send(owner, composer(owner, channel), 'Während Jonas offline ist.');
    await guest.page.getByText(guest.t('platform.offline')).waitFor();
    await send(guest, composer(guest, channel), 'Im Funkloch geschrieben.');
    await guest.page.getByText(guest.t('messages.waiting')).waitFor();
    await look(guest, '11-offline');
    await wait(OFFLINE_MS);
    server.network.mend();
    await guest.context.setOffline(false);
    await row(owner, GUEST.name, 'Im Funkloch geschrieben.').waitFor();
    await row(guest, OWNER.name, 'Während Jonas offline ist.').waitFor();
    await guest.page.getByText(guest.t('platform.offline')).waitFor({ state: 'hidden' });
    for (const who of [owner, guest]) {
      assert.equal(await row(who, GUEST.name, 'Im Funkloch geschrieben.').count(), 1);
      assert.equal(await row(who, OWNER.name, 'Während Jonas offline ist.').count(), 1);
    }
  });

  step('a question is asked, answered and accepted as a thread', async () => {
    await openKnowledge(guest);
    await guest.page
      .getByRole('link', { name: guest.t('knowledge.ask') })
      .first()
      .click();
    await fill(guest, {
      'knowledge.threadTitle': 'Welches Öl bei minus dreißig Grad?',
      'knowledge.questionBody': 'Unsere Planetengetriebe stehen im Freien. Was bleibt dünn genug?',
      'knowledge.tags': 'schmierung, kälte',
    });
    await look(guest, '12-ask');
    await button(guest, 'knowledge.ask').click();
    await heading(guest, 'Welches Öl bei minus dreißig Grad?').waitFor();

    await openKnowledge(owner);
    await owner.page.getByRole('link', { name: /Welches Öl bei minus dreißig Grad/ }).click();
    await fill(owner, { 'knowledge.yourAnswer': 'Ein Polyglykol der Klasse 150, vorgewärmt auf null Grad.' });
    await button(owner, 'knowledge.sendAnswer').click();

    await guest.page.getByText('Ein Polyglykol der Klasse 150').waitFor();
    await button(guest, 'knowledge.accept').click();
    await owner.page.getByText(owner.t('knowledge.accepted'), { exact: true }).first().waitFor();
    await look(owner, '13-thread');
  });

  step('thread and message are found by a misspelt word', async () => {
    for (const who of [owner, guest]) {
      await go(who, 'platform.search');
      await field(who, 'search.field').fill('planetengetreibe');
      const hits = who.page.getByRole('main').getByRole('listitem');
      await hits.filter({ hasText: 'Außeneinsatz' }).waitFor();
      await hits.filter({ hasText: 'Welches Öl' }).first().waitFor();
      await look(who, '14-search');
    }
  });

  step('at its start the open page turns live, and people meet in its chat', async () => {
    await Promise.all([owner, guest].map(openWebinar));
    for (const who of [owner, guest]) await who.page.evaluate(() => (globalThis.unreloaded = true));
    await Promise.all(
      [owner, guest].map((who) => who.page.getByText(who.t('webinars.liveText')).waitFor({ timeout: LIVE_WITHIN_MS })),
    );
    await send(guest, guest.page.getByRole('textbox').last(), 'Ich bringe zwei Fragen mit.');
    await row(owner, GUEST.name, 'Ich bringe zwei Fragen mit.').waitFor();
    await send(owner, owner.page.getByRole('textbox').last(), 'Wir fangen an.');
    await row(guest, OWNER.name, 'Wir fangen an.').waitFor();
    for (const who of [owner, guest]) assert.equal(await who.page.evaluate(() => globalThis.unreloaded), true);
    await look(guest, '16-webinar-live');
  });

  step('a moderator removes somebody, whose open screen loses the group within a second', async () => {
    await openPeople(owner, GROUP);
    const acts = owner.page.getByRole('button', { name: owner.t('moderation.actsFor', { name: GUEST.name }) });
    await acts.click();
    await owner.page.getByRole('menuitemradio', { name: owner.t('platform.roleModerator') }).click();
    await owner.page.getByText(owner.t('platform.saved')).first().waitFor();

    await openChannel(third, channel);
    const { page } = third;
    const stale = page.url();
    await openPeople(guest, GROUP);
    await guest.page.getByRole('button', { name: guest.t('moderation.actsFor', { name: THIRD.name }) }).click();
    await guest.page.getByRole('menuitem', { name: guest.t('moderation.removeMore') }).click();
    await guest.page
      .getByRole('dialog')
      .getByRole('button', { name: guest.t('moderation.remove', { name: THIRD.name }) })
      .click();
    await heading(third, third.t('platform.leftTitle', { group: GROUP })).waitFor();
    assert.equal(await page.getByRole('log').count(), 0);
    await page.goto(stale);
    await page
      .getByText(third.t('platform.notFoundTitle'))
      .or(page.getByText(third.t('messages.goneTitle')))
      .first()
      .waitFor();
    assert.equal(await page.getByText('Planetengetrieben').count(), 0);
    await look(third, '17-removed');
  });

  step('no page broke its policy, and the server had no fault', async () => {
    assert.deepEqual([...owner.wrong, ...guest.wrong, ...third.wrong], []);
    assert.deepEqual(server.faults(), []);
  });
}

/** Knowledge of the only group: by its tab on the phone, by the group's link beside. */
const openKnowledge = (who) => go(who, 'platform.knowledge');

async function openWebinar(who) {
  await go(who, 'platform.webinars');
  await who.page.getByRole('link', { name: WEBINAR }).click();
}

/** The next full minute that leaves time to register, as the fields of the form take it, in the owner's zone. */
function soon() {
  const start = Math.ceil((Date.now() + TIME_TO_REGISTER_MS) / 60_000) * 60_000;
  const berlin = new Intl.DateTimeFormat('sv-SE', {
    timeZone: 'Europe/Berlin',
    dateStyle: 'short',
    timeStyle: 'short',
  });
  return berlin.format(start).split(' ');
}
