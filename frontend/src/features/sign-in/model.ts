/** Rules of the sign-in pages. */
import type { LocationQueryValue } from 'vue-router';

export const PASSWORD_MIN = 10;

/** Where to go after signing in: a path of this program, never another site. */
export function safeNext(next: LocationQueryValue | LocationQueryValue[] | undefined): string {
  return typeof next === 'string' && /^\/(?![/\\])/.test(next) ? next : '/';
}

/** What is wrong with a new password (key of the text), or null. */
export function passwordFault(password: string, repeated: string): string | null {
  if ([...password].length < PASSWORD_MIN) {
    return 'sign_in.first.too_short';
  }
  return password === repeated ? null : 'sign_in.first.differs';
}

/** Whole seconds until an instant, at least 0. */
export function secondsUntil(instant: string, now: number): number {
  return Math.max(0, Math.ceil((Date.parse(instant) - now) / 1000));
}

/** 75 → "1:15". */
export function clockText(seconds: number): string {
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
