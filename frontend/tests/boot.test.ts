/** What index.html does before the program is there: allowed by nginx, in step with the lists, once for each answer. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { OBJECTS } from '@/features/records/objects';
import { dropEarly, earlyAnswer, earlySession, fetchPages } from '@/shared/api/early';
import { bootScript, LISTS } from '../boot/plugin.ts';

const PLAN = {
  outside: ['/assets/out.js'],
  inside: ['/assets/in.js', '/assets/in.css'],
  kinds: { home: ['/assets/home.js'], list: ['/assets/list.js'], board: ['/assets/board.js'] },
  pages: {
    '/': { kind: 'home', asks: [] },
    '/customers': { kind: 'list', asks: ['/api/v1/customers?limit=100&total=1'] },
    '/pipeline': { kind: 'board', asks: ['/api/v1/pipelines', '/api/v1/opportunities/board'] },
  },
  texts: { en: { core: ['/assets/core.js'], rest: ['/assets/rest.js'] } },
};
const answer = (body: unknown, status = 200): Response => new Response(JSON.stringify(body), { status });
const asked = vi.fn<(address: string, options: RequestInit) => Promise<Response>>();

function run(path: string): string[] {
  document.head.innerHTML = `<script id="boot" type="application/json">${JSON.stringify(PLAN)}</script>`;
  window.history.replaceState(null, '', path);
  new Function(bootScript())();
  return [...document.head.querySelectorAll('link')].map((link) => link.getAttribute('href') ?? '');
}
const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));

beforeEach(() => {
  asked.mockReset();
  vi.stubGlobal('fetch', asked);
  localStorage.clear();
  localStorage.setItem('dabiao.locale', 'en');
});
afterEach(() => {
  dropEarly();
  vi.unstubAllGlobals();
});

describe('the script of index.html', () => {
  it('is the one that nginx allows', () => {
    const hash = createHash('sha256').update(bootScript()).digest('base64');
    expect(readFileSync('../nginx/nginx.conf.in', 'utf8')).toContain(`'sha256-${hash}'`);
  });

  it('knows the lists of records', () => {
    const plurals = OBJECTS.filter((config) => !config.elsewhere).map((config) => config.plural);
    expect([...LISTS].sort()).toEqual(plurals.sort());
  });

  it('fetches what signing in needs and asks the server nothing', () => {
    expect(run('/customers')).toEqual(['/assets/core.js', '/assets/out.js']);
    expect(asked).not.toHaveBeenCalled();
    expect(document.documentElement.dataset.boot).toBe('outside');
    fetchPages();
    expect(document.head.querySelectorAll('link[href="/assets/in.js"]')).toHaveLength(1);
    expect(document.head.querySelectorAll('link[href="/assets/home.js"]')).toHaveLength(1); // where one is then
  });

  it('fetches what lies behind it and asks for what every page needs, in the language chosen', async () => {
    localStorage.setItem('dabiao.signed-in', '1');
    asked.mockImplementation(async (address) =>
      answer(address.endsWith('/refresh') ? { access_token: 'T', user: { locale: 'zh-CN' } } : { of: address }),
    );
    expect(run('/customers')).toEqual([
      ...PLAN.texts.en.core,
      ...PLAN.inside,
      ...PLAN.texts.en.rest,
      ...PLAN.kinds.list,
    ]);
    await settled();
    expect(asked.mock.calls.map(([address]) => address)).toEqual([
      '/api/v1/auth/refresh',
      '/api/v1/meta',
      '/api/v1/company',
      '/api/v1/customers?limit=100&total=1',
    ]);
    expect(asked.mock.calls[1]?.[1].headers).toMatchObject({ Authorization: 'Bearer T', 'Accept-Language': 'en' });
    expect(await (await earlySession())?.json()).toMatchObject({ access_token: 'T' });
    expect(earlySession()).toBeNull();
    expect(await earlyAnswer('/api/v1/meta', 'zh-CN')).toBeNull(); // another language by now
    expect(await (await earlyAnswer('/api/v1/company', 'en'))?.json()).toEqual({ of: '/api/v1/company' });
    expect(await earlyAnswer('/api/v1/company', 'en')).toBeNull();
  });

  it('asks for the cards of the board while its page is on its way', async () => {
    localStorage.setItem('dabiao.signed-in', '1');
    asked.mockImplementation(async () => answer({ access_token: 'T', user: { locale: 'en' } }));
    const files = run('/pipeline');
    expect(files).toContain('/assets/board.js');
    expect(files).not.toContain('/assets/list.js');
    await settled();
    expect(asked.mock.calls.map(([address]) => address)).toContain('/api/v1/opportunities/board');
  });

  it('takes the language of the account where none was chosen', () => {
    localStorage.removeItem('dabiao.locale');
    localStorage.setItem('dabiao.signed-in', 'en');
    asked.mockImplementation(async () => answer({}, 401));
    expect(run('/')).toEqual(expect.arrayContaining(['/assets/core.js', '/assets/home.js']));
    expect(document.documentElement.lang).toBe('en');
  });

  it('asks no list where the address wants a part of it', async () => {
    localStorage.setItem('dabiao.signed-in', '1');
    asked.mockImplementation(async () => answer({ access_token: 'T', user: { locale: 'en' } }));
    run('/customers?q=abc');
    await settled();
    expect(asked.mock.calls.map(([address]) => address)).not.toContain('/api/v1/customers?limit=100&total=1');
  });

  it.each([
    ['a refusal', async () => answer({ code: 'unauthenticated' }, 401)],
    ['a first password', async () => answer({ access_token: 'T', user: { locale: 'en', must_change_password: true } })],
    ['no connection', async () => Promise.reject(new TypeError('offline'))],
  ])('leaves %s to the program', async (_, reply) => {
    localStorage.setItem('dabiao.signed-in', '1');
    asked.mockImplementation(reply);
    run('/customers');
    await settled();
    expect(asked).toHaveBeenCalledTimes(1);
    expect(await earlyAnswer('/api/v1/meta', 'en')).toBeNull();
  });
});
