/** Who is signed in, and what that person may do. The server decides; `can` only hides what would be refused. */
import { defineStore } from 'pinia';
import { computed, shallowRef } from 'vue';
import { asLocale, currentLocale, setLocale, type Locale } from '@/shared/i18n';
import { recall, remember } from '@/shared/lib/preferences';
import { send } from './client';
import { dropEarly } from './early';
import { adoptToken, dropToken, onSessionEnd, restoreSession } from './token';
import type { Me, SignInAnswer } from './types';

/** Set while a session may exist, so that a first visit does not ask the server for one; holds the account's language,
 * so that boot/boot.js fetches the right texts. */
const HINT = 'signed-in';

/** Whether this browser remembers a session; only the server knows whether there is one. */
export function mayBeSignedIn(): boolean {
  return recall(HINT) !== null;
}

export interface Credentials {
  readonly login: string;
  readonly password: string;
  readonly totp?: string;
}

/** Whether somebody holds a permission; "*.import" asks for the import of anything. */
export function holds(permissions: ReadonlySet<string>, wanted: string): boolean {
  return wanted.startsWith('*.')
    ? [...permissions].some((permission) => permission.endsWith(wanted.slice(1)))
    : permissions.has(wanted);
}

export const useSession = defineStore('session', () => {
  const me = shallowRef<Me | null>(null);
  const isSignedIn = computed(() => me.value !== null);
  const mustChangePassword = computed(() => me.value?.must_change_password ?? false);
  const permissions = computed(() => new Set(me.value?.permissions ?? []));

  function can(permission: string): boolean {
    return (me.value?.is_admin ?? false) || holds(permissions.value, permission);
  }

  /** The server names fields in the account's language: a language chosen in this browser becomes the account's,
   * otherwise the account's is shown here. */
  async function agreeOnLocale(theirs: string): Promise<void> {
    const mine = asLocale(recall('locale'));
    const account = asLocale(theirs);
    if (mine && mine !== theirs) {
      await send('PATCH', '/auth/me', { body: { locale: mine } }).catch(() => undefined);
    } else if (account && account !== currentLocale()) {
      await setLocale(account, false);
    }
  }

  /** Shows another language, here and in what the server writes. Errors: ApiProblem (the language is shown all the same). */
  async function chooseLocale(locale: Locale): Promise<void> {
    try {
      await send('PATCH', '/auth/me', { body: { locale } });
    } finally {
      await setLocale(locale);
    }
  }

  async function adopt(answer: SignInAnswer): Promise<void> {
    adoptToken(answer);
    me.value = answer.user;
    remember(HINT, answer.user.locale);
    await agreeOnLocale(answer.user.locale);
  }

  async function signIn(credentials: Credentials): Promise<void> {
    dropEarly();
    await adopt(
      await send<SignInAnswer>('POST', '/auth/sign-in', {
        body: { ...credentials, client: 'browser' },
        anonymous: true,
      }),
    );
  }

  /** Takes up the session of the cookie, if there is one. Errors: ApiProblem when the server cannot be reached. */
  async function restore(): Promise<void> {
    if (!mayBeSignedIn()) {
      return;
    }
    const answer = await restoreSession();
    if (answer) {
      me.value = answer.user;
      remember(HINT, answer.user.locale);
      await agreeOnLocale(answer.user.locale);
    } else {
      remember(HINT, null);
    }
  }

  async function signOut(): Promise<void> {
    await send('POST', '/auth/sign-out', { body: {} }).catch(() => undefined);
    end();
    dropToken();
  }

  async function changePassword(current: string, next: string): Promise<void> {
    await adopt(
      await send<SignInAnswer>('PUT', '/auth/password', { body: { current_password: current, new_password: next } }),
    );
  }

  async function reload(): Promise<void> {
    me.value = await send<Me>('GET', '/auth/me');
  }

  function end(): void {
    me.value = null;
    remember(HINT, null);
  }

  onSessionEnd(end);
  return { me, isSignedIn, mustChangePassword, can, signIn, signOut, restore, changePassword, chooseLocale, reload };
});

/** The permission check alone, for templates. */
export function useCan(): (permission: string) => boolean {
  const session = useSession();
  return (permission) => session.can(permission);
}
