// The API as a browser would use it: with the log-in's cookie, from the server's own pages.
const API = '/api/v1';

async function ask(url, method, path, { cookie, body, bytes } = {}) {
  const response = await fetch(`${url}${API}${path}`, {
    method,
    headers: {
      origin: url,
      ...(cookie ? { cookie } : {}),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(bytes === undefined ? {} : { 'content-type': 'image/png' }),
    },
    body: bytes ?? (body === undefined ? undefined : JSON.stringify(body)),
  });
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
  return response;
}

const cookieIn = (response) => response.headers.getSetCookie()[0].split(';')[0];
const json = (response) => (response.status === 204 ? undefined : response.json());

/** Logs in and gives the cookie. */
export async function logIn(url, email, password) {
  return cookieIn(await ask(url, 'POST', '/logins', { body: { email, password } }));
}

/** Sets a server up and gives its owner's cookie. */
export async function setUp(url, founding) {
  return cookieIn(await ask(url, 'POST', '/setup', { body: founding }));
}

export function caller(url, cookie) {
  const by = (method) => async (path, body) => json(await ask(url, method, path, { cookie, body }));
  return {
    cookie,
    get: by('GET'),
    delete: by('DELETE'),
    post: by('POST'),
    put: by('PUT'),
    patch: by('PATCH'),
    postPicture: async (path, bytes) => json(await ask(url, 'POST', path, { cookie, bytes })),
  };
}
