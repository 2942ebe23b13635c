// Every screen of a brand, with its dialogs and menus: where it is, how one knows that it is there, what to open on it.
import { beginning, button } from './acts.mjs';
import { start } from './demo.mjs';

const heading = (key, holes) => (who) => who.page.getByRole('heading', { name: who.t(key, holes) }).first();
const dialog = (who) => who.page.getByRole('dialog');
const menu = (who) => who.page.locator('[role=menu]:popover-open');
const inMain = (who) => who.page.getByRole('main');

const press = (key, holes) => async (who) => {
  await button(who, key, holes).first().click();
  await dialog(who).first().waitFor();
};
/** The menu of acts whose button is called by this text. */
const openMenu = (key) => async (who) => {
  const [label] = who.t(key).split('{');
  await inMain(who)
    .getByRole('button', { name: beginning(label) })
    .first()
    .click();
  await menu(who).waitFor();
};
const entryOf = (menuKey, entryKey) => async (who) => {
  await openMenu(menuKey)(who);
  await menu(who)
    .getByRole('menuitem', { name: who.t(entryKey) })
    .click();
  await dialog(who).first().waitFor();
};

/** Real things of the demo that the paths name, as somebody sees them who hosts a group and administers the brand. */
export async function findings(by) {
  const first = await start(by);
  const { group, channels } = first.groups[0];
  const of = (kind) => channels.filter((one) => one.kind === kind);
  const threads = (await by.get(`/groups/${group.id}/threads?limit=50`)).items;
  const talk = await by.get(`/channels/${of('chat')[0].id}/messages?limit=50`);
  const upcoming =
    first.webinars.find((one) => one.group_id === group.id && one.phase === 'upcoming') ?? first.webinars[0];
  return {
    slug: first.brand.slug,
    group: group.id,
    chat: of('chat')[0].id,
    announcements: of('announcements')[0].id,
    root: talk.items.findLast((one) => one.reply_to)?.reply_to ?? talk.items[0].id,
    question: (threads.find((one) => one.state === 'answered') ?? threads[0]).id,
    webinar: upcoming.id,
    live: first.webinars.find((one) => one.phase === 'live')?.id,
  };
}

export function screens(found) {
  const b = `/b/${found.slug}`;
  const g = `${b}/g/${found.group}`;
  const chat = `${g}/c/${found.chat}`;
  const rows = (who) => who.page.getByRole('log').first().getByRole('article').last();
  return [
    { name: 'channel', path: chat, shows: rows },
    { name: 'channel-switcher', path: chat, shows: rows, open: openSwitcher },
    { name: 'channel-keys', path: chat, shows: rows, open: openKeys },
    { name: 'channel-emoji', path: chat, shows: rows, open: press('messages.emoji') },
    { name: 'channel-menu', path: chat, shows: rows, open: openRowMenu },
    { name: 'channel-delete', path: chat, shows: rows, open: openDelete },
    { name: 'replies', path: `${chat}?thread=${found.root}`, shows: heading('messages.thread') },
    { name: 'announcements', path: `${g}/c/${found.announcements}`, shows: rows },
    { name: 'gone', path: `${g}/c/nowhere`, shows: heading('messages.goneTitle') },
    {
      name: 'home',
      path: b,
      shows: (who) =>
        who.page
          .getByRole('navigation', { name: who.t('platform.sidebar') })
          .or(rows(who))
          .first(),
    },
    { name: 'knowledge', path: `${g}/knowledge`, shows: (who) => inMain(who).getByRole('listitem').nth(3) },
    { name: 'knowledge-nothing', path: `${g}/knowledge?tag=gibt-es-nicht`, shows: heading('knowledge.nothingTitle') },
    { name: 'ask', path: `${g}/knowledge?new=question`, shows: heading('knowledge.askTitle') },
    { name: 'write', path: `${g}/knowledge?new=article`, shows: heading('knowledge.writeTitle') },
    {
      name: 'thread',
      path: `${g}/knowledge/${found.question}`,
      shows: (who) => inMain(who).getByRole('article').first(),
    },
    {
      name: 'thread-menu',
      path: `${g}/knowledge/${found.question}`,
      shows: (who) => inMain(who).getByRole('article').first(),
      open: openMenu('knowledge.actsForThread'),
    },
    { name: 'search-start', path: `${b}/search`, shows: heading('search.startTitle') },
    { name: 'search', path: `${b}/search?q=getriebe`, shows: (who) => inMain(who).locator('mark').first() },
    {
      name: 'search-nothing',
      path: `${b}/search?q=qqqqzzzz`,
      shows: heading('search.nothingTitle', { text: 'qqqqzzzz' }),
    },
    { name: 'webinars', path: `${b}/webinars`, shows: (who) => inMain(who).getByRole('listitem').first() },
    {
      name: 'webinars-past',
      path: `${b}/webinars?past=true`,
      shows: (who) => inMain(who).getByRole('listitem').first(),
    },
    {
      name: 'webinars-feed',
      path: `${b}/webinars`,
      shows: heading('platform.webinars'),
      open: press('webinars.myCalendar'),
    },
    { name: 'plan', path: `${b}/webinars?new=1`, shows: heading('webinars.planTitle') },
    { name: 'webinar', path: `${b}/webinars/${found.webinar}`, shows: heading('webinars.chat') },
    ...(found.live
      ? [{ name: 'webinar-live', path: `${b}/webinars/${found.live}`, shows: heading('webinars.chat') }]
      : []),
    { name: 'webinar-edit', path: `${b}/webinars/${found.webinar}?edit=1`, shows: heading('webinars.editTitle') },
    {
      name: 'webinar-registrations',
      path: `${b}/webinars/${found.webinar}`,
      shows: heading('webinars.chat'),
      open: entryOf('webinars.actsFor', 'webinars.registrations'),
    },
    {
      name: 'webinar-cancel',
      path: `${b}/webinars/${found.webinar}`,
      shows: heading('webinars.chat'),
      open: entryOf('webinars.actsFor', 'webinars.cancelMore'),
    },
    {
      name: 'people',
      path: `${b}/people?group=${found.group}`,
      shows: (who) => inMain(who).getByRole('listitem').nth(5),
    },
    {
      name: 'people-menu',
      path: `${b}/people?group=${found.group}`,
      shows: (who) => inMain(who).getByRole('listitem').nth(5),
      open: openMenu('moderation.actsFor'),
    },
    {
      name: 'people-mute',
      path: `${b}/people?group=${found.group}`,
      shows: (who) => inMain(who).getByRole('listitem').nth(5),
      open: entryOf('moderation.actsFor', 'moderation.muteMore'),
    },
    {
      name: 'people-remove',
      path: `${b}/people?group=${found.group}`,
      shows: (who) => inMain(who).getByRole('listitem').nth(5),
      open: entryOf('moderation.actsFor', 'moderation.removeMore'),
    },
    { name: 'brand', path: `${b}/admin/brand`, shows: heading('brands.brandTitle') },
    { name: 'groups', path: `${b}/admin/groups`, shows: heading('groups.title') },
    { name: 'groups-new', path: `${b}/admin/groups`, shows: heading('groups.title'), open: press('groups.create') },
    {
      name: 'groups-channel',
      path: `${b}/admin/groups`,
      shows: heading('groups.title'),
      open: press('groups.addChannel'),
    },
    {
      name: 'groups-archive',
      path: `${b}/admin/groups`,
      shows: heading('groups.title'),
      open: press('groups.archive'),
    },
    {
      name: 'invitations',
      path: `${b}/admin/invitations`,
      shows: (who) => inMain(who).getByText(who.t('invitations.lead')),
    },
    {
      name: 'invite',
      path: `${b}/admin/invitations`,
      shows: (who) => inMain(who).getByText(who.t('invitations.lead')),
      open: press('invitations.invite'),
    },
    {
      name: 'invite-link',
      path: `${b}/admin/invitations`,
      shows: (who) => inMain(who).getByText(who.t('invitations.lead')),
      open: inviteByLink,
    },
    { name: 'members', path: `${b}/admin/members`, shows: (who) => inMain(who).getByRole('listitem').nth(9) },
    {
      name: 'members-menu',
      path: `${b}/admin/members`,
      shows: (who) => inMain(who).getByRole('listitem').nth(9),
      open: openMenu('members.actsFor'),
    },
    {
      name: 'members-add',
      path: `${b}/admin/members`,
      shows: (who) => inMain(who).getByRole('listitem').nth(9),
      open: entryOf('members.actsFor', 'members.addToGroup'),
    },
    { name: 'outbox', path: `${b}/admin/mails`, shows: (who) => inMain(who).getByText(who.t('mails.lead')) },
    {
      name: 'outbox-mail',
      path: `${b}/admin/mails`,
      shows: (who) => inMain(who).getByRole('listitem').last(),
      open: openMail,
    },
    { name: 'audit', path: `${b}/admin/audit`, shows: (who) => inMain(who).getByRole('listitem').last() },
    { name: 'account', path: `${b}/me`, shows: (who) => inMain(who).getByText(who.t('accounts.thisDevice')).first() },
    {
      name: 'account-everywhere',
      path: `${b}/me`,
      shows: (who) => inMain(who).getByText(who.t('accounts.thisDevice')).first(),
      open: press('accounts.endEverywhere'),
    },
    { name: 'nowhere', path: `${b}/nowhere`, shows: heading('platform.notFoundTitle') },
  ];
}

async function openSwitcher(who) {
  await who.page.keyboard.press('Control+k');
  await dialog(who).getByRole('option').first().waitFor();
}

async function openKeys(who) {
  await who.page.evaluate(() => document.activeElement?.blur());
  await who.page.keyboard.press('?');
  await dialog(who).getByText('F6').first().waitFor();
}

async function rowTools(who) {
  const row = who.page.getByRole('log').first().getByRole('article').last();
  if (who.phone) await row.tap({ position: { x: 150, y: 8 } });
  else await row.hover();
  const bar = row.getByRole('toolbar');
  await bar.waitFor();
  return bar;
}

async function openRowMenu(who) {
  await (await rowTools(who)).getByRole('button', { name: who.t('messages.more'), exact: true }).click();
  await menu(who).waitFor();
}

async function openDelete(who) {
  await openRowMenu(who);
  await menu(who)
    .getByRole('menuitem', { name: who.t('messages.remove') })
    .click();
  await dialog(who).first().waitFor();
}

async function inviteByLink(who) {
  await press('invitations.invite')(who);
  await dialog(who)
    .getByRole('radio', { name: beginning(who.t('invitations.byLink')) })
    .check();
}

async function openMail(who) {
  await inMain(who).getByRole('listitem').last().getByRole('button').first().click();
  await dialog(who).locator('.text').waitFor();
}

/** Goes there without a reload, as a link does. */
export async function visit(who, { path, shows, open }) {
  await who.page.evaluate((to) => {
    history.pushState({ depth: 1 }, '', to);
    dispatchEvent(new PopStateEvent('popstate'));
  }, path);
  await shows(who).waitFor();
  await open?.(who);
}

/** Back to the bare screen. */
export async function leave(who) {
  await who.page.evaluate(() => {
    for (const one of document.querySelectorAll('dialog[open]')) one.close();
    for (const one of document.querySelectorAll(':popover-open')) one.hidePopover();
  });
}
