/** The map of completion: everybody by month, as rows that can be folded and walked through with arrow keys. */
import { keepPreviousData, useQuery } from '@tanstack/vue-query';
import { computed, type Ref } from 'vue';
import { send } from '@/shared/api/client';
import { formatPpm } from '@/shared/lib/format';
import type { FactsOf, GridOf, Kind } from './api';

export interface MapCell {
  readonly target: number;
  readonly actual: number;
  readonly completion_ppm: number | null; // null without a target
}
export interface MapRow extends MapCell {
  readonly kind: 'total' | 'own' | 'user';
  readonly id: number | null;
  readonly department_id: number | null;
  readonly name: string;
  readonly depth: number;
  readonly cells: readonly MapCell[];
}
export interface CompletionMap {
  readonly year: number;
  readonly measure: string;
  readonly kind: Kind;
  readonly as_of: string;
  readonly months: readonly string[]; // twelve first days, and the day after the year
  readonly rows: readonly MapRow[];
}
export type Heat = 'none' | 'below50' | 'below80' | 'below100' | 'reached';
export const HEATS: readonly Heat[] = ['below50', 'below80', 'below100', 'reached', 'none'];

const FOLDED_ABOVE = 80; // rows
const PERCENT = 10_000; // millionths

export function useMap(of: Ref<GridOf>) {
  return useQuery({
    queryKey: computed(() => ['targets', 'overview', 'map', of.value]),
    queryFn: ({ signal }): Promise<CompletionMap> => send('GET', '/targets/map', { query: { ...of.value }, signal }),
    placeholderData: keepPreviousData,
  });
}

export function heatOf(cell: MapCell): Heat {
  const done = cell.completion_ppm;
  if (done === null) {
    return 'none';
  }
  if (done >= 100 * PERCENT) {
    return 'reached';
  }
  return done >= 80 * PERCENT ? 'below100' : done >= 50 * PERCENT ? 'below80' : 'below50';
}

/** Whole percents, rounded down: 100% is said of what has been reached. */
export function percentOf(cell: MapCell): string {
  const done = cell.completion_ppm;
  return formatPpm(done === null ? null : Math.floor(done / PERCENT) * PERCENT, 0);
}

/** A month that has not begun and has nothing yet says nothing about completion. */
export function isAhead(map: CompletionMap, month: number, cell: MapCell): boolean {
  return (map.months[month] ?? '') > map.as_of && cell.actual === 0;
}

/** Departments that begin folded: all below the first level where there are many rows. */
export function foldedAtFirst(rows: readonly MapRow[]): ReadonlySet<number> {
  const many = rows.length > FOLDED_ABOVE;
  return new Set(many ? rows.filter((row) => row.kind === 'total' && row.depth > 0).map((row) => row.id ?? 0) : []);
}

/** Rows that stand below no folded one. */
export function shownRows(rows: readonly MapRow[], folded: ReadonlySet<number>): readonly MapRow[] {
  let hiddenBelow = Infinity;
  return rows.filter((row) => {
    if (row.depth > hiddenBelow) {
      return false;
    }
    hiddenBelow = row.kind === 'total' && folded.has(row.id ?? 0) ? row.depth : Infinity;
    return true;
  });
}

/** The rows behind a figure; month null: of the year. */
export function factsOfCell(map: CompletionMap, row: MapRow, month: number | null): FactsOf {
  const from = map.months[month ?? 0] ?? '';
  const to = map.months[month === null ? map.months.length - 1 : month + 1] ?? '';
  const base = { year: map.year, measure: map.measure, from_on: from, to_on: to };
  const place = row.department_id === null ? {} : { department_id: row.department_id };
  if (row.kind === 'total') {
    return { ...base, ...place };
  }
  return { ...base, ...place, user_id: row.kind === 'user' ? (row.id ?? 0) : 0 };
}
