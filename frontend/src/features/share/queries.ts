/** The cache of shares and explanations. Keys: ["share", …]; a change drops them all. */
import { useQuery } from '@tanstack/vue-query';
import { computed, type Ref } from 'vue';
import { queryClient } from '@/shared/api/query';
import { explain, listShares, type Subject } from './api';

const KEY = 'share';

export function useShares(subject: Ref<Subject>, enabled: Ref<boolean>) {
  return useQuery({
    queryKey: computed(() => [KEY, 'list', subject.value]),
    queryFn: ({ signal }) => listShares(subject.value, signal),
    enabled,
    staleTime: 0,
  });
}
export function useExplanation(subject: Ref<Subject>, userId: Ref<number | null>, enabled: Ref<boolean>) {
  return useQuery({
    queryKey: computed(() => [KEY, 'explain', subject.value, userId.value]),
    queryFn: ({ signal }) => explain(subject.value, userId.value, signal),
    enabled,
    staleTime: 0,
  });
}

/** Who sees a record has changed: also what its history tells. */
export async function forgetShares(): Promise<void> {
  await Promise.all([KEY, 'records'].map((name) => queryClient.invalidateQueries({ queryKey: [name] })));
}
