import { get, remove } from '$platform/api/client';
import type { Me } from '$platform/api/types';
import { setReader } from '$platform/i18n/reader.svelte';
import { forgetDrafts, sealDrafts, unsealDrafts } from './drafts';

/** Who is signed in on this device. Tabs of one browser share the log-in, so logging out in one ends all. */
const channel = typeof BroadcastChannel === 'undefined' ? undefined : new BroadcastChannel('guildhall.login');

class CurrentLogin {
  me = $state.raw<Me | undefined>();
  #loading: Promise<Me> | undefined;
  #leaving: (() => Promise<unknown>)[] = [];

  /** The signed-in account; refuses with 401 where there is none. */
  load(): Promise<Me> {
    if (this.me) return Promise.resolve(this.me);
    this.#loading ??= get<Me>('/me')
      .then((me) => this.accept(me))
      .finally(() => (this.#loading = undefined));
    return this.#loading;
  }

  /** After log-in, set-up, redeem and every change of the account. */
  accept(me: Me): Me {
    this.me = me;
    setReader(me.account.language, me.account.time_zone);
    return me;
  }

  /** What else on this device belongs to the log-in and has to go with it. */
  beforeLogOut(act: () => Promise<unknown>): void {
    this.#leaving.push(act);
  }

  /** On this device, or on all that are signed in: then at once, so that none is left when something goes wrong. */
  async logOut(where: 'here' | 'everywhere' = 'here'): Promise<void> {
    channel?.postMessage('leaving');
    sealDrafts();
    try {
      await remove(where === 'here' ? '/logins/current' : '/logins');
    } catch (fault) {
      channel?.postMessage('staying');
      unsealDrafts();
      throw fault;
    }
    forgetDrafts();
    await Promise.allSettled(this.#leaving.map((act) => act()));
    channel?.postMessage('out');
    leave('/login');
  }

  /** The server no longer knows the log-in; what was being written stays for the next one. */
  ended(): void {
    if (this.me) leave(`/login?next=${encodeURIComponent(location.pathname + location.search)}`);
  }
}

export const login = new CurrentLogin();

/** A full load forgets everything that the old log-in could read. */
function leave(to: string): void {
  location.assign(to);
}

channel?.addEventListener('message', ({ data }) => {
  if (data === 'staying') unsealDrafts();
  else sealDrafts();
  if (data === 'out') leave('/login');
});
