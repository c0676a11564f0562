/** Routes of assignments: figures, batches, promises of a first follow-up, how many one may hold. */
import { send } from '@/shared/api/client';
import type { Answer, Page, RecordRow } from '@/shared/api/types';
import { hasCode } from '@/shared/api/problem';
import { allOf, type Filter } from '@/shared/lib/filter';
import { joinIntervals, type Capacity, type Dimension, type Holder, type Interval } from './model';

export type Body = Readonly<Record<string, unknown>>;

export interface Limit extends RecordRow {
  readonly name: string;
  readonly user_id: number | null;
  readonly user_name?: string | null;
  readonly department_id: number | null;
  readonly department_name?: string | null;
  readonly role_id: number | null;
  readonly role_name?: string | null;
  readonly maximum: number;
  readonly uncounted: Filter | null;
}

const ALL = 200; // as many as the server gives at once

async function ownIntervals(customerId: number, signal?: AbortSignal): Promise<readonly Interval[]> {
  const filter = JSON.stringify({ field: 'customer_id', op: 'eq', value: customerId });
  const query = { filter, sort: '-started_at', limit: ALL };
  return (await send<Page<Interval>>('GET', '/assignments', { query, signal })).items;
}
/** Everybody who held a customer; nobody, where one does not see the customer itself any more. */
async function holders(customerId: number, signal?: AbortSignal): Promise<readonly Holder[]> {
  try {
    return (await send<Page<Holder>>('GET', `/customers/${customerId}/assignments`, { signal })).items;
  } catch (failure) {
    if (hasCode(failure, 'not_found')) {
      return [];
    }
    throw failure;
  }
}
/** All times in which somebody held a customer; those in one's own scope with what came of them. */
export async function listIntervals(
  customerId: number,
  withFigures: boolean,
  signal?: AbortSignal,
): Promise<readonly (Interval | Holder)[]> {
  const [all, own] = await Promise.all([
    holders(customerId, signal),
    withFigures ? ownIntervals(customerId, signal) : [],
  ]);
  return joinIntervals(all, own);
}
export function getInterval(id: number, signal?: AbortSignal): Promise<Interval> {
  return send('GET', `/assignments/${id}`, { signal });
}

export function getMyCapacity(): Promise<Capacity> {
  return send('GET', '/holding-limits/mine');
}
export async function listLimits(): Promise<readonly Limit[]> {
  return (await send<Page<Limit>>('GET', '/holding-limits', { query: { limit: ALL } })).items;
}
export function saveLimit(limit: Limit | null, body: Body, key: string): Promise<Limit> {
  return limit
    ? send('PATCH', `/holding-limits/${limit.id}`, { body, version: limit.version })
    : send('POST', '/holding-limits', { body, key });
}
export function deleteLimit(limit: Limit): Promise<void> {
  return send('DELETE', `/holding-limits/${limit.id}`, { version: limit.version });
}

/** Counts and sums of a group of assignments, by the server's words. */
export interface Group {
  readonly key: string | number | null; // null with a dimension: none given
  readonly label: string | null;
  readonly count: number;
  readonly medianMinutes: number | null;
  readonly followUps: number;
  readonly opportunities: number;
  readonly contracts: number;
  readonly ordered: number;
  readonly received: number;
}
interface Aggregate {
  readonly groups: readonly {
    readonly keys: Readonly<Record<string, string | number | null>>;
    readonly labels: Readonly<Record<string, string | null>>;
    readonly values: Readonly<Record<string, number | null>>;
  }[];
}
const MEASURES = [
  'count',
  'median_x2:response_minutes',
  'sum:follow_up_count',
  'sum:opportunity_count',
  'sum:contract_count',
  'sum:ordered_minor',
  'sum:received_minor',
] as const;

/** The assignments by person, department, source or batch; without a dimension one group of all. */
export async function groupFigures(
  by: Dimension | null,
  filter: Filter | null,
  signal?: AbortSignal,
): Promise<readonly Group[]> {
  const query = {
    group_by: by,
    measures: MEASURES.join(','),
    filter: filter ? JSON.stringify(filter) : null,
  };
  const { groups } = await send<Aggregate>('GET', '/assignments/aggregate', { query, signal });
  return groups.map(({ keys, labels, values }) => {
    const twice = values['median_x2:response_minutes'] ?? null;
    return {
      key: by === null ? null : (keys[by] ?? null),
      label: by === null ? null : (labels[by] ?? null),
      count: values.count ?? 0,
      medianMinutes: twice === null ? null : Math.round(twice / 2),
      followUps: values['sum:follow_up_count'] ?? 0,
      opportunities: values['sum:opportunity_count'] ?? 0,
      contracts: values['sum:contract_count'] ?? 0,
      ordered: values['sum:ordered_minor'] ?? 0,
      received: values['sum:received_minor'] ?? 0,
    };
  });
}

export async function listRoleChoices(): Promise<readonly { value: number; label: string }[]> {
  const { items } = await send<Page<{ id: number; name: string }>>('GET', '/roles');
  return items.map((role) => ({ value: role.id, label: role.name }));
}

export type PathEvent = Answer<'/assignments/{id}/path', 'get'>['events'][number];
export interface Path {
  readonly events: readonly PathEvent[]; // stages, contracts, payments, oldest first
  readonly methods: Answer<'/assignments/{id}/path', 'get'>['follow_ups'];
  readonly followUps: readonly RecordRow[]; // the newest; the customer's page has all
}
const PATH_FOLLOW_UPS = 30;

/** The holder's follow-ups between start and end, newest first. */
async function listFollowUps(of: Interval, signal?: AbortSignal): Promise<readonly RecordRow[]> {
  const filter = allOf([
    { field: 'customer_id', op: 'eq', value: of.customer_id },
    { field: 'owner_id', op: 'eq', value: of.owner_id },
    { field: 'followed_at', op: 'ge', value: of.started_at },
    of.ended_at ? { field: 'followed_at', op: 'lt', value: of.ended_at } : null,
  ]);
  const query = { filter: JSON.stringify(filter), sort: '-followed_at', limit: PATH_FOLLOW_UPS };
  return (await send<Page<RecordRow>>('GET', '/follow-ups', { query, signal })).items;
}
/** What happened with the customer while this person held it. */
export async function getPath(of: Interval, withFollowUps: boolean, signal?: AbortSignal): Promise<Path> {
  const [path, followUps] = await Promise.all([
    send<Answer<'/assignments/{id}/path', 'get'>>('GET', `/assignments/${of.id}/path`, { signal }),
    withFollowUps ? listFollowUps(of, signal) : [],
  ]);
  return { events: path.events, methods: path.follow_ups, followUps };
}

export interface PlanPerson {
  readonly user_id: number;
  readonly user_name: string;
  readonly held: number;
  readonly given: number;
  readonly maximum: number | null;
  readonly room: number | null;
}
export interface PlanConflict {
  readonly code: string;
  readonly result: 'kept' | 'refused';
  readonly detail: string;
  readonly count: number;
  readonly examples: readonly {
    readonly position: number;
    readonly customer_id: number | null;
    readonly name: string | null;
    readonly line: string | null;
  }[];
}
export interface Plan {
  readonly total: number;
  readonly assigned: number;
  readonly people: readonly PlanPerson[];
  readonly conflicts: readonly PlanConflict[];
  readonly rules: readonly number[];
}
export interface Batch extends RecordRow {
  readonly name: string;
  readonly status: string;
  readonly strategy: string;
  readonly total_count: number;
  readonly assigned_count: number;
  readonly kept_count: number;
  readonly refused_count: number;
  readonly undone_count: number;
  readonly reason: string | null;
  readonly undo_until: string | null;
  readonly job_id: number | null;
  readonly owner_name?: string | null;
}
export interface BatchItem {
  readonly position: number;
  readonly line: string | null;
  readonly customer_id: number | null;
  readonly name: string | null;
  readonly from_owner_name: string | null;
  readonly to_owner_name: string | null;
  readonly result: string;
  readonly code: string | null;
  readonly detail: string | null;
}
export interface Policy extends RecordRow {
  readonly name: string;
  readonly touch_hours: number;
  readonly remind_before_hours: number | null;
  readonly escalate_after_hours: number | null;
  readonly take_back_after_hours: number | null;
  readonly is_default: boolean;
}

export function previewBatch(body: Body, signal?: AbortSignal): Promise<Plan> {
  return send('POST', '/assignment-batches/preview', { body, signal });
}
export function startBatch(body: Body, key: string): Promise<{ id: number; job_id: number }> {
  return send('POST', '/assignment-batches', { body, key });
}
export function getBatch(id: number, signal?: AbortSignal): Promise<Batch> {
  return send('GET', `/assignment-batches/${id}`, { signal });
}
export function undoBatch(id: number): Promise<{ job_id: number }> {
  return send('POST', `/assignment-batches/${id}/undo`, { body: {} });
}
export function listItems(
  id: number,
  result: string,
  cursor: string | null,
  signal?: AbortSignal,
): Promise<Page<BatchItem>> {
  return send('GET', `/assignment-batches/${id}/items`, { query: { result: result || null, cursor }, signal });
}
export interface UploadedList {
  readonly id: number;
  readonly line_count: number;
  readonly columns: readonly string[];
  readonly column: number;
}
export function uploadList(file: File, column: number | null): Promise<UploadedList> {
  return send('POST', '/assignment-lists', { query: { name: file.name, column }, body: file });
}
export async function listPolicies(): Promise<readonly Policy[]> {
  return (await send<Page<Policy>>('GET', '/sla-policies', { query: { limit: ALL } })).items;
}
export function deletePolicy(policy: Policy): Promise<void> {
  return send('DELETE', `/sla-policies/${policy.id}`, { version: policy.version });
}
/** The people of a department and those below who can work. */
export async function listPeopleOf(department: number): Promise<readonly { id: number; name: string }[]> {
  const filter = JSON.stringify({
    all: [
      { field: 'department_id', op: 'under', value: department },
      { field: 'status', op: 'eq', value: 'active' },
    ],
  });
  const { items } = await send<Page<RecordRow>>('GET', '/users', { query: { filter, limit: ALL } });
  return items.map((row) => ({ id: row.id, name: String(row.name) }));
}

export interface Figure {
  readonly key: string;
  readonly value: number | null; // null: not to be read by this person
  readonly filter: Filter | Record<string, never>; // opens exactly its rows
}
export type Values = Readonly<Record<string, number | null>>;
export interface Cohort {
  readonly from_on: string;
  readonly to_on: string;
  readonly assigned: number;
  readonly filter: Filter;
  readonly points: readonly {
    readonly days: number;
    readonly value: number | null;
    readonly is_over: boolean;
    readonly filter: Filter;
  }[];
}
export interface Summary {
  readonly totals: readonly Figure[];
  readonly funnel: readonly Figure[];
  readonly outcomes: readonly Figure[];
  readonly responses: readonly Figure[];
  readonly cohorts: readonly Cohort[];
  readonly batch_before: { readonly batch_id: number; readonly filter: Filter; readonly values: Values } | null;
  readonly former_owners: Values;
}
export function getSummary(filter: Filter | null, period: 'week' | 'month', signal?: AbortSignal): Promise<Summary> {
  const query = { filter: filter ? JSON.stringify(filter) : null, period };
  return send('GET', '/assignments/summary', { query, signal });
}
