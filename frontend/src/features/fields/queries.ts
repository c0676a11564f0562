/** The cache of custom fields and layouts. */
import { useQuery } from '@tanstack/vue-query';
import { computed, type Ref } from 'vue';
import { currentLocale } from '@/shared/i18n';
import { queryClient } from '@/shared/api/query';
import { getImpact, getKinds, getLayout, listFields } from './api';

const KEY = 'fields';

/** After any write: forms, lists and filters are made from the metadata. */
export async function forgetFields(): Promise<void> {
  await Promise.all([[KEY], ['meta'], ['records']].map((queryKey) => queryClient.invalidateQueries({ queryKey })));
}
export function useKinds() {
  return useQuery({ queryKey: [KEY, 'kinds', computed(currentLocale)], queryFn: getKinds, staleTime: 300_000 });
}
export function useFields(object: Ref<string>, deleted: Ref<boolean>) {
  return useQuery({
    queryKey: computed(() => [KEY, 'list', object.value, deleted.value]),
    queryFn: () => listFields(object.value, deleted.value),
    enabled: computed(() => object.value !== ''),
  });
}
export function useLayout(object: Ref<string>) {
  return useQuery({
    queryKey: computed(() => [KEY, 'layout', object.value]),
    queryFn: () => getLayout(object.value),
    enabled: computed(() => object.value !== ''),
    refetchOnWindowFocus: false, // somebody is changing it
  });
}
export function useImpact(id: number) {
  return useQuery({ queryKey: [KEY, 'impact', id], queryFn: () => getImpact(id), staleTime: 0 });
}
