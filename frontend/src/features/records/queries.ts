/** The cache of records. Keys: ["records", object, …]; a change of an object drops everything below its name. */
import { useInfiniteQuery, useQuery } from '@tanstack/vue-query';
import { computed, type ComputedRef, type Ref } from 'vue';
import { queryClient } from '@/shared/api/query';
import { registerChoices } from '@/shared/api/options';
import { getRecord, listRecords, listRegions, listTimeline, listViews, type ListParams } from './api';

const keys = {
  all: ['records'] as const,
  list: (object: string, params: ListParams) => ['records', object, 'list', params] as const,
  one: (object: string, id: number) => ['records', object, 'one', id] as const,
  timeline: (object: string, id: number) => ['records', object, 'timeline', id] as const,
  views: (object: string) => ['views', object] as const,
};

/** After any write: sums, names and counts elsewhere may show the record too. */
export async function forgetRecords(): Promise<void> {
  await Promise.all([
    queryClient.invalidateQueries({ queryKey: keys.all }),
    queryClient.invalidateQueries({ queryKey: ['targets'] }),
  ]);
}
export async function forgetViews(object: string): Promise<void> {
  await queryClient.invalidateQueries({ queryKey: keys.views(object) });
}

export function useRecords(
  object: ComputedRef<{ name: string; plural: string }>,
  params: ComputedRef<ListParams>,
  enabled: Ref<boolean> | boolean = true,
) {
  return useInfiniteQuery({
    queryKey: computed(() => keys.list(object.value.name, params.value)),
    queryFn: ({ pageParam, signal }) => listRecords(object.value.plural, params.value, pageParam, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
    enabled,
  });
}
export function useRecord(
  object: ComputedRef<{ name: string; plural: string }>,
  id: ComputedRef<number>,
  enabled: Ref<boolean>,
) {
  return useQuery({
    queryKey: computed(() => keys.one(object.value.name, id.value)),
    queryFn: ({ signal }) => getRecord(object.value.plural, id.value, signal),
    enabled,
  });
}
export function useTimeline(
  object: ComputedRef<{ name: string; plural: string }>,
  id: ComputedRef<number>,
  enabled: Ref<boolean>,
) {
  return useInfiniteQuery({
    queryKey: computed(() => keys.timeline(object.value.name, id.value)),
    queryFn: ({ pageParam, signal }) => listTimeline(object.value.plural, id.value, pageParam, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
    enabled,
  });
}
export function useViews(object: ComputedRef<string>) {
  return useQuery({ queryKey: computed(() => keys.views(object.value)), queryFn: () => listViews(object.value) });
}

registerChoices('region', async (query, signal) =>
  (await listRegions(query ? { q: query } : {}, signal)).map((region) => ({
    value: region.id,
    label: region.full_name,
    hint: region.code,
  })),
);
