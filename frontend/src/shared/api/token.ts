/** The access token: in memory only, shared between the tabs of this browser, renewed silently by the HttpOnly
 * refresh cookie. Parallel requests and parallel tabs cause one renewal. */
import { dropEarly, earlySession } from './early';
import { ApiProblem, type ProblemBody } from './problem';
import type { SignInAnswer } from './types';

const BASE = '/api/v1';
const EARLY_MS = 20_000; // renewed this long before it ends

let token: string | null = null;
let endsAt = 0;
let renewal: Promise<void> | null = null;
let sessionEnded: () => void = () => undefined;

interface TabMessage {
  readonly kind: 'token' | 'signed-out';
  readonly token?: string;
  readonly endsAt?: number;
}
const tabs = typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel('dabiao-session');
tabs?.addEventListener('message', (event: MessageEvent<TabMessage>) => {
  if (event.data.kind === 'token' && event.data.token) {
    token = event.data.token;
    endsAt = event.data.endsAt ?? 0;
  } else if (event.data.kind === 'signed-out') {
    token = null;
    dropEarly();
    sessionEnded();
  }
});

/** What happens when the session is over (revoked, expired, signed out in another tab). */
export function onSessionEnd(action: () => void): void {
  sessionEnded = action;
}

/** Takes over the answer of a sign-in or renewal. */
export function adoptToken(answer: SignInAnswer): void {
  token = answer.access_token;
  endsAt = Date.now() + answer.expires_in * 1000;
  tabs?.postMessage({ kind: 'token', token, endsAt } satisfies TabMessage);
}

/** Forgets the token here and in the other tabs. */
export function dropToken(): void {
  token = null;
  dropEarly();
  tabs?.postMessage({ kind: 'signed-out' } satisfies TabMessage);
}

/** The token to send, renewed when it is about to end; null without a session. */
export async function freshToken(): Promise<string | null> {
  if (token !== null && Date.now() > endsAt - EARLY_MS) {
    await renewToken(token).catch(() => undefined);
  }
  return token;
}

function askForRenewal(): Promise<Response> {
  return fetch(`${BASE}/auth/refresh`, {
    method: 'POST',
    credentials: 'same-origin',
    headers: { 'Content-Type': 'application/json', Accept: 'application/json' },
    body: '{}',
  });
}

async function requestRenewal(early: Promise<Response> | null = null): Promise<SignInAnswer> {
  let response: Response;
  try {
    response = await (early ?? askForRenewal());
  } catch {
    throw new ApiProblem(0, { code: 'offline' });
  }
  if (!response.ok) {
    throw new ApiProblem(response.status, (await response.json().catch(() => ({}))) as ProblemBody);
  }
  const answer = (await response.json()) as SignInAnswer;
  adoptToken(answer);
  return answer;
}

const LOCK = 'dabiao-renewal';
const MESSAGE_MS = 50; // the other tab's message is on its way

/** Runs one at a time over all tabs; browsers without locks (no TLS) leave that to the server's tolerance. */
async function oneAtATime<T>(action: (waited: boolean) => Promise<T>): Promise<T> {
  const locks = navigator.locks as LockManager | undefined | null;
  if (!locks) {
    return action(false);
  }
  const waited = (await locks.query()).held?.some((lock) => lock.name === LOCK) ?? false;
  return locks.request(LOCK, () => action(waited));
}

/** Renews unless another tab did meanwhile. */
async function renewOnce(stale: string | null): Promise<void> {
  await oneAtATime(async (waited) => {
    if (waited && stale !== null) {
      await new Promise((resolve) => setTimeout(resolve, MESSAGE_MS));
      if (token !== null && token !== stale) {
        return;
      }
    }
    await requestRenewal();
  });
}

/** Renews the token that `stale` was. Errors: ApiProblem; a refusal (401) ends the session. */
export async function renewToken(stale: string | null): Promise<void> {
  if (token !== null && token !== stale) {
    return;
  }
  renewal ??= renewOnce(stale).finally(() => {
    renewal = null;
  });
  try {
    await renewal;
  } catch (failure) {
    if (failure instanceof ApiProblem && failure.status === 401) {
      token = null;
      sessionEnded();
    }
    throw failure;
  }
}

/** Renews from the cookie at start. Answers the session, or null when there is none. */
export async function restoreSession(): Promise<SignInAnswer | null> {
  const early = earlySession(); // holds the lock itself
  try {
    return await (early ? requestRenewal(early) : oneAtATime(() => requestRenewal()));
  } catch (failure) {
    if (failure instanceof ApiProblem && failure.status > 0 && failure.status < 500) {
      return null;
    }
    throw failure;
  }
}
