/** The cache of imports. Keys: ["import", …]. */
import { useInfiniteQuery, useQuery } from '@tanstack/vue-query';
import { computed, type Ref } from 'vue';
import { isActive } from '@/shared/api/jobs';
import { queryClient } from '@/shared/api/query';
import { currentLocale } from '@/shared/i18n';
import { getBatch, getJob, listBatches, listFaults, listKinds, type Batch } from './api';

const POLL_MS = 700;
const keys = {
  kinds: ['import', 'kinds'] as const,
  list: ['import', 'batches'] as const,
  one: (id: number) => ['import', 'batch', id] as const,
  faults: (id: number) => ['import', 'faults', id] as const,
  job: (id: number | null) => ['import', 'job', id] as const,
};

/** Field names come in the language asked for. */
export function useKinds() {
  return useQuery({
    queryKey: computed(() => [...keys.kinds, currentLocale()]),
    queryFn: listKinds,
    staleTime: 300_000,
  });
}
export function useBatches() {
  return useQuery({ queryKey: keys.list, queryFn: listBatches });
}
export function useBatch(id: Ref<number>) {
  return useQuery({ queryKey: computed(() => keys.one(id.value)), queryFn: () => getBatch(id.value) });
}
export function useFaults(id: Ref<number>, enabled: Ref<boolean>) {
  return useInfiniteQuery({
    queryKey: computed(() => keys.faults(id.value)),
    queryFn: ({ pageParam }) => listFaults(id.value, pageParam),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
    enabled,
  });
}
/** The job of a run, asked again while it is under way. */
export function useRunJob(id: Ref<number | null>) {
  return useQuery({
    queryKey: computed(() => keys.job(id.value)),
    queryFn: () => getJob(id.value ?? 0),
    enabled: computed(() => id.value !== null),
    staleTime: 0,
    refetchInterval: (state) => (state.state.data && !isActive(state.state.data) ? false : POLL_MS),
  });
}

export function keepBatch(batch: Batch): void {
  queryClient.setQueryData(keys.one(batch.id), batch);
  void queryClient.invalidateQueries({ queryKey: keys.list });
}

/** After a run or a roll-back: the import itself, and all that shows records. */
export async function forgetAfterRun(id: number): Promise<void> {
  await Promise.all([
    queryClient.invalidateQueries({ queryKey: keys.one(id) }),
    queryClient.invalidateQueries({ queryKey: keys.list }),
    queryClient.invalidateQueries({ queryKey: keys.faults(id) }),
    ...['records', 'targets', 'org', 'pipelines'].map((name) => queryClient.invalidateQueries({ queryKey: [name] })),
  ]);
}
