/** The one way to the API: token and its renewal, language, request id, idempotency key, version, problems. */
import { currentLocale } from '@/shared/i18n';
import { randomId } from '@/shared/lib/ids';
import { earlyAnswer } from './early';
import { ApiProblem, isAborted, type ProblemBody } from './problem';
import { freshToken, renewToken } from './token';

const BASE = '/api/v1';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
export type Query = Readonly<Record<string, string | number | boolean | null | undefined>>;

export interface Call {
  readonly query?: Query; // null and undefined are left out
  readonly body?: unknown; // sent as JSON, or as it is when a Blob
  readonly version?: number; // If-Match
  readonly key?: string; // Idempotency-Key; each POST gets a new one unless given
  readonly signal?: AbortSignal;
  readonly anonymous?: boolean; // without a token
}

function addressOf(path: string, query: Query | undefined): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value != null && value !== '') {
      search.set(name, String(value));
    }
  }
  const text = search.toString();
  return `${BASE}${path}${text ? `?${text}` : ''}`;
}

function headersOf(method: Method, call: Call, key: string, token: string | null): Headers {
  const headers = new Headers({
    Accept: 'application/json',
    'Accept-Language': currentLocale(),
    'X-Request-Id': randomId(),
  });
  if (token !== null) {
    headers.set('Authorization', `Bearer ${token}`);
  }
  if (call.body !== undefined) {
    headers.set('Content-Type', call.body instanceof Blob ? 'application/octet-stream' : 'application/json');
  }
  if (call.version !== undefined) {
    headers.set('If-Match', String(call.version));
  }
  if (method === 'POST') {
    headers.set('Idempotency-Key', key);
  }
  return headers;
}

async function problemOf(response: Response): Promise<ApiProblem> {
  const body = (await response.json().catch(() => ({}))) as ProblemBody;
  const wait = response.headers.get('Retry-After');
  const retryAt =
    body.retry_at ??
    (wait && /^\d+$/.test(wait) ? new Date(Date.now() + Number(wait) * 1000).toISOString() : undefined);
  return new ApiProblem(response.status, { ...body, retry_at: retryAt });
}

/** Sends and answers the raw response. Errors: ApiProblem; AbortError when `signal` says so. */
export async function sendRaw(method: Method, path: string, call: Call = {}): Promise<Response> {
  const key = call.key ?? randomId(); // the same for the second attempt
  const early =
    method === 'GET' && !call.anonymous ? await earlyAnswer(addressOf(path, call.query), currentLocale()) : null;
  if (early) {
    return early;
  }
  const body = call.body instanceof Blob ? call.body : call.body === undefined ? undefined : JSON.stringify(call.body);
  for (let attempt = 0; ; attempt += 1) {
    const token = call.anonymous ? null : await freshToken();
    let response: Response;
    try {
      response = await fetch(addressOf(path, call.query), {
        method,
        body,
        signal: call.signal,
        credentials: 'same-origin',
        headers: headersOf(method, call, key, token),
      });
    } catch (failure) {
      throw isAborted(failure) ? failure : new ApiProblem(0, { code: 'offline' });
    }
    if (response.ok) {
      return response;
    }
    const problem = await problemOf(response);
    if (response.status !== 401 || call.anonymous || attempt > 0) {
      throw problem;
    }
    await renewToken(token);
  }
}

/** Sends and answers the JSON body (undefined for 204). */
export async function send<T>(method: Method, path: string, call: Call = {}): Promise<T> {
  const response = await sendRaw(method, path, call);
  if (response.status === 204) {
    return undefined as T;
  }
  return (await response.json()) as T;
}
