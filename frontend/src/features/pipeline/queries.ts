/** The cache of pipelines. Keys of what shows opportunities begin with "records": a change of any drops them. */
import { keepPreviousData, useQuery } from '@tanstack/vue-query';
import { computed, type Ref } from 'vue';
import type { Choice } from '@/shared/api/options';
import { queryClient } from '@/shared/api/query';
import type { Filter } from '@/shared/lib/filter';
import {
  getAnalysis,
  getBehind,
  getBoard,
  getGuide,
  getOpportunity,
  getSums,
  listAll,
  listDepartments,
  listPipelines,
  listReasons,
  listRoles,
  type Asked,
  type Behind,
  type Board,
  type Period,
  type Pipeline,
  type SumsBy,
} from './api';
import { boardFilter, chosenPipeline, type Scope } from './model';

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
/** The department's own board, asked for before it is known which one that is; it serves whoever asks for it first. */
let ahead: { readonly narrowed: string; readonly at: number; readonly board: Promise<Board | null> } | null = null;
const AHEAD_MS = 5_000; // older than that it is asked for anew

function narrowing({ filter, q }: Omit<Asked, 'pipeline'>): string {
  return JSON.stringify([filter, q]);
}

/** Asks for what the board's page shows while the page itself is still on its way. */
export function startBoard(scope: Scope): void {
  const asked = { filter: boardFilter(scope), q: scope.q };
  const known = queryClient.getQueryData<readonly Pipeline[]>(PIPELINES.queryKey);
  const pipeline = known ? chosenPipeline(known, scope.pipeline)?.id : scope.pipeline;
  void queryClient.prefetchQuery(PIPELINES);
  void queryClient.prefetchQuery(REASONS);
  if (typeof pipeline === 'number') {
    void queryClient.prefetchQuery(boardOf({ pipeline, ...asked }));
  } else {
    const board = getBoard({ pipeline: null, ...asked }).catch(() => null); // whoever needs it asks again
    ahead = { narrowed: narrowing(asked), at: Date.now(), board };
  }
}
async function boardOrAhead(asked: Asked, signal: AbortSignal): Promise<Board> {
  const early = ahead;
  ahead = null;
  const fits = early !== null && early.narrowed === narrowing(asked) && Date.now() - early.at < AHEAD_MS;
  const board = fits ? await early.board : null;
  return board?.pipeline_id === asked.pipeline ? board : getBoard(asked, signal);
}
function boardOf(asked: Asked) {
  return {
    queryKey: keys.board(asked),
    queryFn: ({ signal }: { readonly signal: AbortSignal }) => boardOrAhead(asked, signal),
  };
}
export function useBoard(asked: Ref<Asked | null>) {
  return useQuery({
    queryKey: computed(() => keys.board(asked.value)),
    queryFn: ({ signal }) => boardOrAhead(asked.value!, signal),
    enabled: computed(() => asked.value !== null),
    placeholderData: keepPreviousData,
  });
}
export interface Wanted {
  readonly filter: Filter | null;
  readonly q: string;
  readonly sort: string;
  readonly most?: number; // rows; MOST
}
const MOST = 1_000; // rows that one look loads at once
export function useDeals(wanted: Ref<Wanted | null>) {
  return useQuery({
    queryKey: computed(() => [...OPPORTUNITY, 'all', wanted.value]),
    queryFn: ({ signal }) => {
      const { filter, q, sort, most } = wanted.value!;
      return listAll(filter, q, sort, most ?? MOST, signal);
    },
    enabled: computed(() => wanted.value !== null),
    placeholderData: keepPreviousData,
  });
}
/** Counts and sums of all that match, whatever is loaded of them. */
export function useSums(wanted: Ref<Omit<Wanted, 'sort' | 'most'> & { readonly by: SumsBy }>) {
  return useQuery({
    queryKey: computed(() => [...OPPORTUNITY, 'sums', wanted.value]),
    queryFn: ({ signal }) => getSums(wanted.value.by, wanted.value.filter, wanted.value.q, signal),
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

export function useBehind(pipeline: number, behind: Behind, period: Period, filter: Filter | null) {
  return useQuery({
    queryKey: [...OPPORTUNITY, 'behind', pipeline, behind, period, filter],
    queryFn: ({ signal }) => getBehind(pipeline, behind, period, filter, signal),
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
