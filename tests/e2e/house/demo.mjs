// The demo's people: each can be entered as by the browser, or asked to do something by the API.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { caller, logIn } from './caller.mjs';
import { person } from './browser.mjs';

const PASSWORD = 'kupferdach-am-neckar';
const SLUG = 'helvion-antriebstechnik';
const seed = new URL('../../../server/seed/', import.meta.url);
const people = JSON.parse(readFileSync(new URL('people.json', seed), 'utf8'));

export const url = process.env.E2E_DEMO;
export const home = `${url}/b/${SLUG}`;

export function known(key) {
  const found = people.find((one) => one.key === key);
  if (!found) throw new Error(`the demo knows no ${key}`);
  return found;
}

/** One log-in for each, shared by all walks: the server counts how often an address logs in. */
async function cookieOf(key) {
  const kept = join(process.env.E2E_LOG_INS, key);
  try {
    return readFileSync(kept, 'utf8');
  } catch {
    const cookie = await logIn(url, known(key).email, PASSWORD);
    writeFileSync(kept, cookie);
    return cookie;
  }
}

/** Somebody who acts by the API. */
export async function actor(key) {
  return { ...known(key), ...caller(url, await cookieOf(key)) };
}

/** Somebody with a browser, signed in. Language and zone are those of the account. */
export async function member(browser, key, screen) {
  const { name, language, time_zone: timeZone } = known(key);
  const who = await person(browser, { name, language, timeZone, ...screen });
  const [cookieName, value] = (await cookieOf(key)).split('=');
  await who.context.addCookies([{ name: cookieName, value, url }]);
  return who;
}

/** What a person sees of the brand at first: groups, channels, webinars. */
export async function start(by) {
  const { memberships } = await by.get('/me');
  return by.get(`/brands/${memberships[0].brand.id}/start`);
}

/** A channel of a group, by their names. */
export async function channel(by, groupName, channelName) {
  const { groups } = await start(by);
  const { group, channels } = groups.find((one) => one.group.name.startsWith(groupName));
  const found = channels.find((one) => one.name === channelName);
  return { ...found, group, address: `${home}/g/${group.id}/c/${found.id}` };
}

/** A new channel of its own for a walk, so that walks don't see each other's messages. */
export async function freshChannel(by, groupName, name) {
  const { groups } = await start(by);
  const { group } = groups.find((one) => one.group.name.startsWith(groupName));
  const made = await by.post(`/groups/${group.id}/channels`, { name, topic: '', kind: 'chat' });
  return { ...made, group, address: `${home}/g/${group.id}/c/${made.id}` };
}

/** A picture to be attached. */
export const upload = (by, group, name, bytes) =>
  by.postPicture(`/groups/${group}/files?name=${encodeURIComponent(name)}`, bytes);

let said = 0;
/** Says something; resolves to the message. */
export async function say(by, { id }, body, more = {}) {
  said += 1;
  const key = `walk-${process.pid}-${said}-${by.key}`;
  const { message } = await by.post(`/channels/${id}/messages`, {
    client_key: key,
    body,
    reply_to: null,
    files: [],
    ...more,
  });
  return message;
}

/** Logs somebody in anew in a browser, apart from the log-in that the walks share; resolves to the same by the API. */
export async function newcomer(context, key) {
  const cookie = await logIn(url, known(key).email, PASSWORD);
  const [name, value] = cookie.split('=');
  await context.addCookies([{ name, value, url }]);
  return { ...known(key), ...caller(url, cookie) };
}
