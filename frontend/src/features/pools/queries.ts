/** The cache of pools. Keys begin with "records": a change of any customer may change what lies in a pool. */
import { keepPreviousData, useQuery } from '@tanstack/vue-query';
import { computed, type Ref } from 'vue';
import { queryClient } from '@/shared/api/query';
import {
  getAllowance,
  getDistribution,
  getEconomics,
  getHoarding,
  getLint,
  getPoolCustomer,
  getRouteOf,
  getRun,
  listLeaving,
  listPools,
  listProtections,
  listRoles,
  listRoutes,
  listRules,
} from './api';

export async function forgetPools(): Promise<void> {
  await queryClient.invalidateQueries({ queryKey: ['records'] });
}
export function usePools() {
  return useQuery({ queryKey: ['records', 'pool', 'all'], queryFn: ({ signal }) => listPools(signal) });
}
export function useAllowance(pool: Ref<number | null>) {
  return useQuery({
    queryKey: computed(() => ['records', 'pool', 'allowance', pool.value]),
    queryFn: ({ signal }) => getAllowance(pool.value ?? 0, signal),
    enabled: computed(() => pool.value !== null),
  });
}
/** Opening a customer counts against the views of the day, so it is asked for once. */
export function usePoolCustomer(id: Ref<number | null>, enabled: Ref<boolean>) {
  return useQuery({
    queryKey: computed(() => ['records', 'pool_customer', 'one', id.value]),
    queryFn: ({ signal }) => getPoolCustomer(id.value ?? 0, signal),
    enabled: computed(() => id.value !== null && enabled.value),
    retry: false,
  });
}
export function useLeaving(days: Ref<number>) {
  return useQuery({
    queryKey: computed(() => ['records', 'pool', 'leaving', days.value]),
    queryFn: ({ signal }) => listLeaving(days.value, signal),
    placeholderData: keepPreviousData,
  });
}
/** The pool that the routes tell for one customer. */
export function useRouteOf(customer: Ref<number | null>) {
  return useQuery({
    queryKey: computed(() => ['records', 'pool_route', 'of', customer.value]),
    queryFn: ({ signal }) => getRouteOf(customer.value ?? 0, signal),
    enabled: computed(() => customer.value !== null),
  });
}
export function useRun(id: Ref<number | null>) {
  return useQuery({
    queryKey: computed(() => ['records', 'pool_run', 'one', id.value]),
    queryFn: ({ signal }) => getRun(id.value ?? 0, signal),
    enabled: computed(() => id.value !== null),
  });
}
/** Asked for anew with each list of pools, not with every change: a pool that is gone must not be asked about. */
export function useDistribution(pool: Ref<number>, listedAt: Ref<number>) {
  return useQuery({
    queryKey: computed(() => ['pool-distribution', pool.value, listedAt.value]),
    queryFn: ({ signal }) => getDistribution(pool.value, signal),
    placeholderData: keepPreviousData,
  });
}
export function useEconomics(from: Ref<string>) {
  return useQuery({
    queryKey: computed(() => ['records', 'pool_event', 'economics', from.value]),
    queryFn: ({ signal }) => getEconomics(from.value, signal),
    placeholderData: keepPreviousData,
  });
}
export function useHoarding(from: Ref<string>) {
  return useQuery({
    queryKey: computed(() => ['records', 'pool_event', 'hoarding', from.value]),
    queryFn: ({ signal }) => getHoarding(from.value, signal),
    placeholderData: keepPreviousData,
  });
}
export function useProtections(customer: Ref<number>, enabled: Ref<boolean>) {
  return useQuery({
    queryKey: computed(() => ['records', 'customer', 'protection', customer.value]),
    queryFn: ({ signal }) => listProtections(customer.value, signal),
    enabled,
  });
}
export function useRoles(enabled: boolean) {
  return useQuery({ queryKey: ['role-choices'], queryFn: listRoles, staleTime: 300_000, enabled });
}
export function useRules() {
  return useQuery({ queryKey: ['records', 'pool_rule', 'all'], queryFn: ({ signal }) => listRules(signal) });
}
export function useRoutes() {
  return useQuery({ queryKey: ['records', 'pool_route', 'all'], queryFn: ({ signal }) => listRoutes(signal) });
}
export function useLint(enabled: Ref<boolean>) {
  return useQuery({
    queryKey: ['records', 'pool_route', 'lint'],
    queryFn: ({ signal }) => getLint(signal),
    enabled,
  });
}
