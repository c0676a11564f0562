/** Routes of shares and of the explanation. */
import { send } from '@/shared/api/client';
import type { ChoiceLoader } from '@/shared/api/options';
import type { Answer, Body, Option, Page } from '@/shared/api/types';

export type Share = Readonly<Answer<'/shares', 'post'>>;
export type ShareBody = Readonly<Body<'/shares', 'post'>>;
export type Explanation = Readonly<Answer<'/explain', 'get'>>;
export type Reason = Explanation['reasons'][number];

/** Which record: of what kind and which one. */
export interface Subject {
  readonly object: string;
  readonly record_id: number;
}

export async function listShares(subject: Subject, signal: AbortSignal): Promise<readonly Share[]> {
  return (await send<Page<Share>>('GET', '/shares', { query: { ...subject }, signal })).items;
}
export function saveShare(body: ShareBody): Promise<Share> {
  return send('POST', '/shares', { body });
}
export function endShare(id: number): Promise<void> {
  return send('DELETE', `/shares/${id}`);
}
/** About oneself, or about somebody else. */
export function explain(subject: Subject, userId: number | null, signal: AbortSignal): Promise<Explanation> {
  return send('GET', '/explain', { query: { ...subject, user_id: userId }, signal });
}

const LIMIT = 20;
const ACTIVE = JSON.stringify({ field: 'status', op: 'eq', value: 'active' });

/** Colleagues who can sign in. */
export const loadColleagues: ChoiceLoader = async (q, signal) => {
  const query = { q, limit: LIMIT, filter: ACTIVE };
  const { items } = await send<Page<Option>>('GET', '/users/options', { query, signal });
  return items.map((item) => ({ value: item.id, label: item.label ?? `#${item.id}`, hint: item.hint }));
};
