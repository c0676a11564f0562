/** Pure parts of calendar and timeline. */
import type { RecordRow } from '@/shared/api/types';
import { addDays, addMonths, daysBetween } from '@/shared/lib/dates';
import type { Sum, SumGroup } from './api';

// ---- calendar ----

/** The days of a month's weeks, Monday first, with the days around it that fill them. */
export function monthGrid(month: string): readonly (readonly string[])[] {
  const start = `${month}-01`;
  const offset = (new Date(`${start}T00:00:00Z`).getUTCDay() + 6) % 7;
  const from = addDays(start, -offset);
  const end = addMonths(start, 1);
  const weeks: string[][] = [];
  for (let day = from; day < end; day = addDays(day, 7)) {
    weeks.push(Array.from({ length: 7 }, (_, index) => addDays(day, index)));
  }
  return weeks;
}
export function otherMonth(month: string, step: number): string {
  return addMonths(`${month}-01`, step).slice(0, 7);
}
/** First and last day of a month. */
export function monthBounds(month: string): readonly [string, string] {
  return [`${month}-01`, addDays(addMonths(`${month}-01`, 1), -1)];
}

/** Groups together: how many, what they are worth by currency and together; nothing of none. */
export function sumUp(groups: readonly SumGroup[], own: string): Pick<SumGroup, 'count' | 'sums' | 'total'> {
  const sums = new Map<string, Sum>();
  let total: Sum = { currency: own, amount_minor: 0, weighted_minor: 0 };
  let count = 0;
  for (const group of groups) {
    count += group.count;
    total = plus(total, group.total);
    for (const sum of group.sums) {
      const before = sums.get(sum.currency);
      sums.set(sum.currency, before ? plus(before, sum) : sum);
    }
  }
  return { count, sums: [...sums.values()], total };
}
function plus(a: Sum, b: Sum): Sum {
  return {
    currency: a.currency,
    amount_minor: hiddenOr(a.amount_minor, b.amount_minor),
    weighted_minor: hiddenOr(a.weighted_minor, b.weighted_minor),
  };
}
function hiddenOr(a: number | null, b: number | null): number | null {
  return a === null || b === null ? null : a + b;
}
export function byDay(rows: readonly RecordRow[]): ReadonlyMap<string, readonly RecordRow[]> {
  const days = new Map<string, RecordRow[]>();
  for (const row of rows) {
    const day = typeof row.expected_close_on === 'string' ? row.expected_close_on : null;
    if (day !== null) {
      days.set(day, [...(days.get(day) ?? []), row]);
    }
  }
  return days;
}

// ---- timeline ----

export interface Span {
  readonly row: RecordRow;
  readonly from: string;
  readonly to: string;
  readonly start: number; // percent of the axis
  readonly width: number;
  readonly late: boolean; // its close date has passed
}
export interface Axis {
  readonly from: string;
  readonly to: string; // first day after
  readonly months: readonly { readonly on: string; readonly at: number }[];
}

const MONTHS_BACK = 6;
const MONTHS_ON = 12;

function startOf(row: RecordRow): string | null {
  const engaged = row.engaged_on ?? row.created_at;
  return typeof engaged === 'string' ? engaged.slice(0, 10) : null;
}
/** From the month of the first start to the month of the last close, but no further than is readable; as far as that where
 * not all rows are there. */
export function axisOf(rows: readonly RecordRow[], today: string, isWhole = true): Axis {
  const starts = rows.flatMap((row) => startOf(row) ?? []);
  const ends = rows.flatMap((row) => (typeof row.expected_close_on === 'string' ? row.expected_close_on : []));
  const first = [today, ...starts].reduce((a, b) => (a < b ? a : b));
  const last = [today, ...ends].reduce((a, b) => (a > b ? a : b));
  const monthOf = (date: string): string => `${date.slice(0, 7)}-01`;
  const earliest = addMonths(monthOf(today), -MONTHS_BACK);
  const latest = addMonths(monthOf(today), MONTHS_ON);
  const from = monthOf(first) > earliest ? monthOf(first) : earliest;
  const wished = addMonths(monthOf(last), 1);
  const to = isWhole && wished < latest ? wished : latest;
  const length = daysBetween(from, to);
  const months: { on: string; at: number }[] = [];
  for (let on = from; on < to; on = addMonths(on, 1)) {
    months.push({ on, at: (daysBetween(from, on) / length) * 100 });
  }
  return { from, to, months };
}
export function placeOn(axis: Axis, date: string): number {
  const share = daysBetween(axis.from, date) / daysBetween(axis.from, axis.to);
  return Math.max(0, Math.min(100, share * 100));
}

const LEAST_WIDTH = 0.6; // percent: still seen, still hit

export function spanOf(row: RecordRow, axis: Axis, today: string): Span | null {
  const from = startOf(row);
  const close = typeof row.expected_close_on === 'string' ? row.expected_close_on : null;
  if (from === null || close === null) {
    return null;
  }
  const to = close < from ? from : close;
  const start = placeOn(axis, from);
  const width = Math.max(LEAST_WIDTH, placeOn(axis, to) - start);
  return { row, from, to, start: Math.min(start, 100 - LEAST_WIDTH), width, late: close < today };
}

/** What can be drawn of these, the first to close first. */
export function spansOf(rows: readonly RecordRow[], axis: Axis, today: string): readonly Span[] {
  return rows.flatMap((row) => spanOf(row, axis, today) ?? []).toSorted((a, b) => a.to.localeCompare(b.to));
}

/** Rows of each owner or stage. */
export function byMember(
  rows: readonly RecordRow[],
  member: 'owner_id' | 'stage_id',
): ReadonlyMap<number | null, readonly RecordRow[]> {
  const members = new Map<number | null, RecordRow[]>();
  for (const row of rows) {
    const id = typeof row[member] === 'number' ? row[member] : null;
    members.set(id, [...(members.get(id) ?? []), row]);
  }
  return members;
}

/** Lanes in the order of the pipeline's stages, or by the owners' names. */
export function inOrder(groups: readonly SumGroup[], stages: readonly number[]): readonly SumGroup[] {
  const placeOf = (group: SumGroup): number => {
    const place = group.id === null ? -1 : stages.indexOf(group.id);
    return place === -1 ? stages.length : place;
  };
  return groups.toSorted((a, b) => placeOf(a) - placeOf(b) || (a.name ?? '').localeCompare(b.name ?? ''));
}
