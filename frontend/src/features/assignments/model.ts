/** Pure parts of the tracking page: which assignments are looked at, the rows behind each figure, texts. */
import type { LocationQuery, LocationQueryRaw } from 'vue-router';
import type { Answer, RecordRow } from '@/shared/api/types';
import { firstText, t } from '@/shared/i18n';
import { allOf, parseFilter, type Filter } from '@/shared/lib/filter';
import { formatInteger } from '@/shared/lib/format';
import type { Tone } from '@/shared/ui/base/tone';

export const PERIODS = [
  'last_7_days',
  'last_30_days',
  'last_90_days',
  'this_month',
  'last_month',
  'this_quarter',
  'this_year',
  'all',
] as const;
export type Period = (typeof PERIODS)[number];
const DEFAULT_PERIOD: Period = 'last_90_days';

/** Which assignments the figures are about. The list below may be narrowed further. */
export interface Scope {
  readonly period: Period;
  readonly owner: number | null;
  readonly department: number | null;
  readonly source: string | null;
  readonly batch: number | null;
  readonly more: Filter | null;
}
/** The parts of the address that say so. */
export const SCOPE_KEYS = ['period', 'owner', 'department', 'source', 'batch', 's'] as const;

function first(value: LocationQuery[string] | undefined): string | null {
  return (Array.isArray(value) ? value[0] : value) ?? null;
}
export function idOf(value: LocationQuery[string] | undefined): number | null {
  const number = Number(first(value));
  return Number.isSafeInteger(number) && number > 0 ? number : null;
}

export function scopeOf(query: LocationQuery): Scope {
  const batch = idOf(query.batch);
  const period = first(query.period);
  return {
    period: PERIODS.find((one) => one === period) ?? (batch === null ? DEFAULT_PERIOD : 'all'),
    owner: idOf(query.owner),
    department: idOf(query.department),
    source: first(query.source),
    batch,
    more: parseFilter(first(query.s)),
  };
}

export function scopeQuery(scope: Scope): LocationQueryRaw {
  const usual: Period = scope.batch === null ? DEFAULT_PERIOD : 'all';
  return {
    ...(scope.period === usual ? {} : { period: scope.period }),
    ...(scope.owner === null ? {} : { owner: String(scope.owner) }),
    ...(scope.department === null ? {} : { department: String(scope.department) }),
    ...(scope.source === null ? {} : { source: scope.source }),
    ...(scope.batch === null ? {} : { batch: String(scope.batch) }),
    ...(scope.more === null ? {} : { s: JSON.stringify(scope.more) }),
  };
}

export function scopeFilter(scope: Scope): Filter | null {
  return allOf([
    scope.period === 'all' ? null : { field: 'started_at', op: 'relative', value: scope.period },
    scope.owner === null ? null : { field: 'owner_id', op: 'eq', value: scope.owner },
    scope.department === null ? null : { field: 'department_id', op: 'under', value: scope.department },
    scope.source === null ? null : { field: 'customer_source', op: 'eq', value: scope.source },
    scope.batch === null ? null : { field: 'batch_id', op: 'eq', value: scope.batch },
    scope.more,
  ]);
}

/** The address of the page that shows exactly the rows behind a figure; null: all of the scope. */
export function rowsAddress(scope: Scope, rows: Filter | null): { query: LocationQueryRaw } {
  return { query: { ...scopeQuery(scope), ...(rows ? { f: JSON.stringify(rows) } : {}) } };
}

/** Working time: 45 → "45 min", 150 → "2 h 30 min". Days are left out: how long a working day is, the company says. */
export function minutesText(minutes: number | null | undefined): string {
  if (minutes == null) {
    return '—';
  }
  const hours = Math.floor(minutes / 60);
  const rest = Math.round(minutes % 60);
  if (hours === 0) {
    return t('assignments.time.minutes', { n: rest });
  }
  return rest === 0 || hours >= 10
    ? t('assignments.time.hours', { n: hours })
    : t('assignments.time.hours_minutes', { hours, minutes: rest });
}

/** The same, short enough for a tile: hours to one decimal. */
export function minutesBrief(minutes: number | null | undefined): string {
  return minutes == null || minutes < 60
    ? minutesText(minutes)
    : t('assignments.time.hours', { n: Math.round(minutes / 6) / 10 });
}

export function shareOf(part: number, whole: number): number | null {
  return whole > 0 ? Math.round((part * 1_000_000) / whole) : null;
}

export const OUTCOME_TONES: Readonly<Record<string, Tone>> = {
  open: 'info',
  won: 'success',
  recycled: 'warning',
  returned: 'neutral',
  transferred: 'neutral',
  deleted: 'danger',
};

/** One time in which somebody held a customer. */
export interface Interval extends RecordRow {
  readonly name: string;
  readonly customer_id: number;
  readonly customer_name: string | null;
  readonly owner_id: number;
  readonly owner_name: string | null;
  readonly department_name: string | null;
  readonly started_at: string;
  readonly ended_at: string | null;
  readonly start_cause: string;
  readonly end_cause: string | null;
  readonly outcome: string;
  readonly reason: string | null;
  readonly end_reason: string | null;
  readonly from_owner_name?: string | null;
  readonly to_owner_name?: string | null;
  readonly batch_id?: number | null;
  readonly batch_name?: string | null;
  readonly from_pool_name?: string | null;
  readonly to_pool_name?: string | null;
  readonly first_touch_at: string | null;
  readonly first_touch_due_at: string | null;
  readonly expected_action_on: string | null;
  readonly response_minutes: number | null;
  readonly last_touch_at: string | null;
  readonly follow_up_count: number;
  readonly opportunity_count: number;
  readonly stage_name: string | null;
  readonly contract_count: number;
  readonly ordered_minor: number | null;
  readonly received_minor: number | null;
  readonly won_on: string | null;
  readonly signed_on: string | null;
  readonly deal_on: string | null;
  readonly days_to_deal: number | null;
}

/** A time in which somebody held a customer, as whoever sees the customer may know it. */
export type Holder = Readonly<Answer<'/customers/{id}/assignments', 'get'>['items'][number]>;

export function isInterval(row: Interval | Holder): row is Interval {
  return !('is_seen' in row);
}
/** Each holder once, the latest first: with figures where one sees them. */
export function joinIntervals(all: readonly Holder[], own: readonly Interval[]): readonly (Interval | Holder)[] {
  const known = new Map(own.map((row) => [row.id, row]));
  const rows = all.map((row) => known.get(row.id) ?? row);
  return rows.length > 0 ? rows : own;
}

/** Where a customer came from, in words. */
export function originOf(row: Interval): string | null {
  const from = row.from_pool_name ?? row.from_owner_name ?? null;
  return from === null ? null : t('assignments.interval.from', { name: from });
}
export function destinationOf(row: Interval): string | null {
  const to = row.to_pool_name ?? row.to_owner_name ?? null;
  return to === null ? null : t('assignments.interval.to', { name: to });
}

/** Whether the promise of a first follow-up was kept: null where there is none or it still runs. */
export function promiseOf(row: Interval, now: string): 'kept' | 'late' | 'broken' | null {
  if (row.first_touch_due_at === null) {
    return null;
  }
  if (row.first_touch_at !== null) {
    return row.first_touch_at <= row.first_touch_due_at ? 'kept' : 'late';
  }
  return (row.ended_at ?? now) > row.first_touch_due_at ? 'broken' : null;
}

export interface Capacity {
  readonly held: number;
  readonly maximum: number | null;
}
/** How full somebody is; null without a limit. */
export function fillOf(capacity: Capacity): number | null {
  return capacity.maximum === null
    ? null
    : capacity.maximum === 0
      ? 1_000_000
      : Math.round((capacity.held * 1_000_000) / capacity.maximum);
}
export function fillTone(ppm: number | null): Tone {
  return ppm === null ? 'neutral' : ppm >= 1_000_000 ? 'danger' : ppm >= 850_000 ? 'warning' : 'success';
}
export function capacityText(capacity: Capacity): string {
  return capacity.maximum === null
    ? t('assignments.capacity.unlimited', { held: formatInteger(capacity.held) })
    : `${formatInteger(capacity.held)} / ${formatInteger(capacity.maximum)}`;
}

/** By what the assignments are broken down: fields of an assignment. */
export const DIMENSIONS = ['owner_id', 'department_id', 'customer_source', 'start_cause', 'batch_id'] as const;
export type Dimension = (typeof DIMENSIONS)[number];

/** The rows of one group. */
export function groupFilter(by: Dimension, key: string | number | null): Filter {
  return key === null ? { field: by, op: 'is_null' } : { field: by, op: 'eq', value: key };
}

/** Rows behind the figures at the top. */
export const ROWS = {
  touched: { field: 'first_touch_at', op: 'not_null' },
  untouched: { field: 'first_touch_at', op: 'is_null' },
  opportunity: { field: 'opportunity_count', op: 'gt', value: 0 },
  signed: { field: 'contract_count', op: 'gt', value: 0 },
  ordered: { field: 'ordered_minor', op: 'ne', value: 0 },
  received: { field: 'received_minor', op: 'ne', value: 0 },
  deal: { field: 'deal_on', op: 'not_null' },
  followed: { field: 'follow_up_count', op: 'gt', value: 0 },
} as const satisfies Record<string, Filter>;

/** Whom a limit is for, from the widest to the one that wins. */
export const SUBJECTS = ['all', 'role', 'department', 'user'] as const;
export type Subject = (typeof SUBJECTS)[number];

export function subjectOf(of: {
  readonly user_id: number | null;
  readonly department_id: number | null;
  readonly role_id: number | null;
}): Subject {
  return of.user_id !== null ? 'user' : of.department_id !== null ? 'department' : of.role_id !== null ? 'role' : 'all';
}

/** Why a customer was not assigned; the server's own words for reasons that have no text here. */
export function codeText(code: string, detail: string | null): string {
  return firstText([`assignments.code.${code}`], detail ?? code);
}

/** What a figure adds to the scope it was asked for: the server joins both as {"all": [scope, own]}. */
export function ownFilter(filter: Filter | Record<string, never>, scope: Filter | null): Filter | null {
  if (Object.keys(filter).length === 0 || JSON.stringify(filter) === JSON.stringify(scope)) {
    return null;
  }
  const parts = scope !== null && 'all' in filter ? (filter.all as readonly Filter[]) : null;
  return parts?.length === 2 && JSON.stringify(parts[0]) === JSON.stringify(scope)
    ? (parts[1] ?? null)
    : (filter as Filter);
}

/** The share of a cohort that had a deal by then; null where not all had that many days yet. */
export function curveOf(cohort: {
  readonly assigned: number;
  readonly points: readonly { readonly value: number | null; readonly is_over: boolean }[];
}): (number | null)[] {
  return cohort.points.map((point) =>
    point.is_over && point.value !== null && cohort.assigned > 0
      ? Math.round((point.value * 1000) / cohort.assigned) / 10
      : null,
  );
}
