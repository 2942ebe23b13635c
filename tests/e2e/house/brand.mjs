// A brand with people in it, made through the API: for walks that begin where everybody is in already.
import assert from 'node:assert/strict';
import { PASSWORD } from './acts.mjs';

const CODE = /\b\d{3} ?\d{3}\b/;

/** Calls the API as a person's browser would; its cookies are the page's. */
export async function call(who, method, path, body) {
  const response = await who.context.request.fetch(`${who.home}/api/v1${path}`, {
    method,
    headers: { Origin: who.home, 'Content-Type': 'application/json' },
    data: body === undefined ? undefined : JSON.stringify(body),
  });
  const text = await response.text();
  assert.ok(response.ok(), `${method} ${path}: ${response.status()} ${text}`);
  return text === '' ? undefined : JSON.parse(text);
}

const told = (who) => ({ language: who.language, time_zone: 'Europe/Berlin' });

/** The owner of a new brand with one group, signed in. */
export async function found(who, server, { email, brand, group }) {
  who.home = server.near;
  const token = server.setup.split('#')[1];
  const me = await call(who, 'POST', '/setup', {
    token,
    email,
    password: PASSWORD,
    name: who.name,
    brand_name: brand,
    colour: '#27548A',
    ...told(who),
  });
  const [{ brand: made }] = me.memberships;
  const circle = await call(who, 'POST', `/brands/${made.id}/groups`, { name: group, description: '' });
  return { brand: made, group: circle };
}

/** Somebody joins by a link; the code comes out of the owner's outbox. */
export async function joinAll(owner, { brand, group }, people) {
  const link = await call(owner, 'POST', `/brands/${brand.id}/invitations`, {
    kind: 'link',
    groups: [group.id],
    group_role: 'member',
    brand_role: 'member',
    max_uses: people.length,
  });
  const token = link.url.split('#')[1];
  for (const { who, email, company } of people) {
    who.home = owner.home;
    await call(who, 'POST', '/invitations/code', { token, email });
    const code = await codeFor(owner, brand, email);
    await call(who, 'POST', '/invitations/redeem', {
      token,
      email,
      code,
      password: PASSWORD,
      name: who.name,
      company,
      job_title: 'Technik',
      ...told(who),
    });
  }
}

async function codeFor(owner, brand, email) {
  const { items } = await call(owner, 'GET', `/brands/${brand.id}/mails?limit=50`);
  for (const { id } of items.filter(({ to }) => to.includes(email))) {
    const code = CODE.exec((await call(owner, 'GET', `/mails/${id}`)).text)?.[0];
    if (code) return code.replace(' ', '');
  }
  assert.fail(`no code was mailed to ${email}`);
}

/** A published webinar that begins at this minute. */
export function planNow(owner, { group }, title) {
  const wall = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Europe/Berlin', dateStyle: 'short', timeStyle: 'short' });
  return call(owner, 'POST', `/groups/${group.id}/webinars`, {
    title,
    description: '',
    local_start: wall.format(new Date()).replace(' ', 'T'),
    time_zone: 'Europe/Berlin',
    duration_minutes: 60,
    publish: true,
  });
}
