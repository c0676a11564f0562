/** The cache of pipelines. Keys of what shows opportunities begin with "records": a change of any drops them. */
import { keepPreviousData, useQuery } from '@tanstack/vue-query';
import { computed, type Ref } from 'vue';
import type { Choice } from '@/shared/api/options';
import { queryClient } from '@/shared/api/query';
import type { Filter } from '@/shared/lib/filter';
import {
  getAnalysis,
  getBoard,
  getGuide,
  getOpportunity,
  listAll,
  listDepartments,
  listPipelines,
  listReasons,
  listRoles,
  type Asked,
  type Period,
} from './api';

const PIPELINES = { queryKey: ['pipelines'], queryFn: listPipelines, staleTime: 300_000 };
const REASONS = { queryKey: ['close-reasons'], queryFn: listReasons, staleTime: 300_000 };
const OPPORTUNITY = ['records', 'opportunity'] as const;
export const keys = {
  boards: [...OPPORTUNITY, 'board'] as const,
  board: (asked: Asked | null) => [...keys.boards, asked] as const,
};

/** After a change of opportunities: sums, names and counts elsewhere may show them too. */
export async function forgetDeals(): Promise<void> {
  await Promise.all([['records'], ['targets']].map((queryKey) => queryClient.invalidateQueries({ queryKey })));
}
/** After a change of the settings: they decide what boards and guides show. */
export async function forgetPipelines(): Promise<void> {
  await Promise.all(
    [['pipelines'], ['close-reasons'], ['records']].map((queryKey) => queryClient.invalidateQueries({ queryKey })),
  );
}

export function usePipelines() {
  return useQuery(PIPELINES);
}
export function useReasons() {
  return useQuery(REASONS);
}
export function useRoles(enabled: boolean) {
  return useQuery({ queryKey: ['org', 'role-names'], queryFn: listRoles, enabled });
}
export function useDepartments(enabled: boolean) {
  return useQuery({ queryKey: ['org', 'department-names'], queryFn: listDepartments, enabled });
}
export function useBoard(asked: Ref<Asked | null>) {
  return useQuery({
    queryKey: computed(() => keys.board(asked.value)),
    queryFn: ({ signal }) => getBoard(asked.value!, signal),
    enabled: computed(() => asked.value !== null),
    placeholderData: keepPreviousData,
  });
}
export interface Wanted {
  readonly filter: Filter | null;
  readonly q: string;
  readonly sort: string;
}
const MOST = 1_000; // rows that one look holds
export function useDeals(wanted: Ref<Wanted | null>) {
  return useQuery({
    queryKey: computed(() => [...OPPORTUNITY, 'all', wanted.value]),
    queryFn: ({ signal }) => listAll(wanted.value!.filter, wanted.value!.q, wanted.value!.sort, MOST, signal),
    enabled: computed(() => wanted.value !== null),
    placeholderData: keepPreviousData,
  });
}
export function useDeal(id: Ref<number>) {
  return useQuery({
    queryKey: computed(() => [...OPPORTUNITY, 'one', id.value]),
    queryFn: ({ signal }) => getOpportunity(id.value, signal),
  });
}
export function useGuide(id: Ref<number>, enabled: Ref<boolean>) {
  return useQuery({
    queryKey: computed(() => [...OPPORTUNITY, 'guide', id.value]),
    queryFn: ({ signal }) => getGuide(id.value, signal),
    enabled,
  });
}
export function useAnalysis(pipeline: Ref<number | null>, period: Ref<Period>, filter: Ref<Filter | null>) {
  return useQuery({
    queryKey: computed(() => [...OPPORTUNITY, 'analysis', pipeline.value, period.value, filter.value]),
    queryFn: ({ signal }) => getAnalysis(pipeline.value ?? 0, period.value, filter.value, signal),
    enabled: computed(() => pipeline.value !== null),
    placeholderData: keepPreviousData,
  });
}

/** Names to choose from where a filter or a form asks for a stage, a pipeline or a reason. */
export async function choicesOf(object: 'stage' | 'pipeline' | 'close_reason', query: string): Promise<Choice[]> {
  const like = (choice: Choice): boolean => choice.label.toLowerCase().includes(query.toLowerCase());
  if (object === 'close_reason') {
    const reasons = await queryClient.ensureQueryData(REASONS);
    return reasons.map((reason) => ({ value: reason.id, label: reason.name })).filter(like);
  }
  const pipelines = await queryClient.ensureQueryData(PIPELINES);
  const choices: Choice[] =
    object === 'pipeline'
      ? pipelines.map((pipeline) => ({ value: pipeline.id, label: pipeline.name }))
      : pipelines.flatMap((pipeline) =>
          pipeline.stages.map((stage) => ({ value: stage.id, label: stage.name, hint: pipeline.name })),
        );
  return choices.filter(like);
}
