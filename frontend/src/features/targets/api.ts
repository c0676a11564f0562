/** Calls of targets. */
import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/vue-query';
import { computed, toValue, type MaybeRefOrGetter } from 'vue';
import { send } from '@/shared/api/client';

export type Kind = 'money' | 'count';

export interface Measure {
  readonly key: string;
  readonly kind: Kind;
}

export interface Figure {
  readonly target: number;
  readonly actual: number;
  readonly completion_ppm: number | null;
  readonly gap: number;
}

export interface Period extends Figure {
  readonly from_on: string;
  readonly to_on: string; // the day after the last
  readonly time_passed_ppm: number;
}

export interface OverviewNode extends Figure {
  readonly kind: 'department' | 'user' | 'scope';
  readonly id: number | null;
  readonly name: string | null;
  readonly periods: readonly Period[];
}

export interface Overview {
  readonly year: number;
  readonly measure: string;
  readonly kind: Kind;
  readonly as_of: string;
  readonly from_on: string;
  readonly to_on: string;
  readonly time_passed_ppm: number;
  readonly path: readonly { readonly id: number; readonly name: string }[];
  readonly node: OverviewNode;
  readonly own: (Figure & { readonly periods: readonly Period[] }) | null;
  readonly children: readonly OverviewNode[];
}

export interface Fact {
  readonly on: string;
  readonly amount: number;
  readonly object: string;
  readonly record_id: number;
  readonly label: string | null;
  readonly customer_name: string | null;
  readonly user_name: string | null;
  readonly department_name: string | null;
}

export interface FactsPage {
  readonly items: readonly Fact[];
  readonly sum: number;
  readonly count: number;
  readonly next_cursor: string | null;
}

export interface GridCell {
  readonly amount: number;
  readonly version: number;
}

export interface GridRow {
  readonly subject_kind: 'user' | 'department';
  readonly subject_id: number;
  readonly name: string;
  readonly depth: number;
  readonly parent_id: number | null;
  readonly can_edit: boolean;
  readonly cells: readonly (GridCell | null)[]; // null: in another department that month
}

export interface Grid {
  readonly year: number;
  readonly measure: string;
  readonly kind: Kind;
  readonly months: readonly string[];
  readonly rows: readonly GridRow[];
}

export interface SavedCell {
  readonly subject_kind: 'user' | 'department';
  readonly subject_id: number;
  readonly month: number;
  readonly amount: number;
  readonly version: number;
}

/** Which rows a figure stands for. */
export interface FactsOf {
  readonly year: number;
  readonly measure: string;
  readonly from_on: string;
  readonly to_on: string;
  readonly department_id?: number;
  readonly user_id?: number;
}

export interface OverviewOf {
  readonly year: number;
  readonly measure: string;
  readonly by: 'month' | 'quarter';
  readonly department_id: number | null;
  readonly user_id: number | null;
}

const REFRESH_MS = 30_000;

export function useMeasures() {
  return useQuery({
    queryKey: ['targets', 'measures'],
    queryFn: ({ signal }) => send<{ items: readonly Measure[] }>('GET', '/targets/measures', { signal }),
    staleTime: Infinity,
  });
}

export function useOverview(of: MaybeRefOrGetter<OverviewOf>) {
  return useQuery({
    queryKey: ['targets', 'overview', computed(() => toValue(of))],
    queryFn: ({ signal }) => send<Overview>('GET', '/targets/overview', { query: { ...toValue(of) }, signal }),
    refetchInterval: REFRESH_MS,
    placeholderData: keepPreviousData,
  });
}

export function useFacts(of: MaybeRefOrGetter<FactsOf | null>) {
  return useInfiniteQuery({
    queryKey: ['targets', 'facts', computed(() => toValue(of))],
    queryFn: ({ pageParam, signal }) =>
      send<FactsPage>('GET', '/targets/facts', { query: { ...toValue(of), cursor: pageParam }, signal }),
    initialPageParam: '',
    getNextPageParam: (page) => page.next_cursor,
    enabled: () => toValue(of) !== null,
  });
}

export function loadGrid(year: number, measure: string, departmentId: number | null): Promise<Grid> {
  return send<Grid>('GET', '/targets/grid', { query: { year, measure, department_id: departmentId } });
}

export function saveGrid(
  year: number,
  measure: string,
  cells: readonly SavedCell[],
): Promise<{ cells: readonly SavedCell[] }> {
  return send('PUT', '/targets/grid', { body: { year, measure, cells } });
}
