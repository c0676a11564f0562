/** The cache of assignments. Keys begin with "records": a change of any record drops what was figured out of it. */
import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/vue-query';
import { computed, type ComputedRef, type Ref } from 'vue';
import { send } from '@/shared/api/client';
import { findObject, useMeta } from '@/shared/api/meta';
import type { RecordRow } from '@/shared/api/types';
import { queryClient } from '@/shared/api/query';
import { useCan } from '@/shared/api/session';
import {
  getBatch,
  getPath,
  getSummary,
  listItems,
  listPolicies,
  getInterval,
  getMyCapacity,
  groupFigures,
  listIntervals,
  listLimits,
  listRoleChoices,
} from './api';
import type { Filter } from '@/shared/lib/filter';
import type { Dimension, Interval, Scope } from './model';

const BUSY_MS = 1_000;
const keys = {
  all: ['records', 'assignment'] as const,
  intervals: (customer: number) => ['records', 'assignment', 'of', customer] as const,
  one: (id: number) => ['records', 'assignment', 'interval', id] as const,
  path: (id: number, end: string | null) => ['records', 'assignment', 'path', id, end] as const,
  groups: (by: Dimension | null, filter: Filter | null) => ['records', 'assignment', 'groups', by, filter] as const,
  capacity: ['records', 'holding_limit', 'mine'] as const,
  limits: ['records', 'holding_limit', 'all'] as const,
};

export async function forgetAssignments(): Promise<void> {
  await queryClient.invalidateQueries({ queryKey: ['records'] });
}

export function useIntervals(customer: Ref<number | null>) {
  const can = useCan();
  return useQuery({
    queryKey: computed(() => keys.intervals(customer.value ?? 0)),
    queryFn: ({ signal }) => listIntervals(customer.value ?? 0, can('assignment.view'), signal),
    enabled: computed(() => customer.value !== null),
  });
}
export function useInterval(id: Ref<number | null>) {
  return useQuery({
    queryKey: computed(() => keys.one(id.value ?? 0)),
    queryFn: ({ signal }) => getInterval(id.value ?? 0, signal),
    enabled: computed(() => id.value !== null),
  });
}
export function usePath(of: Ref<Interval | null>, withFollowUps: Ref<boolean>) {
  return useQuery({
    queryKey: computed(() => [...keys.path(of.value?.id ?? 0, of.value?.ended_at ?? null), withFollowUps.value]),
    queryFn: ({ signal }) => getPath(of.value as Interval, withFollowUps.value, signal),
    enabled: computed(() => of.value !== null),
  });
}
export function useGroups(by: Ref<Dimension | null>, filter: Ref<Filter | null>) {
  return useQuery({
    queryKey: computed(() => keys.groups(by.value, filter.value)),
    queryFn: ({ signal }) => groupFigures(by.value, filter.value, signal),
    placeholderData: keepPreviousData,
  });
}
export function useMyCapacity() {
  return useQuery({ queryKey: keys.capacity, queryFn: getMyCapacity });
}
export function useLimits() {
  return useQuery({ queryKey: keys.limits, queryFn: listLimits });
}
export function useRoles() {
  return useQuery({ queryKey: ['role-choices'], queryFn: listRoleChoices, staleTime: 300_000 });
}

/** The names of what the scope is held to; the address has their ids alone. */
export function useNames(scope: Ref<Scope>): ComputedRef<Record<'owner' | 'department' | 'batch', string | null>> {
  const plurals = { owner: 'users', department: 'departments', batch: 'assignment-batches' } as const;
  const objects = { owner: 'user', department: 'department', batch: 'assignment_batch' } as const;
  const meta = useMeta();
  function nameOf(key: keyof typeof plurals) {
    return useQuery({
      queryKey: computed(() => ['records', 'name', plurals[key], scope.value[key]]),
      queryFn: async ({ signal }) =>
        (await send<RecordRow>('GET', `/${plurals[key]}/${scope.value[key]}`, { signal })).name as string,
      enabled: computed(() => scope.value[key] !== null && (findObject(meta.value, objects[key])?.can.view ?? false)),
      retry: false,
    });
  }
  const [owner, department, batch] = [nameOf('owner'), nameOf('department'), nameOf('batch')];
  return computed(() => ({
    owner: owner.data.value ?? null,
    department: department.data.value ?? null,
    batch: batch.data.value ?? null,
  }));
}

export function useBatch(id: Ref<number | null>) {
  return useQuery({
    queryKey: computed(() => ['records', 'assignment_batch', 'one', id.value]),
    queryFn: ({ signal }) => getBatch(id.value ?? 0, signal),
    enabled: computed(() => id.value !== null),
    refetchInterval: (state) =>
      ['queued', 'running', 'undoing'].includes(state.state.data?.status ?? '') ? BUSY_MS : false,
  });
}
export function useBatchItems(id: Ref<number>, result: Ref<string>) {
  return useInfiniteQuery({
    queryKey: computed(() => ['records', 'assignment_batch', 'items', id.value, result.value]),
    queryFn: ({ pageParam, signal }) => listItems(id.value, result.value, pageParam, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
  });
}
export function usePolicies() {
  return useQuery({ queryKey: ['records', 'sla_policy', 'all'], queryFn: listPolicies });
}
export function useSummary(filter: Ref<Filter | null>, period: Ref<'week' | 'month'>) {
  return useQuery({
    queryKey: computed(() => ['records', 'assignment', 'summary', filter.value, period.value]),
    queryFn: ({ signal }) => getSummary(filter.value, period.value, signal),
    placeholderData: keepPreviousData,
  });
}
