/** Routes of the person's own account. */
import { send } from '@/shared/api/client';
import type { Page } from '@/shared/api/types';

export interface SessionRow {
  readonly id: number;
  readonly address: string | null;
  readonly user_agent: string | null;
  readonly client: string;
  readonly created_at: string;
  readonly last_seen_at: string;
  readonly current: boolean;
}
export interface TotpStart {
  readonly secret: string;
  readonly otpauth_url: string;
  readonly qr_svg: string;
}

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
