/** Routes of customers in depth: duplicates, claims, merges, files, comments, plans, and their settings. */
import { send } from '@/shared/api/client';
import type { Answer, Body as BodyOf, Page, RecordRow } from '@/shared/api/types';
import type { Filter } from '@/shared/lib/filter';

export type Body = Readonly<Record<string, unknown>>;
export type Match = Readonly<Answer<'/customers/duplicate-check', 'post'>['items'][number]>;
export type Check = Readonly<Answer<'/customers/duplicate-check', 'post'>>;
export type Claim = Readonly<Answer<'/conflict-claims', 'get'>['items'][number]>;
export type ClaimDetail = Readonly<Answer<'/conflict-claims/{id}', 'get'>>;
export type ClaimBody = Readonly<BodyOf<'/conflict-claims', 'post'>>;
export type AcceptBody = Readonly<BodyOf<'/conflict-claims/{id}/accept', 'post'>>;
export type Rule = Readonly<Answer<'/duplicate-rules', 'get'>['items'][number]>;
export type Merge = Readonly<Answer<'/customer-merges', 'get'>['items'][number]> & {
  readonly moved: Readonly<Record<string, number>>;
};
export type Attachment = Readonly<Answer<'/attachments', 'get'>['items'][number]>;
export type Comment = Readonly<Answer<'/follow-ups/{id}/comments', 'get'>['items'][number]>;

export interface Tag extends RecordRow {
  readonly name: string;
  readonly color: 'neutral' | 'primary' | 'info' | 'success' | 'warning' | 'danger' | null;
  readonly is_active: boolean;
}
export interface Step extends RecordRow {
  readonly name: string;
  readonly days: number;
  readonly day_kind: 'calendar' | 'working';
  readonly notify_owner: boolean;
  readonly notify_manager: boolean;
  readonly notify_department_head: boolean;
  readonly notify_operations: boolean;
  readonly mark_risk: boolean;
  readonly filter: Filter | null;
  readonly is_active: boolean;
}

const ALL = 200; // as many as the server gives at once

// ---- duplicates ----

export function checkDuplicates(body: Body, signal: AbortSignal): Promise<Check> {
  return send('POST', '/customers/duplicate-check', { body, signal });
}
export async function listRules(): Promise<readonly Rule[]> {
  return (await send<Page<Rule>>('GET', '/duplicate-rules')).items;
}
export function saveRule(
  rule: Rule | null,
  body: Body,
  key: string,
): Promise<Rule & { readonly job_id: number | null }> {
  return rule
    ? send('PATCH', `/duplicate-rules/${rule.id}`, { body, version: rule.version })
    : send('POST', '/duplicate-rules', { body, key });
}
export function deleteRule(rule: Rule): Promise<void> {
  return send('DELETE', `/duplicate-rules/${rule.id}`, { version: rule.version });
}

// ---- claims ----

export function listClaims(
  query: { readonly status?: string; readonly mine?: 1 },
  cursor: string | null,
  signal: AbortSignal,
): Promise<Page<Claim>> {
  return send('GET', '/conflict-claims', { query: { ...query, cursor }, signal });
}
export function getClaim(id: number, signal?: AbortSignal): Promise<ClaimDetail> {
  return send('GET', `/conflict-claims/${id}`, { signal });
}
export function fileClaim(body: ClaimBody, key: string): Promise<ClaimDetail> {
  return send('POST', '/conflict-claims', { body, key });
}
export function acceptClaim(id: number, body: AcceptBody): Promise<void> {
  return send('POST', `/conflict-claims/${id}/accept`, { body });
}
export function rejectClaim(id: number, reason: string): Promise<ClaimDetail> {
  return send('POST', `/conflict-claims/${id}/reject`, { body: { reason } });
}
export function withdrawClaim(id: number): Promise<ClaimDetail> {
  return send('POST', `/conflict-claims/${id}/withdraw`, { body: {} });
}

// ---- merges ----

export async function previewMerge(
  survivor: number,
  source: number,
  signal?: AbortSignal,
): Promise<Readonly<Record<string, number>>> {
  const query = { source_id: source };
  return (await send<{ moved: Record<string, number> }>('GET', `/customers/${survivor}/merge`, { query, signal }))
    .moved;
}
export function mergeCustomers(survivor: number, body: Body, key: string): Promise<Merge> {
  return send('POST', `/customers/${survivor}/merge`, { body, key });
}
export async function listMerges(customer: number, signal?: AbortSignal): Promise<readonly Merge[]> {
  return (await send<Page<Merge>>('GET', '/customer-merges', { query: { customer_id: customer }, signal })).items;
}
export function undoMerge(id: number): Promise<Merge> {
  return send('POST', `/customer-merges/${id}/undo`, { body: {} });
}
export function getCustomer(id: number, signal?: AbortSignal): Promise<RecordRow> {
  return send('GET', `/customers/${id}`, { signal });
}

// ---- tags and escalation ----

export async function listTags(): Promise<readonly Tag[]> {
  return (await send<Page<Tag>>('GET', '/tags', { query: { limit: ALL } })).items;
}
export function deleteTag(tag: Tag): Promise<void> {
  return send('DELETE', `/tags/${tag.id}`, { version: tag.version });
}
export async function listSteps(): Promise<readonly Step[]> {
  return (await send<Page<Step>>('GET', '/escalation-steps', { query: { limit: ALL, sort: 'days' } })).items;
}
export function saveStep(step: Step | null, body: Body, key: string): Promise<Step> {
  return step
    ? send('PATCH', `/escalation-steps/${step.id}`, { body, version: step.version })
    : send('POST', '/escalation-steps', { body, key });
}
export function deleteStep(step: Step): Promise<void> {
  return send('DELETE', `/escalation-steps/${step.id}`, { version: step.version });
}

// ---- files ----

export interface Owner {
  readonly object: 'customer' | 'follow_up' | 'contract' | 'invoice' | 'payment' | 'conflict_claim';
  readonly record_id: number;
}
export async function listFiles(owner: Owner, signal?: AbortSignal): Promise<readonly Attachment[]> {
  return (await send<Page<Attachment>>('GET', '/attachments', { query: { ...owner }, signal })).items;
}
export function uploadFile(owner: Owner, file: File): Promise<Attachment> {
  return send('POST', '/attachments', { query: { ...owner, name: file.name }, body: file });
}
export function removeFile(id: number): Promise<void> {
  return send('DELETE', `/attachments/${id}`);
}

// ---- comments and plans ----

export function listComments(followUp: number, cursor: string | null, signal: AbortSignal): Promise<Page<Comment>> {
  return send('GET', `/follow-ups/${followUp}/comments`, { query: { cursor }, signal });
}
export function addComment(followUp: number, body: Body, key: string): Promise<Comment> {
  return send('POST', `/follow-ups/${followUp}/comments`, { body, key });
}
export function removeComment(id: number): Promise<void> {
  return send('DELETE', `/comments/${id}`);
}
export function completePlan(followUp: number, body: Body, key: string): Promise<{ readonly id: number }> {
  return send('POST', `/follow-ups/${followUp}/plan/complete`, { body, key });
}
export function cancelPlan(followUp: number, reason: string): Promise<void> {
  return send('POST', `/follow-ups/${followUp}/plan/cancel`, { body: reason ? { reason } : {} });
}
/** The plans of a customer that are still to be done, the next first. */
export async function listPlans(customer: number, signal?: AbortSignal): Promise<readonly RecordRow[]> {
  const filter = JSON.stringify({
    all: [
      { field: 'customer_id', op: 'eq', value: customer },
      { field: 'plan_status', op: 'eq', value: 'open' },
    ],
  });
  const page = await send<Page<RecordRow>>('GET', '/follow-ups', { query: { filter, limit: ALL }, signal });
  return page.items.toSorted((a, b) => String(a.next_plan_at).localeCompare(String(b.next_plan_at)));
}
