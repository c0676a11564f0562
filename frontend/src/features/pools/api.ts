/** Routes of pools: what one may claim, what leaves and why, routing, rules, runs. */
import { send } from '@/shared/api/client';
import type { Answer, Page, RecordRow } from '@/shared/api/types';
import type { Filter } from '@/shared/lib/filter';

export type Body = Readonly<Record<string, unknown>>;
const ALL = 200;

export interface Member {
  readonly user_id: number | null;
  readonly department_id: number | null;
  readonly role_id: number | null;
  readonly is_admin: boolean;
  readonly weight: number;
  readonly name: string | null;
}
export interface Pool extends RecordRow {
  readonly name: string;
  readonly description: string | null;
  readonly is_default: boolean;
  readonly is_active: boolean;
  readonly distribution: string;
  readonly claims_per_day: number | null;
  readonly views_per_day: number | null;
  readonly former_owner_days: number | null;
  readonly fresh_hours: number | null;
  readonly members: readonly Member[];
  readonly closed_fields: readonly { readonly field: string; readonly access: string }[];
  readonly return_reasons: readonly string[];
  readonly customer_count: number;
  readonly is_member: boolean;
  readonly is_admin: boolean;
}
export interface Allowance {
  readonly claims_left: number | null;
  readonly views_left: number | null;
  readonly resets_at: string;
}
export interface OrderResult {
  readonly id: number;
  readonly ok: boolean;
  readonly code: string | null;
  readonly detail: string | null;
  readonly available_at: string | null;
  readonly available_on: string | null;
}
export interface OrderAnswer {
  readonly done: number;
  readonly results: readonly OrderResult[];
}
export interface Leaving {
  readonly customer_id: number;
  readonly name: string;
  readonly owner_id: number;
  readonly owner_name: string | null;
  readonly rule_name: string | null; // null: the proposed one
  readonly pool_name: string | null;
  readonly last_act: string;
  readonly last_act_at: string;
  readonly days: number;
  readonly working_days: boolean;
  readonly leaves_on: string;
}
export interface Trial {
  readonly days: number;
  readonly before: number;
  readonly after: number;
  readonly added: number;
  readonly dropped: number;
  readonly items: readonly Leaving[];
}
export interface Rule extends RecordRow {
  readonly name: string;
  readonly priority: number;
  readonly kind: string;
  readonly days: number;
  readonly working_days: boolean;
  readonly covers: Filter | null;
  readonly exempt_deal: boolean;
  readonly exempt_open_opportunity: boolean;
  readonly pool_id: number | null;
  readonly pool_name?: string | null;
  readonly warn_days: number;
  readonly warn_manager: boolean;
  readonly is_active: boolean;
}
export interface RouteRow extends RecordRow {
  readonly name: string;
  readonly priority: number;
  readonly region_name?: string | null;
  readonly customer_type: string | null;
  readonly source: string | null;
  readonly pool_name?: string | null;
  readonly is_active: boolean;
}
export interface Lint {
  readonly unmatched: readonly {
    readonly region_id: number | null;
    readonly region_name: string | null;
    readonly customer_type: string;
    readonly source: string | null;
    readonly customers: number;
  }[];
  readonly ambiguous: readonly {
    readonly route_id: number;
    readonly route_name: string;
    readonly other_id: number;
    readonly other_name: string;
    readonly priority: number;
    readonly customers: number;
  }[];
  readonly default_pool_id: number | null;
}
export interface Routed {
  readonly pool_id: number | null;
  readonly pool_name: string | null;
  readonly route_name: string | null;
}

async function all<T>(path: string, signal?: AbortSignal): Promise<readonly T[]> {
  return (await send<Page<T>>('GET', path, { query: { limit: ALL }, signal })).items;
}

/** The pools this person sees, with members, reasons and counts. */
export async function listPools(signal?: AbortSignal): Promise<readonly Pool[]> {
  const heads = await all<RecordRow>('/pools', signal);
  return Promise.all(heads.map((head) => send<Pool>('GET', `/pools/${head.id}`, { signal })));
}
export function getAllowance(pool: number, signal?: AbortSignal): Promise<Allowance> {
  return send('GET', `/pools/${pool}/allowance`, { signal });
}
export function claim(pool: number, ids: readonly number[]): Promise<OrderAnswer> {
  return send('POST', `/pools/${pool}/claim`, { body: { customer_ids: ids } });
}
export function giveBack(ids: readonly number[], pool: number | null, reason: string): Promise<OrderAnswer> {
  return send('POST', '/pool-returns', { body: { customer_ids: ids, reason, ...(pool ? { pool_id: pool } : {}) } });
}
export function assign(pool: number, ids: readonly number[], owner: number, reason: string): Promise<OrderAnswer> {
  return send('POST', `/pools/${pool}/assign`, {
    body: { customer_ids: ids, owner_id: owner, reason: reason || null },
  });
}
export function move(pool: number, ids: readonly number[], target: number, reason: string): Promise<OrderAnswer> {
  return send('POST', `/pools/${pool}/move`, {
    body: { customer_ids: ids, to_pool_id: target, reason: reason || null },
  });
}
/** Customers by id, or all that match. */
export interface Target {
  readonly ids?: readonly number[];
  readonly filter?: Filter | Record<string, never>;
}
/** As many as one request takes; more are a job. */
export const ORDER_MAX = 500;
export function isJob(target: Target): boolean {
  return target.ids === undefined || target.ids.length > ORDER_MAX;
}
interface Started {
  readonly job_id: number;
}
export function giveBackAll(target: Target, pool: number | null, reason: string): Promise<Started> {
  return send('POST', '/pool-returns/bulk', { body: { ...target, reason, ...(pool ? { pool_id: pool } : {}) } });
}
export function orderAll(
  pool: number,
  action: 'assign' | 'move' | 'delete',
  target: Target,
  more: Body = {},
): Promise<Started> {
  return send('POST', `/pools/${pool}/bulk`, { body: { action, ...target, ...more } });
}
export function discard(pool: number, ids: readonly number[]): Promise<OrderAnswer> {
  return send('POST', `/pools/${pool}/remove`, { body: { customer_ids: ids } });
}
export function getPoolCustomer(id: number, signal?: AbortSignal): Promise<RecordRow> {
  return send('GET', `/pool-customers/${id}`, { signal });
}
export function listLeaving(days: number, signal?: AbortSignal): Promise<{ total: number; items: readonly Leaving[] }> {
  return send('GET', '/pool-rules/preview', { query: { days }, signal });
}
export function tryRule(rule: Body, ruleId: number | null, days: number, signal?: AbortSignal): Promise<Trial> {
  return send('POST', '/pool-rules/try', { body: { days, rule, ...(ruleId ? { rule_id: ruleId } : {}) }, signal });
}
export const listRules = (signal?: AbortSignal): Promise<readonly Rule[]> => all('/pool-rules', signal);
export const listRoutes = (signal?: AbortSignal): Promise<readonly RouteRow[]> => all('/pool-routes', signal);
export function getLint(signal?: AbortSignal): Promise<Lint> {
  return send('GET', '/pool-routes/lint', { signal });
}
export function getRouteOf(customer: number, signal?: AbortSignal): Promise<Routed> {
  return send('GET', `/customers/${customer}/pool-route`, { signal });
}
export function runRoutes(): Promise<{ job_id: number }> {
  return send('POST', '/pool-routes/run', { body: {} });
}
export function startRun(): Promise<{ job_id: number }> {
  return send('POST', '/pool-runs', { body: {} });
}
export function getRun(id: number, signal?: AbortSignal): Promise<RecordRow> {
  return send('GET', `/pool-runs/${id}`, { signal });
}
export function undoRun(id: number): Promise<{ job_id: number }> {
  return send('POST', `/pool-runs/${id}/undo`, { body: {} });
}
export function save(plural: string, row: RecordRow | null, body: Body, key: string): Promise<RecordRow> {
  return row
    ? send('PATCH', `/${plural}/${row.id}`, { body, version: row.version })
    : send('POST', `/${plural}`, { body, key });
}
export function remove(plural: string, row: RecordRow): Promise<void> {
  return send('DELETE', `/${plural}/${row.id}`, { version: row.version });
}

export type Distribution = Answer<'/pools/{id}/distribution', 'get'>;
export type Economy = Answer<'/pool-economics', 'get'>['pools'][number];
export type Hoarder = Answer<'/pool-hoarding', 'get'>['items'][number];
export type Protection = Answer<'/customers/{id}/protection', 'get'>['items'][number];

export function getDistribution(pool: number, signal?: AbortSignal): Promise<Distribution> {
  return send('GET', `/pools/${pool}/distribution`, { signal });
}
export function distributeNow(): Promise<{ job_id: number }> {
  return send('POST', '/pool-distributions', { body: {} });
}
export function getEconomics(from: string, signal?: AbortSignal): Promise<Answer<'/pool-economics', 'get'>> {
  return send('GET', '/pool-economics', { query: { from_on: from }, signal });
}
export function getHoarding(from: string, signal?: AbortSignal): Promise<Answer<'/pool-hoarding', 'get'>> {
  return send('GET', '/pool-hoarding', { query: { from_on: from }, signal });
}
export async function listProtections(customer: number, signal?: AbortSignal): Promise<readonly Protection[]> {
  const answer: Answer<'/customers/{id}/protection', 'get'> = await send('GET', `/customers/${customer}/protection`, {
    signal,
  });
  return answer.items;
}
export function protect(customer: number, until: string | null, reason: string): Promise<unknown> {
  return send('PUT', `/customers/${customer}/protection`, { body: { until_on: until, reason: reason || null } });
}
export function unprotect(customer: number): Promise<void> {
  return send('DELETE', `/customers/${customer}/protection`);
}
export async function listRoles(): Promise<readonly { value: number; label: string }[]> {
  const { items } = await send<Page<{ id: number; name: string }>>('GET', '/roles');
  return items.map((role) => ({ value: role.id, label: role.name }));
}

export interface Share {
  readonly user: number;
  readonly name: string;
  readonly kind: string;
  readonly count: number;
}
/** How many customers each person got out of pools since a day, by kind. */
export async function listShares(from: string, signal?: AbortSignal): Promise<readonly Share[]> {
  const filter = JSON.stringify({
    all: [
      { field: 'direction', op: 'eq', value: -1 },
      { field: 'owner_id', op: 'not_null' },
      { field: 'kind', op: 'in', value: ['claim', 'assign', 'auto'] },
      { field: 'happened_on', op: 'ge', value: from },
    ],
  });
  const { groups } = await send<{
    groups: readonly {
      readonly keys: Readonly<Record<string, string | number | null>>;
      readonly labels: Readonly<Record<string, string | null>>;
      readonly values: Readonly<Record<string, number | null>>;
    }[];
  }>('GET', '/pool-events/aggregate', { query: { group_by: 'owner_id,kind', measures: 'count', filter }, signal });
  return groups.map(({ keys, labels, values }) => ({
    user: Number(keys.owner_id),
    name: labels.owner_id ?? `#${keys.owner_id}`,
    kind: String(keys.kind),
    count: values.count ?? 0,
  }));
}
