import { http, HttpResponse } from 'msw';
import { setupServer } from 'msw/node';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { send } from './client';
import { ApiProblem, problemSentence, setProblemZone } from './problem';
import { adoptToken, dropToken, onSessionEnd } from './token';
import type { Me } from './types';

const BASE = `${window.location.origin}/api/v1`;
const ME = { id: 1, login: 'a', name: 'A', permissions: [] } as unknown as Me;
const server = setupServer();
let renewals = 0;

function session(token: string, seconds = 900) {
  return { access_token: token, expires_in: seconds, user: ME };
}

beforeAll(() => server.listen({ onUnhandledRequest: 'error' }));
afterAll(() => server.close());
beforeEach(() => {
  renewals = 0;
  server.use(
    http.post(`${BASE}/auth/refresh`, () => {
      renewals += 1;
      return HttpResponse.json(session('fresh'));
    }),
  );
});
afterEach(() => {
  server.resetHandlers();
  dropToken();
});

describe('send', () => {
  it('carries token, language, ids and version', async () => {
    adoptToken(session('good'));
    let headers = new Headers();
    server.use(
      http.patch(`${BASE}/customers/1`, ({ request }) => {
        headers = request.headers;
        return HttpResponse.json({ id: 1 });
      }),
    );
    await send('PATCH', '/customers/1', { body: { name: 'x' }, version: 3 });
    expect(headers.get('authorization')).toBe('Bearer good');
    expect(headers.get('if-match')).toBe('3');
    expect(headers.get('accept-language')).toBe('zh-CN');
    expect(headers.get('x-request-id')).toMatch(/^[\da-f-]{36}$/);
    expect(headers.get('idempotency-key')).toBeNull();
  });

  it('renews once for parallel refusals and repeats each request with its own key', async () => {
    adoptToken(session('old'));
    const keys: (string | null)[] = [];
    server.use(
      http.post(`${BASE}/customers`, ({ request }) => {
        keys.push(request.headers.get('idempotency-key'));
        const good = request.headers.get('authorization') === 'Bearer fresh';
        return good
          ? HttpResponse.json({ id: 1 }, { status: 201 })
          : HttpResponse.json({ code: 'not_signed_in' }, { status: 401 });
      }),
    );
    await Promise.all([1, 2, 3].map((n) => send('POST', '/customers', { body: { n } })));
    expect(renewals).toBe(1);
    expect(new Set(keys).size).toBe(3);
    expect(keys).toHaveLength(6);
  });

  it('renews before the token ends', async () => {
    adoptToken(session('ending', 5));
    server.use(
      http.get(`${BASE}/company`, ({ request }) => HttpResponse.json({ token: request.headers.get('authorization') })),
    );
    expect(await send('GET', '/company')).toEqual({ token: 'Bearer fresh' });
    expect(renewals).toBe(1);
  });

  it('ends the session when the renewal is refused', async () => {
    adoptToken(session('old'));
    const ended = vi.fn();
    onSessionEnd(ended);
    server.use(
      http.get(`${BASE}/company`, () => HttpResponse.json({ code: 'not_signed_in' }, { status: 401 })),
      http.post(`${BASE}/auth/refresh`, () => HttpResponse.json({ code: 'session_ended' }, { status: 401 })),
    );
    await expect(send('GET', '/company')).rejects.toMatchObject({ code: 'session_ended' });
    expect(ended).toHaveBeenCalledOnce();
  });

  it('tells a lost connection from a refusal', async () => {
    adoptToken(session('good'));
    server.use(http.get(`${BASE}/company`, () => HttpResponse.error()));
    await expect(send('GET', '/company')).rejects.toMatchObject({ status: 0, code: 'offline' });
  });

  it('answers nothing for 204 and leaves out empty parameters', async () => {
    adoptToken(session('good'));
    let address = '';
    server.use(
      http.delete(`${BASE}/views/1`, ({ request }) => {
        address = request.url;
        return new HttpResponse(null, { status: 204 });
      }),
    );
    expect(
      await send('DELETE', '/views/1', { query: { a: 1, b: null, c: undefined, d: '', e: '中' } }),
    ).toBeUndefined();
    expect(address).toBe(`${BASE}/views/1?a=1&e=${encodeURIComponent('中')}`);
  });
});

describe('problemSentence', () => {
  it('translates the code and says when it becomes possible', () => {
    setProblemZone('Asia/Shanghai');
    const locked = new ApiProblem(429, { code: 'locked_out', retry_at: '2026-03-31T16:30:00Z' });
    expect(problemSentence(locked)).toBe('失败次数过多，请稍候。 2026-04-01 00:30 之后可以再试。');
  });
  it('uses the detail of unknown codes, the request id of faults, and is silent for aborted requests', () => {
    expect(problemSentence(new ApiProblem(409, { code: 'brand_new', detail: 'Because.' }))).toBe('Because.');
    expect(problemSentence(new ApiProblem(500, { code: 'internal_error', request_id: 'abc' }))).toContain('abc');
    expect(problemSentence(new DOMException('x', 'AbortError'))).toBe('');
    expect(problemSentence(new TypeError('x'))).not.toBe('');
  });
});
