/** Pure parts of calendar and timeline. */
import type { RecordRow } from '@/shared/api/types';
import { addDays, addMonths, daysBetween } from '@/shared/lib/dates';
import type { Sum } from './api';
import { weightedOf } from './model';

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

function asNumber(value: unknown): number | null {
  return typeof value === 'number' ? value : null;
}

/** Amounts of rows, a sum for each currency; null where an amount is hidden. */
export function sumsOf(rows: readonly RecordRow[], fallback: string): readonly Sum[] {
  const sums = new Map<string, { amount: number; weighted: number }>();
  for (const row of rows) {
    const amount = asNumber(row.amount_minor);
    if (amount !== null) {
      const currency = typeof row.currency === 'string' ? row.currency : fallback;
      const sum = sums.get(currency) ?? { amount: 0, weighted: 0 };
      sum.amount += amount;
      sum.weighted += weightedOf(amount, asNumber(row.win_probability_ppm) ?? 0);
      sums.set(currency, sum);
    }
  }
  return [...sums].map(([currency, { amount, weighted }]) => ({
    currency,
    amount_minor: amount,
    weighted_minor: weighted,
  }));
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
export interface Lane {
  readonly key: string;
  readonly name: string;
  readonly spans: readonly Span[];
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
/** From the month of the first start to the month of the last close, but no further than is readable. */
export function axisOf(rows: readonly RecordRow[], today: string): Axis {
  const starts = rows.flatMap((row) => startOf(row) ?? []);
  const ends = rows.flatMap((row) => (typeof row.expected_close_on === 'string' ? row.expected_close_on : []));
  const first = [today, ...starts].reduce((a, b) => (a < b ? a : b));
  const last = [today, ...ends].reduce((a, b) => (a > b ? a : b));
  const monthOf = (date: string): string => `${date.slice(0, 7)}-01`;
  const earliest = addMonths(monthOf(today), -MONTHS_BACK);
  const latest = addMonths(monthOf(today), MONTHS_ON);
  const from = monthOf(first) > earliest ? monthOf(first) : earliest;
  const wished = addMonths(monthOf(last), 1);
  const to = wished < latest ? wished : latest;
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

/** One lane for each owner or stage, in the order given (by name where there is none). */
export function lanesOf(
  rows: readonly RecordRow[],
  member: 'owner_id' | 'stage_id',
  axis: Axis,
  today: string,
  order: readonly number[] = [],
): readonly Lane[] {
  const lanes = new Map<string, { name: string; spans: Span[] }>();
  for (const row of rows) {
    const span = spanOf(row, axis, today);
    if (span) {
      const key = String(row[member] ?? '');
      const name = row[member.replace(/_id$/, '_name')];
      const lane = lanes.get(key) ?? { name: typeof name === 'string' ? name : '', spans: [] };
      lane.spans.push(span);
      lanes.set(key, lane);
    }
  }
  const placeOf = (key: string): number => {
    const place = order.indexOf(Number(key));
    return place === -1 ? order.length : place;
  };
  return [...lanes]
    .map(([key, lane]) => ({ key, ...lane, spans: lane.spans.toSorted((a, b) => a.to.localeCompare(b.to)) }))
    .toSorted((a, b) => placeOf(a.key) - placeOf(b.key) || a.name.localeCompare(b.name));
}
