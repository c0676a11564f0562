/** The cache of customers in depth. Keys begin with "records" where a change of any record may change what is shown. */
import { useInfiniteQuery, useQuery } from '@tanstack/vue-query';
import { computed, type Ref } from 'vue';
import { queryClient } from '@/shared/api/query';
import {
  getClaim,
  listClaims,
  listComments,
  listFiles,
  listMerges,
  listPlans,
  listRules,
  listSteps,
  listTags,
  type Owner,
} from './api';
import type { ClaimView } from './model';

const RULES = ['duplicate-rules'];
const TAGS = ['tags'];
const keys = {
  claims: (view: ClaimView) => ['records', 'conflict_claim', 'list', view] as const,
  claim: (id: number) => ['records', 'conflict_claim', 'one', id] as const,
  merges: (customer: number) => ['records', 'customer', 'merges', customer] as const,
  files: (owner: Owner) => ['records', 'attachment', owner] as const,
  comments: (followUp: number) => ['records', 'comment', followUp] as const,
  plans: (customer: number) => ['records', 'follow_up', 'plans', customer] as const,
  steps: ['records', 'escalation_step', 'all'] as const,
};

/** After any write: names, counts and histories elsewhere may show it too. */
export async function forgetCustomers(): Promise<void> {
  await Promise.all(
    [['records'], ['targets'], RULES, TAGS].map((queryKey) => queryClient.invalidateQueries({ queryKey })),
  );
}

export function useRules() {
  return useQuery({ queryKey: RULES, queryFn: listRules });
}
export function useTags() {
  return useQuery({ queryKey: TAGS, queryFn: listTags, staleTime: 60_000 });
}
export function useSteps() {
  return useQuery({ queryKey: keys.steps, queryFn: listSteps });
}
export function useClaims(view: Ref<ClaimView>) {
  return useInfiniteQuery({
    queryKey: computed(() => keys.claims(view.value)),
    queryFn: ({ pageParam, signal }) => {
      const query = { open: { status: 'open' }, mine: { mine: 1 as const }, all: {} }[view.value];
      return listClaims(query, pageParam, signal);
    },
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
  });
}
export function useClaim(id: Ref<number | null>) {
  return useQuery({
    queryKey: computed(() => keys.claim(id.value ?? 0)),
    queryFn: ({ signal }) => getClaim(id.value ?? 0, signal),
    enabled: computed(() => id.value !== null),
  });
}
export function useMerges(customer: Ref<number>, enabled: Ref<boolean>) {
  return useQuery({
    queryKey: computed(() => keys.merges(customer.value)),
    queryFn: ({ signal }) => listMerges(customer.value, signal),
    enabled,
  });
}
export function useFiles(owner: Ref<Owner>) {
  return useQuery({
    queryKey: computed(() => keys.files(owner.value)),
    queryFn: ({ signal }) => listFiles(owner.value, signal),
  });
}
export function useComments(followUp: Ref<number>) {
  return useInfiniteQuery({
    queryKey: computed(() => keys.comments(followUp.value)),
    queryFn: ({ pageParam, signal }) => listComments(followUp.value, pageParam, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
  });
}
export function usePlans(customer: Ref<number>, enabled: Ref<boolean>) {
  return useQuery({
    queryKey: computed(() => keys.plans(customer.value)),
    queryFn: ({ signal }) => listPlans(customer.value, signal),
    enabled,
  });
}
