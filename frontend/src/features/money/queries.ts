/** The cache of money. Keys begin with "records" where a change of any record may change what is shown. */
import { useQuery } from '@tanstack/vue-query';
import { computed, type Ref } from 'vue';
import { queryClient } from '@/shared/api/query';
import {
  getNotices,
  getPrepaid,
  listAuthorities,
  listBooks,
  listChanges,
  listPatterns,
  listPlan,
  listRates,
  listTemplates,
} from './api';

const keys = {
  books: ['records', 'price_book', 'all'] as const,
  authorities: ['records', 'discount_authority', 'all'] as const,
  patterns: ['records', 'number_pattern'] as const,
  templates: ['records', 'print_template', 'all'] as const,
  rates: ['records', 'exchange_rate', 'all'] as const,
  notices: ['records', 'renewal_notices'] as const,
  changes: (contract: number) => ['records', 'change_order', 'of', contract] as const,
  plan: (contract: number) => ['records', 'installment', 'plan', contract] as const,
  prepaid: (customer: number, currency: string) => ['records', 'payment', 'prepaid', customer, currency] as const,
};

/** After any write: sums and names elsewhere may show it too. */
export async function forgetMoney(): Promise<void> {
  await Promise.all(['records', 'targets'].map((key) => queryClient.invalidateQueries({ queryKey: [key] })));
}
export function usePatterns() {
  return useQuery({ queryKey: keys.patterns, queryFn: listPatterns });
}
export function useBooks() {
  return useQuery({ queryKey: keys.books, queryFn: listBooks });
}
export function useAuthorities() {
  return useQuery({ queryKey: keys.authorities, queryFn: listAuthorities });
}
export function usePlan(contract: Ref<number>, enabled: Ref<boolean>) {
  return useQuery({
    queryKey: computed(() => keys.plan(contract.value)),
    queryFn: ({ signal }) => listPlan(contract.value, signal),
    enabled,
  });
}
export function usePrepaid(customer: Ref<number | null>, currency: Ref<string>, enabled: Ref<boolean>) {
  return useQuery({
    queryKey: computed(() => keys.prepaid(customer.value ?? 0, currency.value)),
    queryFn: ({ signal }) => getPrepaid(customer.value ?? 0, currency.value, signal),
    enabled,
  });
}
export function useChanges(contract: Ref<number>, enabled: Ref<boolean>) {
  return useQuery({
    queryKey: computed(() => keys.changes(contract.value)),
    queryFn: ({ signal }) => listChanges(contract.value, signal),
    enabled,
  });
}
export function useNotices() {
  return useQuery({ queryKey: keys.notices, queryFn: getNotices });
}
export function useRates() {
  return useQuery({ queryKey: keys.rates, queryFn: listRates });
}
export function useTemplates() {
  return useQuery({ queryKey: keys.templates, queryFn: listTemplates });
}
