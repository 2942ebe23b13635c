import { Problem } from './problem';

/** One way to the server. Rooms wrap it in functions named after what they do (`messages/api.ts`). */
const BASE = '/api/v1';

type Query = Record<string, string | number | boolean | null | undefined>;
interface Options {
  query?: Query;
  body?: unknown;
  ifMatch?: number;
  /** Makes a repeated creating POST return the first result. */
  idempotencyKey?: string;
  signal?: AbortSignal;
}

let onLoggedOut: () => void = () => undefined;
let onReached: () => void = () => undefined;

/** Called when an answer has come: the server is there, whatever a lost socket is waiting for. */
export function whenReached(act: () => void): void {
  onReached = act;
}

/** Called once at start: what happens when the server no longer knows this log-in. */
export function whenLoggedOut(act: () => void): void {
  onLoggedOut = act;
}

export const get = <T>(path: string, query?: Query, signal?: AbortSignal): Promise<T> =>
  send<T>('GET', path, { query, signal });
export const post = <T>(path: string, body: unknown = {}, options: Options = {}): Promise<T> =>
  send<T>('POST', path, { ...options, body });
export const patch = <T>(path: string, body: unknown, ifMatch?: number): Promise<T> =>
  send<T>('PATCH', path, { body, ifMatch });
export const put = <T>(path: string, body: unknown = {}): Promise<T> => send<T>('PUT', path, { body });
export const remove = (path: string): Promise<unknown> => send('DELETE', path, {});
/** A raw body, such as an image; for uploads with progress see messages/upload.ts. */
export const putRaw = <T>(path: string, body: Blob): Promise<T> => send<T>('PUT', path, { body });

async function send<T = undefined>(method: string, path: string, options: Options): Promise<T> {
  let response: Response;
  try {
    response = await fetch(address(path, options.query), {
      method,
      headers: headers(method, options),
      body: encode(options.body),
      signal: options.signal,
    });
  } catch (fault) {
    if (fault instanceof DOMException && fault.name === 'AbortError') throw fault;
    throw new Problem('network', 0);
  }
  onReached();
  if (response.ok) return decode<T>(response);
  const problem = await readProblem(response);
  if (problem.code === 'unauthenticated' || problem.code === 'session_reused') onLoggedOut();
  throw problem;
}

export function address(path: string, query: Query = {}): string {
  const pairs = Object.entries(query).filter(([, value]) => value !== undefined && value !== null && value !== '');
  const search = new URLSearchParams(pairs.map(([key, value]) => [key, String(value)])).toString();
  return BASE + path + (search && `?${search}`);
}

function headers(method: string, { body, ifMatch, idempotencyKey }: Options): Record<string, string> {
  const result: Record<string, string> = { Accept: 'application/json' };
  if (method !== 'GET') result['Content-Type'] = body instanceof Blob ? body.type : 'application/json';
  if (ifMatch !== undefined) result['If-Match'] = String(ifMatch);
  if (idempotencyKey !== undefined) result['Idempotency-Key'] = idempotencyKey;
  return result;
}

function encode(body: unknown): BodyInit | undefined {
  if (body === undefined || body instanceof Blob) return body;
  return JSON.stringify(body);
}

async function decode<T>(response: Response): Promise<T> {
  const text = await response.text();
  return (text === '' ? undefined : JSON.parse(text)) as T;
}

export async function readProblem(response: Response): Promise<Problem> {
  const body: unknown = await response.json().catch(() => ({}));
  return problemOf(response.status, body);
}

export function problemOf(status: number, body: unknown): Problem {
  const fields = (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>;
  const code = typeof fields['code'] === 'string' ? fields['code'] : status === 401 ? 'unauthenticated' : 'internal';
  return new Problem(code, status, {
    requestId: fields['request_id'] as string | undefined,
    fields: fields['fields'] as { field: string; code: string }[] | undefined,
    retryAfterMs: fields['retry_after_ms'] as number | undefined,
    currentVersion: fields['current_version'] as number | undefined,
  });
}
