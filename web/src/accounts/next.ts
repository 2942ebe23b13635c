/** Where to go after log-in: only to a path of this client, never to another address that a link brought along. */
export function safeNext(next: string | null): string {
  return next && /^\/(?![/\\])/.test(next) && !next.startsWith('/login') ? next : '/';
}
