/** Pure part of the router: matching a path against the table, and writing paths. */
export interface Route {
  name: string;
  path: string;
  frame: 'plain' | 'brand';
  page: string;
  /** The page takes the whole screen: no sidebar, no tabs below. */
  bare?: boolean;
}
export interface PageProps {
  params: Record<string, string>;
  query: URLSearchParams;
  /** Without the leading `#`; links in mails carry their token here, so that it never reaches a server log. */
  hash: string;
}
export interface Match {
  route: Route;
  params: Record<string, string>;
}

export function defineRoutes(routes: Route[]): readonly Route[] {
  return routes;
}

export function matchRoute(routes: readonly Route[], path: string): Match | undefined {
  const parts = path.replace(/\/+$/, '').split('/');
  for (const route of routes) {
    const params = matchParts(route.path.split('/'), parts);
    if (params) return { route, params };
  }
  return undefined;
}

function matchParts(pattern: string[], parts: string[]): Record<string, string> | undefined {
  if (pattern.length !== parts.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, wanted] of pattern.entries()) {
    const given = parts[index] ?? '';
    if (wanted.startsWith(':')) {
      const value = decodePart(given);
      if (!value) return undefined;
      params[wanted.slice(1)] = value;
    } else if (wanted !== given) return undefined;
  }
  return params;
}

function decodePart(part: string): string | undefined {
  try {
    return decodeURIComponent(part);
  } catch {
    return undefined;
  }
}

/** Paths of the client, in one place, so that no page spells one by hand. */
export const paths = {
  login: (next?: string) => (next ? `/login?next=${encodeURIComponent(next)}` : '/login'),
  home: (slug: string) => `/b/${slug}`,
  channel: (slug: string, group: string, channel: string, at?: { position?: number; thread?: string }) => {
    const query = new URLSearchParams();
    if (at?.position !== undefined) query.set('at', String(at.position));
    if (at?.thread !== undefined) query.set('thread', at.thread);
    const search = query.toString();
    return `/b/${slug}/g/${group}/c/${channel}${search && `?${search}`}`;
  },
  knowledge: (slug: string, group: string) => `/b/${slug}/g/${group}/knowledge`,
  thread: (slug: string, group: string, thread: string) => `/b/${slug}/g/${group}/knowledge/${thread}`,
  webinars: (slug: string) => `/b/${slug}/webinars`,
  webinar: (slug: string, webinar: string) => `/b/${slug}/webinars/${webinar}`,
  stage: (slug: string, webinar: string) => `/b/${slug}/webinars/${webinar}/stage`,
  replay: (slug: string, webinar: string) => `/b/${slug}/webinars/${webinar}/replay`,
  search: (slug: string, text = '') => `/b/${slug}/search${text && `?q=${encodeURIComponent(text)}`}`,
  people: (slug: string) => `/b/${slug}/people`,
  admin: (slug: string, part: 'brand' | 'groups' | 'invitations' | 'members' | 'mails' | 'audit') =>
    `/b/${slug}/admin/${part}`,
  me: (slug: string) => `/b/${slug}/me`,
};
