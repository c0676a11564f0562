/** The cache of targets. Keys: ["targets", …]; a change of any record behind a figure drops the figures. */
import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/vue-query';
import { computed, onBeforeUnmount, type Ref } from 'vue';
import { onEvent } from '@/shared/api/events';
import { queryClient } from '@/shared/api/query';
import { currentLocale, t } from '@/shared/i18n';
import { debounce } from '@/shared/lib/async';
import {
  getOverview,
  listDepartments,
  listFacts,
  listMeasures,
  type FactsOf,
  type Overview,
  type OverviewOf,
} from './api';

const REFRESH_MS = 30_000;
const MEASURES_MS = 60_000;
const SETTLE_MS = 300; // several changes at once are one
const SOURCES = new Set([
  'contract',
  'payment',
  'refund',
  'customer',
  'opportunity',
  'follow_up',
  'invoice',
  'change_order',
  'contact',
  'task',
  'quote',
  'target',
  'user',
  'department',
  'import',
  'poll',
]);
const keys = {
  measures: ['targets', 'measures'] as const,
  departments: ['targets', 'departments'] as const,
  overview: (of: OverviewOf) => ['targets', 'overview', of] as const,
  facts: (of: FactsOf | null) => ['targets', 'facts', of] as const,
};

export function useMeasures() {
  return useQuery({ queryKey: keys.measures, queryFn: listMeasures, staleTime: MEASURES_MS });
}
/** What people call a measure; those of the program even where the list could not be loaded. */
export function useMeasureName(): (key: string) => string {
  const measures = useMeasures();
  return (key) => {
    const own = key.startsWith('custom_') ? measures.data.value?.find((one) => one.key === key) : undefined;
    if (key.startsWith('custom_')) {
      return (currentLocale() === 'zh-CN' ? own?.label_zh : own?.label_en) ?? '…';
    }
    return t(`targets.measure.${key}`);
  };
}
export function useDepartments() {
  return useQuery({ queryKey: keys.departments, queryFn: listDepartments, staleTime: 300_000 });
}
export function useOverview(of: Ref<OverviewOf>) {
  return useQuery({
    queryKey: computed(() => keys.overview(of.value)),
    queryFn: ({ signal }): Promise<Overview> => getOverview(of.value, signal),
    refetchInterval: REFRESH_MS,
    placeholderData: keepPreviousData,
  });
}
export function useFacts(of: Ref<FactsOf | null>) {
  return useInfiniteQuery({
    queryKey: computed(() => keys.facts(of.value)),
    queryFn: ({ pageParam, signal }) => listFacts(of.value as FactsOf, pageParam, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
    enabled: computed(() => of.value !== null),
  });
}

export async function forgetFigures(): Promise<void> {
  await Promise.all(
    ['overview', 'facts', 'goals'].map((part) => queryClient.invalidateQueries({ queryKey: ['targets', part] })),
  );
}

/** Calls `renew` soon after somebody changed something that figures or targets are made of. */
export function useTargetEvents(renew: () => void): void {
  const soon = debounce(renew, SETTLE_MS);
  onBeforeUnmount(onEvent((name) => SOURCES.has(name) && soon()));
}
