/** The cache of pools. Keys begin with "records": a change of any customer may change what lies in a pool. */
import { useQuery } from '@tanstack/vue-query';
import { computed, type Ref } from 'vue';
import { queryClient } from '@/shared/api/query';
import { getAllowance, getLint, getPoolCustomer, listLeaving, listPools, listRoutes, listRules } from './api';

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
export function usePoolCustomer(id: Ref<number | null>) {
  return useQuery({
    queryKey: computed(() => ['records', 'pool_customer', 'one', id.value]),
    queryFn: ({ signal }) => getPoolCustomer(id.value ?? 0, signal),
    enabled: computed(() => id.value !== null),
    retry: false,
  });
}
export function useLeaving(days: number) {
  return useQuery({
    queryKey: ['records', 'pool', 'leaving', days],
    queryFn: ({ signal }) => listLeaving(days, signal),
  });
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
