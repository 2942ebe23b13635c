// What people do on the screen, in their own language, by role and name as assistive technology sees it.
import assert from 'node:assert/strict';

export const PASSWORD = 'Messing Kupfer Ziegel 17';
const escaped = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
/** Labels end in "(optional)", links in a count: the beginning tells which is meant. */
export const beginning = (text) => new RegExp(`^\\s*${escaped(text)}`);

export const heading = (who, name) => who.page.getByRole('heading', { name });
export const button = (who, key, holes) => who.page.getByRole('button', { name: who.t(key, holes), exact: true });
export const field = (who, key) =>
  who.page
    .getByLabel(beginning(who.t(key)))
    .and(who.page.locator('input, textarea, select'))
    .first();

/** Fills the fields of a form, by the keys of their labels. */
export async function fill(who, values) {
  for (const [key, value] of Object.entries(values)) await field(who, key).fill(value);
}

/** Goes to a page by the navigation that the screen offers. */
export async function go(who, key) {
  const nav = who.phone ? who.t('platform.mainNavigation') : who.t('platform.sidebar');
  await who.page
    .getByRole('navigation', { name: nav })
    .getByRole('link', { name: beginning(who.t(key)) })
    .first()
    .click();
}

/** On the phone the list of channels is a page of its own. */
async function showSidebar(who) {
  if (who.phone) await go(who, 'platform.channels');
}

const sidebarLink = (who, name) =>
  who.page.getByRole('navigation', { name: who.t('platform.sidebar') }).getByRole('link', { name: beginning(name) });

export async function openChannel(who, channel) {
  await showSidebar(who);
  await sidebarLink(who, channel).first().click();
  await composer(who, channel).waitFor();
}

/** The people of a group. */
export async function openPeople(who, group) {
  await showSidebar(who);
  await sidebarLink(who, who.t('platform.people')).first().click();
  await who.page.getByLabel(who.t('members.group'), { exact: true }).selectOption({ label: group });
}

/** A page of the administration, by its tab. */
export async function administer(who, tab) {
  await showSidebar(who);
  await sidebarLink(who, who.t('platform.admin')).click();
  await who.page
    .getByRole('navigation', { name: who.t('platform.admin') })
    .getByRole('link', { name: who.t(tab), exact: true })
    .click();
}

export const composer = (who, channel) =>
  who.page.getByRole('textbox', { name: who.t('messages.placeholder', { channel: `#${channel}` }), exact: true });

/** Writes and sends, by Enter with a keyboard and by the button with a finger. */
export async function send(who, box, text) {
  await box.fill(text);
  if (who.phone) await button(who, 'messages.sendMessage').last().click();
  else await box.press('Enter');
}

/** The row of a message in the channel. */
export const row = (who, author, text) =>
  who.page
    .getByRole('log')
    .first()
    .getByRole('article', { name: who.t('messages.said', { name: author, text }), exact: true });

/** Shows what can be done with a message: under the pointer, or after a touch. */
export async function tools(who, message) {
  const bar = message.getByRole('toolbar');
  if (who.phone) {
    if (!(await bar.isVisible())) await message.tap({ position: { x: 120, y: 12 } });
  } else await message.hover();
  await bar.waitFor();
  return bar;
}

export async function menu(who, message, key) {
  const bar = await tools(who, message);
  await bar.getByRole('button', { name: who.t('messages.more'), exact: true }).click();
  await who.page.getByRole('menuitem', { name: who.t(key), exact: true }).click();
}

/** The newest mail to an address whose text matches, read in the owner's outbox. */
export async function mailTo(owner, address, pattern) {
  await administer(owner, 'platform.adminMails');
  for (let tries = 0; tries < 20; tries += 1) {
    const mails = owner.page.getByRole('main').getByRole('listitem').filter({ hasText: address });
    await owner.page.getByRole('main').getByRole('list').waitFor();
    for (let at = 0; at < (await mails.count()); at += 1) {
      await mails.nth(at).getByRole('button').first().click();
      const dialog = owner.page.getByRole('dialog');
      await dialog.getByText(address).waitFor();
      await dialog.locator('.text').waitFor();
      const found = pattern.exec(await dialog.innerText());
      await owner.page.keyboard.press('Escape');
      await dialog.waitFor({ state: 'hidden' });
      if (found) return found[0];
    }
    await button(owner, 'mails.refresh').click();
  }
  assert.fail(`no mail to ${address} matches ${pattern}`);
}

/** From an invitation's link to a place in the group. The code comes out of the owner's outbox. */
export async function join(who, owner, link, { email, byLink, company, jobTitle }) {
  await who.page.goto(link);
  if (byLink) await fill(who, { 'invitations.yourEmail': email });
  await button(who, 'invitations.askForCode').click();
  await heading(who, who.t('invitations.stepDetails')).waitFor();
  const code = await mailTo(owner, email, /\b\d{3} ?\d{3}\b/);
  await fill(who, {
    'invitations.code': code,
    'invitations.name': who.name,
    'invitations.company': company,
    'invitations.jobTitle': jobTitle,
  });
  await who.page.getByLabel(who.t('accounts.password'), { exact: true }).fill(PASSWORD);
  await button(who, 'invitations.join').click();
}
