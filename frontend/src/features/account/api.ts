/** Routes of the person's own account. */
import { send } from '@/shared/api/client';
import type { Answer, Page } from '@/shared/api/types';

export type SessionRow = Readonly<Answer<'/auth/sessions', 'get'>['items'][number]>;
export type TotpStart = Readonly<Answer<'/auth/totp', 'post'>>;

export async function listSessions(): Promise<readonly SessionRow[]> {
  return (await send<Page<SessionRow>>('GET', '/auth/sessions')).items;
}
export function endSession(id: number): Promise<void> {
  return send('DELETE', `/auth/sessions/${id}`);
}
export function startTotp(): Promise<TotpStart> {
  return send('POST', '/auth/totp', { body: {} });
}
export function confirmTotp(code: string): Promise<void> {
  return send('POST', '/auth/totp/confirm', { body: { code } });
}
export function disableTotp(password: string): Promise<void> {
  return send('POST', '/auth/totp/disable', { body: { password } });
}
export function updateMe(body: Readonly<Record<string, string | null>>): Promise<void> {
  return send('PATCH', '/auth/me', { body });
}
